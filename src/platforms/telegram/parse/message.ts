// Reads one Telegram message: where it stands, who wrote it, what it says and carries; `parse.ts` calls it.

import type { MessageOrigin, Message as TelegramMessage } from "@grammyjs/types";
import type { Author, Forward, Message } from "../../../model/message.ts";
import type { AccountId, ConversationRef } from "../../../model/refs.ts";
import type { TelegramSelf } from "../request.ts";
import { authorOf, originName } from "./authors.ts";
import { readContent } from "./content.ts";
import { messagePage, pageOf } from "./links.ts";
import { readReply } from "./reply.ts";

/**
 * The chat, and the topic if the message stands in one. `message_thread_id` alone is no topic: ordinary supergroups
 * put it on chains of replies, and the general topic has none.
 */
export function conversationRef(account: AccountId, message: TelegramMessage): ConversationRef {
  const chat = { account, id: String(message.chat.id) };
  return message.is_topic_message && message.message_thread_id !== undefined
    ? { ...chat, thread: String(message.message_thread_id) }
    : chat;
}

/** The message as every platform understands it. `silent` is never set: the Bot API does not tell. */
export function readMessage(account: AccountId, message: TelegramMessage, self: TelegramSelf): Message {
  const conversation = conversationRef(account, message);
  const { body, attachments } = readContent(message, { account, href: messagePage(message) });
  const reply = readReply(conversation, message, self);
  const forward = readForward(message);
  const topic = topicName(message);
  const via = message.via_bot?.username ?? message.via_bot?.first_name;
  return {
    ref: { conversation, id: String(message.message_id) },
    author: speakerOf(account, message),
    at: (message.edit_date ?? message.date) * 1000,
    body,
    attachments,
    ...(reply ? { reply } : {}),
    ...(forward ? { forward } : {}),
    ...(message.link_preview_options?.is_disabled ? { previews: false } : {}),
    ...(via ? { via } : {}),
    ...(message.media_group_id ? { album: `${conversation.id}:${message.media_group_id}` } : {}),
    ...(topic ? { topic } : {}),
  };
}

/** A bot sees another one only where both are set so: it may be another bridge. */
function speakerOf(account: AccountId, message: TelegramMessage): Author {
  const author = authorOf(account, message);
  return author.kind === "bot" ? { ...author, kind: "relay" } : author;
}

/**
 * Where a forwarded message comes from. A channel's post in its own discussion group (`is_automatic_forward`) is
 * bridged like any message, for the group may be all that is bridged; its author is its origin already.
 */
function readForward(message: TelegramMessage): Forward | undefined {
  const origin = message.forward_origin;
  if (!origin || message.is_automatic_forward) return undefined;
  const from = originName(origin);
  const href = originPage(origin);
  return { from, ...(href ? { href } : {}) };
}

/** The post itself, or else the page of who wrote it. */
function originPage(origin: MessageOrigin): string | undefined {
  switch (origin.type) {
    case "user":
      return pageOf(origin.sender_user.username);
    case "chat":
      return pageOf(origin.sender_chat.username);
    case "channel":
      return messagePage(origin);
    default:
      return undefined;
  }
}

/** What answers nothing in a topic carries the topic's creation as its reply; only then is its name told. */
export function topicName({ reply_to_message: root }: TelegramMessage): string | undefined {
  return root?.forum_topic_created?.name || undefined;
}
