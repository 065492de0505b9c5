// Finds a message by its t.me link, makes the link of a message, and finds it in updates; `matebot trace` calls it.

import type { Message, Update } from "@grammyjs/types";
import type { MessageRef } from "../../model/refs.ts";

/** A chat with a link has an id of -100 and the number that stands in the link. */
const SUPERGROUP = "-100";

/**
 * `t.me/c/123/456`, with a topic `t.me/c/123/7/456`, with a public name `t.me/name/456` (the conversation is then
 * `@name`); undefined for everything else. A link to a comment names the post, not the comment: it is none of these.
 * https://core.telegram.org/api/links#message-links
 */
export function messageLink(
  link: string,
): { readonly conversation: string; readonly message: string } | undefined {
  const text = link.trim();
  const url = URL.parse(/^https?:/i.test(text) ? text : `https://${text}`);
  if (!url || !/^(www\.)?(t\.me|telegram\.(me|dog))$/.test(url.hostname)) return undefined;
  if (url.searchParams.has("comment")) return undefined;
  const inside = /^\/c\/(\d+)(?:\/\d+)?\/(\d+)\/?$/.exec(url.pathname);
  if (inside?.[1] && inside[2]) return { conversation: `${SUPERGROUP}${inside[1]}`, message: inside[2] };
  const named = /^\/(?:s\/)?([A-Za-z]\w{3,31})(?:\/\d+)?\/(\d+)\/?$/.exec(url.pathname);
  return named?.[1] && named[2] ? { conversation: `@${named[1]}`, message: named[2] } : undefined;
}

/** A link that opens the message for the members of its chat; undefined in basic groups, which have none. */
export function linkTo({ conversation: { id, thread }, id: message }: MessageRef): string | undefined {
  if (!id.startsWith(SUPERGROUP)) return undefined;
  const topic = thread === undefined ? "" : `/${thread}`;
  return `https://t.me/c/${id.slice(SUPERGROUP.length)}${topic}/${message}`;
}

/** A text that stands in every update about this message. */
export function trail(message: string): string {
  return `"message_id":${message}`;
}

/** What an update says of this message; undefined when it is about another, or cannot be read. */
export function tellsOf(
  body: string,
  conversation: string,
  message: string,
): "created" | "edited" | undefined {
  const update = readUpdate(body);
  const isIt = (one: Message | undefined) =>
    String(one?.chat?.id) === conversation && String(one?.message_id) === message;
  if (isIt(update.message ?? update.channel_post)) return "created";
  return isIt(update.edited_message ?? update.edited_channel_post) ? "edited" : undefined;
}

/** The id of the chat that bears this public name according to an update. */
export function namedIn(body: string, name: string): string | undefined {
  const { message, channel_post, edited_message, edited_channel_post } = readUpdate(body);
  const chat = (message ?? channel_post ?? edited_message ?? edited_channel_post)?.chat;
  return chat?.username?.toLowerCase() === name.toLowerCase() ? String(chat.id) : undefined;
}

/** Updates that could not be understood lie in the journal, too: nothing is certain of their shape. */
function readUpdate(body: string): Partial<Update> {
  try {
    const value: unknown = JSON.parse(body);
    return value instanceof Object ? value : {};
  } catch {
    return {};
  }
}
