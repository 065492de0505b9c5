// Lists the channels and threads of which something may have been missed; `backfill.ts` asks at each new session.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { type ConversationRef, conversationKey, parseConversation } from "../../../model/refs.ts";
import type { GuildDirectory } from "../account/guild-directory.ts";
import { refreshGuild } from "../account/guild-refresh.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { idAt, isId, newest, timeOfId } from "../snowflake.ts";
import type { Patience } from "./patience.ts";
import type { Since } from "./place.ts";

export interface PlacesParts {
  readonly context: PlatformContext;
  readonly rest: DiscordRest;
  readonly directory: GuildDirectory;
  readonly patience: Patience;
}

export interface Places {
  /** Channels and threads that were bridged before the gap, with what Discord says of them now. */
  list(since: Since, signal: AbortSignal): Promise<readonly string[]>;
  /** The same for one of them: what was said there before it was bridged is nobody's business. */
  sinceIn(channel: string, since: Since): Since;
  /** Remembers which conversations are bridged: the next gap concerns these, and those that are new from now on only. */
  settle(): void;
}

/** Each conversation that is listened to, as its key, or as its key and the id before which it was not bridged. */
const stateName = "gateway-places";

export function createPlaces({ context, rest, directory, patience }: PlacesParts): Places {
  const listened = createListened({ context, rest, directory });

  /** A refusal leaves out what it is about; it has been said at the start that the channel cannot be seen. */
  async function attempt(
    request: (signal: AbortSignal) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void> {
    await patience.ask(request, signal).catch(() => signal.throwIfAborted());
  }

  async function archivedThreads(channel: string, sinceMs: number, signal: AbortSignal): Promise<void> {
    const route = `/channels/${channel}/threads/archived/public` as const;
    for (let before: string | undefined; ; ) {
      const query = { limit: "100", ...(before === undefined ? {} : { before }) };
      const { threads, has_more: more } = (await rest.request({
        method: "GET",
        route,
        query,
        signal,
      })) as Archived;
      for (const thread of threads) directory.noteChannel(thread);
      before = threads.at(-1)?.thread_metadata?.archive_timestamp;
      if (!more || before === undefined || Date.parse(before) < sinceMs) return;
    }
  }

  return {
    async list(since, signal) {
      const bridged = await listened.bridged();
      const guilds = new Set(bridged.flatMap(({ id }) => directory.channel(id)?.guild ?? []));
      const refresh = (guild: string) =>
        attempt((during) => refreshGuild({ rest, directory }, guild, during), signal);
      await Promise.all([...guilds].map(refresh));
      const whole = bridged.filter(({ thread }) => thread === undefined);
      const sinceMs = timeOfId(since.seen ?? since.floor ?? "0");
      const archives = ({ id }: ConversationRef) =>
        attempt((during) => archivedThreads(id, sinceMs, during), signal);
      await Promise.all(whole.map(archives));
      const named = bridged.map(({ id, thread }) => thread ?? id);
      const inside = directory.threads(new Set(whole.map(({ id }) => id)));
      return [...new Set([...named, ...inside])].filter((id) => directory.channel(id) !== undefined);
    },
    sinceIn: listened.sinceIn,
    settle: listened.settle,
  };
}

interface Listened extends Pick<Places, "sinceIn" | "settle"> {
  /** Those that were bridged before the gap, and are still. */
  bridged(): Promise<readonly ConversationRef[]>;
}

/** Remembers since when each conversation is listened to. */
function createListened({ context, rest, directory }: Omit<PlacesParts, "patience">): Listened {
  let saved: string | undefined;
  let saving: Promise<void> = Promise.resolve();
  let began: Began | undefined;

  async function load(): Promise<Began | undefined> {
    began ??= beganIn(await context.state.get(stateName).catch(() => undefined));
    return began;
  }

  async function save(conversations: readonly ConversationRef[], now: string): Promise<void> {
    const before = await load();
    const keys = conversations.map(conversationKey);
    began = new Map(keys.map((key) => [key, before && !before.has(key) ? now : before?.get(key)]));
    const text = JSON.stringify([...began].map(([key, id]) => (id === undefined ? key : [key, id])));
    if (text === saved) return;
    await context.state.set(stateName, text);
    saved = text;
  }

  return {
    async bridged() {
      const before = await load();
      return context.conversations().filter((each) => before?.has(conversationKey(each)) ?? true);
    },
    sinceIn(channel, since) {
      const ids = [...(began ?? [])].flatMap(([key, id]) => {
        const ref = parseConversation(key);
        const place = ref?.thread ?? ref?.id;
        const isHere = place === channel || place === directory.channel(channel)?.parent;
        return isHere && id !== undefined ? [id] : [];
      });
      const floor = newest([since.floor, ...ids]);
      return floor === undefined ? since : { ...since, floor };
    },
    settle() {
      const now = idAt(context.clock.now() - rest.skewMs());
      const conversations = context.conversations();
      // A list that is not stored costs what a bridge that was added since has missed, or tells it a little more.
      saving = saving.then(() => save(conversations, now)).catch(() => undefined);
    },
  };
}

interface Archived {
  readonly threads: readonly { readonly thread_metadata?: { readonly archive_timestamp?: string } }[];
  readonly has_more?: boolean;
}

type Began = ReadonlyMap<string, string | undefined>;

function beganIn(text: string | undefined): Began | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    if (!Array.isArray(value)) return undefined;
    return new Map(
      value.map((each: unknown) => {
        const [key, id] = Array.isArray(each) ? each : [each];
        return [String(key), isId(id) ? id : undefined] as const;
      }),
    );
  } catch {
    return undefined;
  }
}
