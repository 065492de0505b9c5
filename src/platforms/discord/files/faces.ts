// Finds the address of the picture a puppet wears, and remembers it; `send/post.ts` asks before every message.

import { createHash } from "node:crypto";
import type { ReadyFile } from "../../../bridge/media-port.ts";
import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import type { UserRef } from "../../../model/refs.ts";
import { createGate } from "../backfill/patience.ts";
import type { CreateRequest } from "../request.ts";
import type { AvatarChannel } from "./avatar-channel.ts";

type Speaker = CreateRequest["puppet"];
type Person = NonNullable<Speaker>;

export interface Faces {
  /** Undefined while there is none; it is never waited for long, and never fails. */
  urlOf(speaker: Speaker, guild: string | undefined, signal: AbortSignal): Promise<string | undefined>;
  /** The picture of a person is not known any more; where it was published it ends by itself. */
  forget(user: UserRef): Promise<void>;
  /** Ends what is under way. */
  close(): void;
}

/** Everybody wears the webhook's picture. */
export const NO_FACES: Faces = {
  urlOf: () => Promise.resolve(undefined),
  forget: () => Promise.resolve(),
  close() {},
};

export interface FacesParts {
  readonly context: Pick<PlatformContext, "clock" | "face" | "media" | "state" | "log">;
  readonly channel: AvatarChannel;
}

interface Known {
  /** Tells one picture from another. */
  readonly key: string;
  readonly url: string;
  /** When it was last looked at; milliseconds since 1970. */
  readonly at: number;
  /** What the message said of the picture then. */
  readonly face?: string;
}

const STATE = "faces";
const MOST = 400;
/** A picture is looked at this often, where its platform does not say that it changed. */
const CHECK_MS = 60 * 60_000;
/** How long a first message waits for it. */
const FIRST_MS = 1_500;
/** Once one took longer, the next messages do not wait. */
const SLOW_MS = 30_000;
/** Nothing came of it: it is not asked for again sooner. */
const FAILED_MS = 5 * 60_000;
const FIND_MS = 30_000;
const PUBLISH_MS = 30 * 24 * 3_600_000;
const PLACES = 4;

export function createFaces(parts: FacesParts): Faces {
  const { clock } = parts.context;
  const memory = createMemory(parts.context);
  const closed = new AbortController();
  const finder = createFinder(parts, memory, closed.signal);
  let hurryUntil = 0;

  /** Undefined when it takes too long. */
  async function soon(
    finding: Promise<string | undefined>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    if (clock.now() < hurryUntil) return undefined;
    const over = new AbortController();
    const late = sleep(clock, FIRST_MS, AbortSignal.any([signal, over.signal])).then(() => "late" as const);
    const first = await Promise.race([finding.then((url) => ({ url })), late]);
    over.abort();
    if (first !== "late") return first.url;
    hurryUntil = clock.now() + SLOW_MS;
    return undefined;
  }

  return {
    async urlOf(speaker, guild, signal) {
      // Several share this name: no picture is theirs.
      if (!speaker || speaker.told || closed.signal.aborted) return undefined;
      await memory.load();
      const { user } = speaker;
      const who = user ? nameOf(user) : `"${speaker.name}"`;
      const known = memory.use(who);
      const isNew = known?.face === speaker.face && clock.now() - (known?.at ?? 0) < CHECK_MS;
      if (known && isNew) return known.url;
      const finding = finder.find(who, speaker, guild);
      // The old one will do until the next message.
      return known ? known.url : finding && soon(finding, signal);
    },
    async forget(user) {
      await memory.load();
      await memory.drop(nameOf(user));
    },
    close: () => closed.abort(),
  };
}

function nameOf({ account, id }: UserRef): string {
  return `${account}:${id}`;
}

/** Looks for pictures, few at once, each once at a time, and none again at once that could not be had. */
function createFinder(parts: FacesParts, memory: Memory, closed: AbortSignal) {
  const { clock, log } = parts.context;
  const gate = createGate(PLACES);
  const finding = new Map<string, Promise<string | undefined>>();
  const failedAt = new Map<string, number>();

  async function find(who: string, speaker: Person, guild: string | undefined): Promise<string | undefined> {
    const late = new AbortController();
    const timer = clock.after(FIND_MS, () => late.abort());
    const signal = AbortSignal.any([closed, late.signal]);
    try {
      const found = await gate(() => look(parts, speaker, memory.get(who), guild, signal));
      if (!found) return note(failedAt, who, clock.now());
      const { face } = speaker;
      memory.put(who, { ...found, at: clock.now(), ...(face !== undefined && { face }) });
      failedAt.delete(who);
      return found.url;
    } catch (error) {
      log.debug({ error: error instanceof Error ? error.name : "unknown" }, "a face could not be had");
      return note(failedAt, who, clock.now());
    } finally {
      timer.cancel();
      finding.delete(who);
    }
  }

  return {
    /** Undefined when there is no use in looking now. */
    find(who: string, speaker: Person, guild: string | undefined): Promise<string | undefined> | undefined {
      const under = finding.get(who);
      if (under) return under;
      if (clock.now() - (failedAt.get(who) ?? Number.NEGATIVE_INFINITY) < FAILED_MS) return undefined;
      const begun = find(who, speaker, guild);
      finding.set(who, begun);
      return begun;
    },
  };
}

async function look(
  { context, channel }: FacesParts,
  { user, face, name }: Person,
  known: Known | undefined,
  guild: string | undefined,
  signal: AbortSignal,
): Promise<Pick<Known, "key" | "url"> | undefined> {
  signal.throwIfAborted();
  const file = user && (await context.face(user, face, signal));
  const ready = await context.media.face(name, file, signal);
  try {
    const key = keyOf(ready);
    const url = context.media.publish(ready, PUBLISH_MS);
    if (url !== undefined) return { key, url };
    if (known?.key === key && channel.holds(known.url)) return known;
    const uploaded = await channel.upload(ready, guild, signal);
    return uploaded === undefined ? undefined : { key, url: uploaded };
  } finally {
    ready.release();
  }
}

function keyOf({ key, bytes }: ReadyFile): string {
  return createHash("sha256")
    .update(key ?? `${bytes}`)
    .digest("base64url")
    .slice(0, 16);
}

function note(map: Map<string, number>, who: string, at: number): undefined {
  map.delete(who);
  map.set(who, at);
  const [oldest] = map.keys();
  if (map.size > MOST && oldest !== undefined) map.delete(oldest);
  return undefined;
}

type Memory = ReturnType<typeof createMemory>;

/** What is known, the latest used last, kept with the account. */
function createMemory({ state, log }: FacesParts["context"]) {
  const entries = new Map<string, Known>();
  let loading: Promise<void> | undefined;
  let saving = false;
  let isStale = false;

  async function load(): Promise<void> {
    const kept = await state.get(STATE).catch(() => undefined);
    for (const [who, known] of read(kept)) entries.set(who, known);
  }

  /** One at a time: what changes meanwhile goes with the next. */
  async function save(): Promise<void> {
    isStale = true;
    if (saving) return;
    saving = true;
    while (isStale) {
      isStale = false;
      await state.set(STATE, JSON.stringify([...entries])).catch(() => {
        log.debug({}, "the faces could not be kept");
      });
    }
    saving = false;
  }

  function put(who: string, known: Known): void {
    const before = entries.get(who);
    entries.delete(who);
    entries.set(who, known);
    for (const oldest of entries.keys()) {
      if (entries.size <= MOST) break;
      entries.delete(oldest);
    }
    if (before?.key !== known.key || before.url !== known.url || before.face !== known.face) void save();
  }

  return {
    load: () => {
      loading ??= load();
      return loading;
    },
    get: (who: string) => entries.get(who),
    use(who: string): Known | undefined {
      const known = entries.get(who);
      if (!known) return undefined;
      entries.delete(who);
      entries.set(who, known);
      return known;
    },
    put,
    async drop(who: string): Promise<void> {
      if (entries.delete(who)) await save();
    },
  };
}

function read(kept: string | undefined): readonly (readonly [string, Known])[] {
  try {
    const rows: unknown = JSON.parse(kept ?? "[]");
    return (Array.isArray(rows) ? rows : []).filter(isRow);
  } catch {
    return [];
  }
}

function isRow(row: unknown): row is readonly [string, Known] {
  if (!Array.isArray(row) || typeof row[0] !== "string") return false;
  const known = Object(row[1]) as Partial<Known>;
  return typeof known.key === "string" && typeof known.url === "string" && typeof known.at === "number";
}
