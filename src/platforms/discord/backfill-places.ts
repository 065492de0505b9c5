// Lists the channels and threads of which something may have been missed; `backfill.ts` asks at each new session.

import type { PlatformContext } from "../../bridge/platform.ts";
import { type ConversationRef, conversationKey } from "../../model/refs.ts";
import type { Since } from "./backfill-place.ts";
import type { GuildDirectory } from "./guild-directory.ts";
import { refreshGuild } from "./guild-refresh.ts";
import type { Patience } from "./patience.ts";
import type { DiscordRest } from "./rest.ts";
import { timeOfId } from "./snowflake.ts";

export interface PlacesParts {
  readonly context: PlatformContext;
  readonly rest: DiscordRest;
  readonly directory: GuildDirectory;
  readonly patience: Patience;
}

export interface Places {
  /** Channels and threads that were bridged before the gap, with what Discord says of them now. */
  list(since: Since, signal: AbortSignal): Promise<readonly string[]>;
  /** Remembers which conversations are bridged: the next gap concerns these. */
  settle(): void;
}

/** The conversations that were listened to; what was said in one before it was bridged is nobody's business. */
const stateName = "gateway-places";

export function createPlaces({ context, rest, directory, patience }: PlacesParts): Places {
  let saved: string | undefined;

  async function bridgedBefore(): Promise<readonly ConversationRef[]> {
    const text = await context.state.get(stateName).catch(() => undefined);
    const before = keysOf(text);
    return context.conversations().filter((each) => before?.has(conversationKey(each)) ?? true);
  }

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
      const bridged = await bridgedBefore();
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
    settle() {
      const text = JSON.stringify(context.conversations().map(conversationKey));
      if (text === saved) return;
      saved = text;
      // A list that is not stored costs what a bridge that was added since has missed, or tells it a little more.
      context.state.set(stateName, text).catch(() => undefined);
    },
  };
}

interface Archived {
  readonly threads: readonly { readonly thread_metadata?: { readonly archive_timestamp?: string } }[];
  readonly has_more?: boolean;
}

function keysOf(text: string | undefined): ReadonlySet<unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return Array.isArray(value) ? new Set(value) : undefined;
  } catch {
    return undefined;
  }
}
