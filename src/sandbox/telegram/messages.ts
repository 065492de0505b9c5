// Messages as the simulator keeps them, and how they look to a bot; methods and people make them through World.

import { type ChatState, chatJson } from "./chats.ts";
import { type PollState, pollJson } from "./polls.ts";
import { type Content, isRecord, type Message, type Reaction, type User } from "./types.ts";

/** A message with all that happened to it. */
export interface StoredMessage {
  readonly id: number;
  readonly chat: ChatState;
  /** Seconds since 1970. */
  readonly date: number;
  editDate?: number;
  readonly from?: User;
  readonly senderChat?: ChatState;
  /** Who really wrote it, whatever is shown. */
  readonly authorId: number;
  /** The topic, or the first message of a reply thread. */
  readonly thread?: number;
  readonly inTopic: boolean;
  readonly replyTo?: number;
  readonly service: boolean;
  /** What does not change: forward_origin, via_bot, quote, media_group_id, author_signature, … */
  readonly extra: Content;
  content: Content;
  readonly poll?: PollState;
  replyMarkup?: unknown;
  deleted: boolean;
  /** What it said before each edit, oldest first. */
  readonly earlier: Content[];
  readonly reactions: Map<number, readonly Reaction[]>;
}

/** How a message looks to a bot (file ids differ per bot); without a bot, to an onlooker. */
export function messageJson(message: StoredMessage, botId?: number, depth = 1): Message {
  const { chat } = message;
  const answered = message.replyTo === undefined ? undefined : chat.messages.get(message.replyTo);
  const topic = message.inTopic ? chat.messages.get(message.thread ?? 0) : undefined;
  // Client.cpp 17622: in a forum topic a message that answers nothing answers the topic's creation message.
  const parent = answered ?? (message.replyTo === undefined && topic !== message ? topic : undefined);
  const withFiles = (content: Content) => (botId === undefined ? content : ownFileIds(content, botId));
  return {
    message_id: message.id,
    ...(message.from && { from: message.from }),
    ...(message.senderChat && { sender_chat: chatJson(message.senderChat) }),
    chat: chatJson(chat),
    date: message.date,
    ...(message.editDate !== undefined && { edit_date: message.editDate }),
    ...(message.thread !== undefined && { message_thread_id: message.thread }),
    ...(message.inTopic && { is_topic_message: true as const }),
    ...(depth > 0 &&
      parent &&
      !parent.deleted && { reply_to_message: messageJson(parent, botId, depth - 1) }),
    ...withFiles(message.extra),
    ...withFiles(contentJson(message, botId)),
    ...(isRecord(message.replyMarkup) &&
      "inline_keyboard" in message.replyMarkup && { reply_markup: message.replyMarkup }),
  };
}

function contentJson(message: StoredMessage, botId: number | undefined): Content {
  if (message.poll) return { ...message.content, poll: pollJson(message.poll, botId) };
  const pinned = message.content.pinned_message;
  if (typeof pinned !== "number") return message.content;
  const target = message.chat.messages.get(pinned);
  const shown =
    target && !target.deleted
      ? messageJson(target, botId, 0)
      : { chat: chatJson(message.chat), message_id: pinned, date: 0 };
  return { ...message.content, pinned_message: shown };
}

/** Gives every file inside the id under which this bot knows it. `file_unique_id` is the same for all. */
export function ownFileIds(content: Content, botId: number): Content {
  const own = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(own);
    if (!isRecord(value)) return value;
    const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, own(item)]));
    const unique = value.file_unique_id;
    return typeof unique === "string" && "file_id" in value
      ? { ...copy, file_id: fileIdFor(botId, unique) }
      : copy;
  };
  return Object.fromEntries(Object.entries(content).map(([key, value]) => [key, own(value)]));
}

export function fileIdFor(botId: number, uniqueId: string): string {
  return `BQAC${Buffer.from(`${botId}:${uniqueId}`).toString("base64url")}`;
}

/** The `file_unique_id` behind a bot's file id; undefined when the id is no file id of this bot. */
export function uniqueIdOf(botId: number, fileId: string): string | undefined {
  if (!fileId.startsWith("BQAC")) return undefined;
  const [owner, ...rest] = Buffer.from(fileId.slice(4), "base64url").toString("utf8").split(":");
  return owner === String(botId) ? rest.join(":") : undefined;
}

/** Content of users is completed as the server does: an animation is a document too, a venue has its location. */
export function completeContent(content: Content): Content {
  const { animation, venue, new_chat_members: joined } = content;
  const out: Record<string, unknown> = { ...content };
  if (isRecord(animation) && !("document" in content)) {
    const { file_id, file_unique_id, file_size, file_name, mime_type } = animation;
    out.document = defined({ file_id, file_unique_id, file_size, file_name, mime_type });
  }
  if (isRecord(venue) && !("location" in content)) out.location = venue.location;
  if (Array.isArray(joined)) {
    // Client.cpp, JsonMessage::store: names of old API versions are still sent.
    out.new_chat_participant = joined[0];
    out.new_chat_member = joined[0];
  }
  return out;
}

function defined(fields: Content): Content {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
