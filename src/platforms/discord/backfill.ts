// Reads over REST what was said while no Gateway session listened, and stores it before what the new session tells.

import type { PlatformContext } from "../../bridge/platform.ts";
import { sleep } from "../../model/clock.ts";
import type { RawUpdate } from "../../model/delivery.ts";
import { type Caps, findMissed, type Missed, type Since, startOf } from "./backfill-place.ts";
import { createPlaces } from "./backfill-places.ts";
import { createKey, journalKey } from "./dispatch.ts";
import type { GuildDirectory } from "./guild-directory.ts";
import { createHistory } from "./history.ts";
import type { MessagePayload } from "./parse-payload.ts";
import { createPatience } from "./patience.ts";
import { rights } from "./permissions.ts";
import type { DiscordRest } from "./rest.ts";
import { idAt, isAfter, newest } from "./snowflake.ts";
import { createWaitingLines, type Raw } from "./waiting-lines.ts";

export interface BackfillParts {
  readonly context: PlatformContext;
  readonly rest: DiscordRest;
  readonly directory: GuildDirectory;
  readonly caps: Caps;
}

/** Where what was found goes. */
export interface Sink {
  readonly accept: (raw: RawUpdate) => Promise<void>;
  /** An update could not be stored; it is tried again. */
  readonly onFault: (error: unknown) => void;
}

export interface Backfill {
  /** Reads what was said since; `finish` is called with the newest message that is dealt with once all is on disk. */
  start(since: Since, signal: AbortSignal, finish: (floor: string | undefined) => void): Recovery;
  /** The newest message there is where the very first session begins. */
  first(): string | undefined;
  /** From now on the bridged conversations count as listened to: what is said there may be missed. */
  settle(): void;
}

export interface Recovery {
  /** Resolves when all is on disk, the passed events too; rejects with the signal's reason and with nothing else. */
  readonly done: Promise<void>;
  /** Stores an event of the new session behind the history of its channel. */
  pass(channel: string, raw: Raw): void;
}

/** Requests at once. */
const readers = 4;

export function createBackfill(parts: BackfillParts, sink: Sink): Backfill {
  const { context, directory, rest } = parts;
  const patience = createPatience(context, readers);
  const history = createHistory(rest, patience);
  const places = createPlaces({ ...parts, patience });
  /** Channels of which it was said that their history may not be read. */
  const closed = new Set<string>();

  const crosses = (message: MessagePayload): boolean => {
    // Another's webhook is another bridge's voice; `parse.ts` leaves it out, too.
    if (message.webhook_id !== undefined && message.webhook_id !== message.application_id) return false;
    const event = { t: "MESSAGE_CREATE", s: 0, d: message };
    return journalKey(event, "", context.conversations(), directory) !== undefined;
  };
  const readable = (channel: string): boolean => {
    const bits = directory.permissions(channel);
    return bits === undefined || (bits & rights.history) !== 0n;
  };

  function toRaw({ key, t, d }: Missed): Raw {
    const body = JSON.stringify({ t, d });
    return { account: context.account, key, body, receivedAt: context.clock.now() };
  }

  /** What was missed in a channel; `again`: it is read once more, for events that found no room in memory. */
  async function missedIn(
    channel: string,
    since: Since,
    again: boolean,
    signal: AbortSignal,
  ): Promise<readonly Missed[]> {
    const now = context.clock.now();
    const reachMs = parts.caps.hours * 3_600_000;
    const prefix = createKey(channel, "");
    const keys = await insist(() => context.received(prefix, now - reachMs), context, sink.onFault, signal);
    const oldest = idAt(now - reachMs);
    const known = keys.map((key) => key.slice(prefix.length)).filter((id) => isAfter(id, oldest));
    const last = directory.lastMessage(channel);
    const from = startOf(since, known, oldest);
    const quiet = last === undefined || !isAfter(last, from);
    if (!again && quiet && known.length === 0) return [];
    const guild = directory.channel(channel)?.guild;
    if (!readable(channel)) {
      tellClosed(channel);
      const heard = newest([since.seen, since.floor]) ?? "0";
      if (last === undefined || !isAfter(last, heard)) return [];
      return [
        { key: `gap:${channel}/closed/${heard}`, t: "GAP", d: { channel_id: channel, guild_id: guild } },
      ];
    }
    const caps = again ? { ...parts.caps, messages: Number.POSITIVE_INFINITY } : parts.caps;
    const place = { history, channel, guild, since, caps, now, known, crosses };
    return findMissed({ ...place, readable: () => readable(channel) }, signal);
  }

  function tellClosed(channel: string): void {
    const place = directory.channel(channel)?.parent ?? channel;
    if (closed.has(place)) return;
    closed.add(place);
    const name = directory.channel(place)?.name ?? place;
    context.log.warn({ channel: place }, context.texts("discord-account.channel.closed", { channel: name }));
  }

  async function read(
    channel: string,
    since: Since,
    again: boolean,
    signal: AbortSignal,
  ): Promise<readonly Raw[]> {
    try {
      const missed = await missedIn(channel, since, again, signal);
      if (missed.length > 0) {
        const count = (t: Missed["t"]) => missed.filter((each) => each.t === t).length;
        const [created, updated, deleted] = [
          count("MESSAGE_CREATE"),
          count("MESSAGE_UPDATE"),
          count("MESSAGE_DELETE"),
        ];
        context.log.info({ channel, created, updated, deleted }, "the history told what was missed");
      }
      return missed.map(toRaw);
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : "unknown";
      context.log.warn({ channel, reason }, "what was missed in a channel cannot be read");
      return [];
    }
  }

  return {
    start(since, signal, finish) {
      const store = (raws: readonly Raw[]) => storeInOrder(raws, context, sink, signal);
      const lines = createWaitingLines(store);
      const work = async () => {
        const found = await places.list(since, signal);
        const top = newest([since.seen, since.floor, ...found.map((id) => directory.lastMessage(id))]);
        lines.expect(found);
        await Promise.all(
          found.map(async (channel) => {
            let again = false;
            do {
              lines.begin(channel);
              await store(await read(channel, since, again, signal));
              again = true;
            } while (lines.lost(channel));
            lines.open(channel);
          }),
        );
        await lines.close(() => {
          signal.throwIfAborted();
          finish(top);
        });
        places.settle();
      };
      return { done: work(), pass: lines.pass };
    },
    first: () => newest(context.conversations().map(({ id, thread }) => directory.lastMessage(thread ?? id))),
    settle: places.settle,
  };
}

const storeAtOnce = 200;

async function storeInOrder(
  raws: readonly Raw[],
  context: PlatformContext,
  { accept, onFault }: Sink,
  signal: AbortSignal,
): Promise<void> {
  for (let from = 0; from < raws.length; from += storeAtOnce) {
    const some = raws.slice(from, from + storeAtOnce);
    // What is there already is known by its key: the whole lot may come again.
    await insist(() => allOf(some.map((raw) => accept(raw))), context, onFault, signal);
  }
}

/** Resolves or rejects only when all have ended. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** The disk's answer, however long it takes. @throws the reason of `signal` */
async function insist<T>(
  work: () => Promise<T>,
  { clock }: PlatformContext,
  onFault: (error: unknown) => void,
  signal: AbortSignal,
): Promise<T> {
  for (let failures = 0; ; failures++) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      signal.throwIfAborted();
      onFault(error);
      await sleep(clock, Math.min(60_000, 500 * 2 ** Math.min(failures, 10)), signal);
    }
  }
}
