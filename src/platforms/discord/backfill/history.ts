// Reads what stands in a channel over REST, newest first; the backfill calls it.

import { DiscordError } from "../errors.ts";
import type { MessagePayload } from "../parse/payload.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { isAfter } from "../snowflake.ts";
import type { Patience } from "./patience.ts";

export interface History {
  /** The messages of the page before this id, newest first; those of the end without one. @throws DiscordError */
  before(channel: string, id: string | undefined, signal: AbortSignal): Promise<readonly MessagePayload[]>;
  /** The page right behind this id, newest first. @throws DiscordError */
  after(channel: string, id: string, signal: AbortSignal): Promise<readonly MessagePayload[]>;
  /** May it be read, if nothing comes back? `id` is of a message that stood there. @throws DiscordError */
  readable(channel: string, id: string, signal: AbortSignal): Promise<boolean>;
}

/** Discord, resources/message, Get Channel Messages: at most 100. */
export const pageLength = 100;

export function createHistory(rest: DiscordRest, patience: Patience): History {
  async function page(channel: string, query: Readonly<Record<string, string>>, signal: AbortSignal) {
    const route = `/channels/${channel}/messages` as const;
    const all = { ...query, limit: String(pageLength) };
    const answer = await patience.ask(
      (during) => rest.request({ method: "GET", route, query: all, signal: during }),
      signal,
    );
    return (Array.isArray(answer) ? answer : []) as readonly MessagePayload[];
  }
  return {
    before: (channel, id, signal) => page(channel, id === undefined ? {} : { before: id }, signal),
    after: (channel, id, signal) => page(channel, { after: id }, signal),
    readable: (channel, id, signal) =>
      patience.ask((during) => canRead(rest, channel, id, during), signal).then((answer) => answer === true),
  };
}

/** An empty list proves nothing by itself; a single message is refused to those who may not read the history. */
export async function canRead(
  rest: DiscordRest,
  place: string,
  id: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await rest.request({ method: "GET", route: `/channels/${place}/messages/${id}`, signal });
    return true;
  } catch (error) {
    if (!(error instanceof DiscordError)) throw error;
    if (error.fate.kind === "gone") return true;
    if (error.fate.kind === "blocked") return false;
    throw error;
  }
}

/**
 * Goes back page by page from `before` (or the end) and hands each message to `take`, newest first, until one is not
 * newer than `floor`, `take` says false, or the channel begins. True unless `take` ended it.
 */
export async function walkBack(
  history: History,
  channel: string,
  { before, floor }: { readonly before?: string | undefined; readonly floor: string },
  take: (message: MessagePayload) => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  for (let at = before; ; ) {
    const page = await history.before(channel, at, signal);
    for (const message of page) {
      if (!isAfter(message.id, floor)) return true;
      if (!take(message)) return false;
    }
    at = page.at(-1)?.id;
    if (page.length < pageLength || at === undefined) return true;
  }
}
