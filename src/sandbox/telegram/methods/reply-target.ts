// Where a message of a bot goes in its chat: topic, answered message, quote. The senders use it.

import { type ChatState, chatJson, may } from "../chats.ts";
import { badRequest, refuseUnknownKeys } from "../http/api-error.ts";
import { messageJson, type StoredMessage } from "../messages.ts";
import { type Content, isRecord } from "../types.ts";
import { entitiesFromJson, formatText } from "./formatted-text.ts";
import type { MethodContext } from "./method.ts";

export interface Place {
  readonly thread?: number;
  readonly inTopic: boolean;
  readonly replyTo?: number;
  readonly extra: Content;
}

/** @throws ApiError for unknown topics and, unless sending without reply is allowed, unknown targets */
export function placeOf(context: MethodContext, chat: ChatState): Place {
  const asked = topicOf(context, chat);
  const reply = replyOf(context, chat, asked);
  if (!reply)
    return { ...(asked !== undefined && { thread: asked }), inTopic: asked !== undefined, extra: {} };
  const { target, quote } = reply;
  const extra = quote === undefined ? {} : { quote };
  // Neither the chat nor the topic is another one: a plain reply, in the topic of its target.
  if (target.chat === chat && (asked === undefined || target.thread === asked || !chat.forum)) {
    const thread = target.thread ?? (chat.type === "supergroup" && !chat.forum ? target.id : undefined);
    const inTopic = chat.forum && target.inTopic;
    return { ...(thread !== undefined && { thread }), inTopic, replyTo: target.id, extra };
  }
  const external_reply = externalReply(target, context.bot.user.id);
  return {
    ...(asked !== undefined && { thread: asked }),
    inTopic: asked !== undefined && chat.forum,
    extra: { ...extra, external_reply },
  };
}

function topicOf({ params, bot }: MethodContext, chat: ChatState): number | undefined {
  if (params.text("message_thread_id") === "") return undefined;
  const id = params.int("message_thread_id", 0);
  if (id === 0) return undefined;
  // Client.cpp 18440: the General topic (1) has no thread to send to.
  // Not a forum: a thread is the answers to one message.
  if (!chat.forum && chat.type === "supergroup" && chat.messages.has(id)) return id;
  const topic = chat.topics.get(id);
  if (!topic || id === 1) throw badRequest("message thread not found");
  if (topic.closed && !may(chat, bot.user.id, "can_manage_topics")) throw badRequest("TOPIC_CLOSED");
  return id;
}

interface Reply {
  readonly target: StoredMessage;
  readonly quote?: Content;
}

function replyOf(context: MethodContext, chat: ChatState, topic: number | undefined): Reply | undefined {
  const { params, world, bot } = context;
  const value = params.json("reply_parameters", "can't parse reply parameters JSON object");
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw badRequest("object expected as reply parameters");
  refuseUnknownKeys(value, REPLY_KEYS, "reply_parameters");
  const there = value.chat_id === undefined ? chat : world.access(bot, String(value.chat_id));
  const id = Number(value.message_id);
  const target = Number.isInteger(id) && id > 0 ? world.find(there, id) : undefined;
  const elsewhere =
    there !== chat || (topic !== undefined && target !== undefined && target.thread !== topic);
  if (!target || (target.service && target.content.migrate_to_chat_id !== undefined)) {
    // Bot API, ReplyParameters: allow_sending_without_reply is always False for replies in another chat or topic.
    if (truthy(value.allow_sending_without_reply) && !elsewhere) return undefined;
    throw badRequest("message to be replied not found");
  }
  if (value.quote === undefined || value.quote === "") return { target };
  return { target, quote: quoteOf(context, target, value) };
}

const REPLY_KEYS: readonly string[] = [
  "message_id",
  "chat_id",
  "ephemeral_message_id",
  "allow_sending_without_reply",
  "quote",
  "quote_parse_mode",
  "quote_entities",
  "quote_position",
  "checklist_task_id",
  "poll_option_id",
];

function truthy(value: unknown): boolean {
  return value === true || value === "true" || value === 1;
}

/** A quote must be an exact part of the target. */
function quoteOf({ world }: MethodContext, target: StoredMessage, value: Content): Content {
  const entities = entitiesFromJson(value.quote_entities, (id) => world.users.get(id));
  const quote = formatText(String(value.quote), entities);
  const { text, caption } = target.content;
  const words = typeof text === "string" ? text : typeof caption === "string" ? caption : "";
  const hint = Number(value.quote_position ?? 0);
  const position = words.startsWith(quote.text, hint) ? hint : words.indexOf(quote.text);
  if (quote.text === "" || quote.text.length > 1024 || position < 0) throw badRequest("QUOTE_TEXT_INVALID");
  const styles = quote.entities.filter((e) => STYLES.includes(e.type));
  return { text: quote.text, ...(styles.length > 0 && { entities: styles }), position, is_manual: true };
}

const STYLES = ["bold", "italic", "underline", "strikethrough", "spoiler", "custom_emoji", "date_time"];

// Bot API 10.1, ExternalReplyInfo
const EXTERNAL = [
  ...["photo", "video", "animation", "audio", "voice", "video_note", "document", "sticker", "story", "poll"],
  ...[
    "location",
    "venue",
    "contact",
    "dice",
    "checklist",
    "game",
    "invoice",
    "giveaway",
    "has_media_spoiler",
  ],
];

/** What is told of a message of another chat or topic. */
export function externalReply(target: StoredMessage, botId?: number): Content {
  const seen = messageJson(target, botId, 0);
  const media = EXTERNAL.filter((key) => key in seen);
  return {
    origin: originOf(target),
    chat: chatJson(target.chat),
    message_id: target.id,
    ...Object.fromEntries(media.map((key) => [key, seen[key]])),
  };
}

/** MessageOrigin of a message that is shown elsewhere. */
export function originOf(target: StoredMessage): Content {
  const { date, extra, from, senderChat, chat, id } = target;
  const signature = extra.author_signature === undefined ? {} : { author_signature: extra.author_signature };
  if (chat.type === "channel")
    return { type: "channel", date, chat: chatJson(chat), message_id: id, ...signature };
  if (senderChat) return { type: "chat", date, sender_chat: chatJson(senderChat), ...signature };
  return { type: "user", date, sender_user: from };
}
