// Does what belongs to a message or a thread: reactions, pins, a poll's end, names and states; `api.ts` calls it.

import type { ChannelEntry } from "../account/directory.ts";
import {
  archivedThread,
  blockedReaction,
  DiscordError,
  missingPermissions,
  tooManyReactions,
  unknownEmoji,
} from "../errors.ts";
import type { PinRequest, PollEndRequest, ReactRequest, ThreadRequest } from "../request.ts";
import { placeIn, type SendParts } from "./parts.ts";

type ActParts = Pick<SendParts, "rest" | "context">;

/** What one emoji more or less cannot change; the line below names it all the same. */
const leftOut: ReadonlySet<number> = new Set([unknownEmoji, tooManyReactions, blockedReaction]);

// Unicode, emoji-data: what is shown as text unless U+FE0F follows.
const NEEDS_SELECTOR = /(\p{Emoji})(?<!\p{Emoji_Presentation})(?!\ufe0f|\p{Emoji_Modifier})/gu;

/** @throws DiscordError */
export async function react(parts: ActParts, request: ReactRequest, signal: AbortSignal): Promise<void> {
  const [first, ...others] = spellings(request.emoji);
  const method = request.on ? "PUT" : "DELETE";
  const ask = (emoji: string) =>
    parts.rest.request({
      method,
      route: `/channels/${placeIn(request)}/messages/${request.message}/reactions/${encodeURIComponent(emoji)}/@me`,
      signal,
    });
  try {
    await others.reduce(
      (asked, emoji) =>
        asked.catch((error: unknown) => (isUnknown(error) ? ask(emoji) : Promise.reject(error))),
      ask(first),
    );
  } catch (error) {
    if (!(error instanceof DiscordError) || !leftOut.has(error.json ?? 0)) throw error;
    parts.context.log.debug({ code: error.code }, "a reaction is left to the words");
  }
}

function isUnknown(error: unknown): boolean {
  return error instanceof DiscordError && error.json === unknownEmoji;
}

/** With and without U+FE0F: Discord knows one of them. The one Unicode calls complete comes first. */
function spellings(emoji: string): readonly [string, ...string[]] {
  if (/^\w+:\d+$/.test(emoji)) return [emoji];
  const bare = emoji.replaceAll("\ufe0f", "");
  const full = bare.replace(NEEDS_SELECTOR, "$1\ufe0f");
  if (full === bare) return [bare];
  return /^\p{RGI_Emoji}$/v.test(bare) ? [bare, full] : [full, bare];
}

/** @throws DiscordError */
export async function pin(parts: ActParts, request: PinRequest, signal: AbortSignal): Promise<void> {
  const route = `/channels/${placeIn(request)}/messages/pins/${request.message}` as const;
  await parts.rest.request({ method: request.on ? "PUT" : "DELETE", route, signal });
}

/** @throws DiscordError */
export async function endPoll(parts: ActParts, request: PollEndRequest, signal: AbortSignal): Promise<void> {
  const route = `/channels/${placeIn(request)}/polls/${request.message}/expire` as const;
  await parts.rest.request({ method: "POST", route, signal });
}

/** The event that tells of it brings no news then. @throws DiscordError */
export async function changeThread(
  { rest, directory }: Pick<SendParts, "rest" | "directory">,
  request: ThreadRequest,
  signal: AbortSignal,
): Promise<void> {
  const before = directory.channel(request.thread);
  if (before) directory.noteChannel(asThread(before, request));
  try {
    await change(rest, request, signal);
  } catch (error) {
    if (before) directory.noteChannel(asThread(before, {}));
    throw error;
  }
}

/** A thread as Discord would tell of it after the change. */
function asThread(
  { id, name, type, guild, parent, closed = false }: ChannelEntry,
  { name: renamed, change }: Partial<Pick<ThreadRequest, "name" | "change">>,
): object {
  const locked = change === "closed" || (change !== "reopened" && closed);
  const thread = { id, name: renamed ?? name, type, guild_id: guild, parent_id: parent };
  return { ...thread, thread_metadata: { locked } };
}

async function change(
  rest: SendParts["rest"],
  { thread, change, name }: ThreadRequest,
  signal: AbortSignal,
): Promise<void> {
  const route = `/channels/${thread}` as const;
  const ask = (body: object) => rest.request({ method: "PATCH", route, body, signal });
  // A thread that sleeps takes no other change.
  const patch = (body: object) =>
    ask(body).catch(async (error: unknown) => {
      if (!(error instanceof DiscordError) || error.json !== archivedThread) throw error;
      await ask({ archived: false });
      return ask(body);
    });
  switch (change) {
    case "renamed":
      return void (await patch({ name }));
    case "deleted":
      return void (await rest.request({ method: "DELETE", route, signal }));
    // A lock needs a right of its own, which the owner of a thread may lack.
    case "closed":
      return void (await patch({ archived: true, locked: true }).catch(
        unlessBarred(() => patch({ archived: true })),
      ));
    case "reopened":
      return void (await patch({ archived: false, locked: false }).catch(
        unlessBarred(() => patch({ archived: false })),
      ));
  }
}

function unlessBarred(next: () => Promise<unknown>): (error: unknown) => Promise<unknown> {
  return (error) => {
    if (error instanceof DiscordError && error.json === missingPermissions) return next();
    throw error;
  };
}
