// sendMessage, sendChatAction and what all senders share: rights, place, limits of the chat.

import { type ChatState, may } from "../chats.ts";
import { badRequest, refuseUnknownKeys } from "../http/api-error.ts";
import { messageJson, type StoredMessage } from "../messages.ts";
import type { PollState } from "../polls.ts";
import { type Content, isRecord, type Message } from "../types.ts";
import { codePoints, textFromParams } from "./formatted-text.ts";
import { chatOf, type Method, type MethodContext } from "./method.ts";
import { parseMarkup } from "./reply-markup.ts";
import { placeOf } from "./reply-target.ts";

export const SEND_PARAMS = [
  "business_connection_id",
  "chat_id",
  "message_thread_id",
  "direct_messages_topic_id",
  "disable_notification",
  "protect_content",
  "allow_paid_broadcast",
  "message_effect_id",
  "reply_parameters",
] as const;
export const SINGLE_PARAMS = [...SEND_PARAMS, "suggested_post_parameters", "reply_markup"] as const;
export const SEND_UNSUPPORTED = [
  "business_connection_id",
  "direct_messages_topic_id",
  "message_effect_id",
  "suggested_post_parameters",
] as const;

const MAX_TEXT = 4096; // Bot API 10.1, sendMessage, in code points
const NOUNS: Readonly<Record<string, string>> = {
  can_send_messages: "text messages",
  can_send_photos: "photos",
  can_send_videos: "videos",
  can_send_audios: "music",
  can_send_voice_notes: "voice notes",
  can_send_documents: "documents",
  can_send_video_notes: "video notes",
  can_send_polls: "polls",
  can_send_other_messages: "stickers",
};

/** @throws ApiError when the bot may not send this kind */
export function checkMaySend(chat: ChatState, botId: number, right: string): void {
  if (chat.type === "channel") {
    if (!may(chat, botId, "can_post_messages"))
      throw badRequest("need administrator rights in the channel chat");
    return;
  }
  if (may(chat, botId, right)) return;
  throw badRequest(`not enough rights to send ${NOUNS[right] ?? "messages"} to the chat`);
}

/** Posts as the bot: in channels under the channel's name. */
export function postAsBot(
  context: MethodContext,
  chat: ChatState,
  content: Content,
  extra: Content = {},
  poll?: PollState,
): StoredMessage {
  const { world, bot, params } = context;
  const place = placeOf(context, chat);
  const markup = parseMarkup(params);
  const inChannel = chat.type === "channel";
  return world.post(chat, {
    authorId: bot.user.id,
    ...(inChannel ? { senderChat: chat } : { from: bot.user }),
    ...place,
    extra: {
      ...place.extra,
      ...extra,
      ...(params.bool("protect_content") && { has_protected_content: true }),
    },
    content,
    ...(poll && { poll }),
    ...(markup !== undefined && { replyMarkup: markup }),
  });
}

const PREVIEW_KEYS = ["is_disabled", "url", "prefer_small_media", "prefer_large_media", "show_above_text"];

/** The text of a message and its previews. @throws ApiError */
export function textContent({ params, world }: MethodContext): Content {
  if (params.text("text") === "") throw badRequest("message text is empty");
  const { text, entities } = textFromParams(params, "text", "entities", (id) => world.users.get(id));
  if (text === "") throw badRequest("text must be non-empty");
  if (codePoints(text) > MAX_TEXT) throw badRequest("message is too long");
  const preview = params.json("link_preview_options", "can't parse link preview options JSON object");
  if (preview !== undefined && !isRecord(preview))
    throw badRequest("object expected as link preview options");
  if (isRecord(preview)) refuseUnknownKeys(preview, PREVIEW_KEYS, "link_preview_options");
  return {
    text,
    ...(entities.length > 0 && { entities }),
    ...(isRecord(preview) && Object.keys(preview).length > 0 && { link_preview_options: preview }),
  };
}

const sendMessage: Method = {
  name: "sendMessage",
  params: [...SINGLE_PARAMS, "text", "parse_mode", "entities", "link_preview_options"],
  unsupported: SEND_UNSUPPORTED,
  run(context): Message {
    const content = textContent(context);
    const chat = chatOf(context);
    checkMaySend(chat, context.bot.user.id, "can_send_messages");
    return messageJson(postAsBot(context, chat, content), context.bot.user.id);
  },
};

const ACTIONS = [
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
];

const sendChatAction: Method = {
  name: "sendChatAction",
  params: ["business_connection_id", "chat_id", "message_thread_id", "action"],
  unsupported: ["business_connection_id"],
  run(context): true {
    const { params, bot } = context;
    if (params.text("action") === "") throw badRequest('parameter "action" is required');
    if (!ACTIONS.includes(params.text("action").toLowerCase()))
      throw badRequest("wrong parameter action in request");
    checkMaySend(chatOf(context), bot.user.id, "can_send_messages");
    return true;
  },
};

export const sendMethods: readonly Method[] = [sendMessage, sendChatAction];
