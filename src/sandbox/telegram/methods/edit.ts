// editMessageText, editMessageCaption, editMessageReplyMarkup, deleteMessage(s), with the rules of 3.6 of the reference.

import { type ChatState, may } from "../chats.ts";
import { ApiError, badRequest } from "../http/api-error.ts";
import { leadingInteger } from "../http/request-params.ts";
import { messageJson, type StoredMessage } from "../messages.ts";
import { type Content, isRecord, type Message } from "../types.ts";
import { captionOf } from "./caption.ts";
import { chatOf, type Method, type MethodContext } from "./method.ts";
import { parseMarkup } from "./reply-markup.ts";
import { textContent } from "./send.ts";

export const EDIT_TARGET = [
  "business_connection_id",
  "chat_id",
  "message_id",
  "inline_message_id",
  "reply_markup",
] as const;
export const EDIT_UNSUPPORTED = ["business_connection_id", "inline_message_id"] as const;
const DELETE_MS = 48 * 60 * 60_000; // tdlib MessagesManager.cpp 8347: for bots in every kind of chat
const CAPTIONED = ["photo", "video", "animation", "audio", "voice", "document", "paid_media"];
/** Only their keyboards can be edited. tdlib MessagesManager.cpp, can_edit_message */
const FIXED = ["sticker", "video_note", "contact", "location", "venue", "dice"];
const NOT_MODIFIED =
  "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message";

/** The message of `message_id`. @throws ApiError "message to <verb> not found" */
export function targetOf({ world, params }: MethodContext, chat: ChatState, verb: string): StoredMessage {
  const id = params.int("message_id", 0, 0);
  // Client.cpp 13804: only the deleting methods look at the number itself; for the others none is one that is not found.
  if (id <= 0 && verb === "delete") throw badRequest("message identifier is not specified");
  const message = world.find(chat, id);
  if (!message) throw badRequest(`message to ${verb} not found`);
  return message;
}

/**
 * tdlib MessagesManager.cpp, can_edit_message (022d602): a bot edits its own messages, and in a channel those of others
 * with the right to edit. That the chat is accessible and the message there is asked first (Client.cpp check_message).
 */
export function editable(context: MethodContext, markupAlone = false): StoredMessage {
  const { bot } = context;
  const chat = chatOf(context);
  const message = targetOf(context, chat, "edit");
  const { replyMarkup: markup, extra } = message;
  const keyboard = isRecord(markup) && !("inline_keyboard" in markup);
  const own = message.authorId === bot.user.id;
  const right = chat.type === "channel" ? mayEditPost(chat, bot.user.id, own) : own;
  const fixed = !markupAlone && FIXED.some((kind) => kind in message.content);
  if (!right || fixed || message.service || keyboard || "forward_origin" in extra || "via_bot" in extra) {
    throw badRequest("message can't be edited");
  }
  return message;
}

function mayEditPost(chat: ChatState, botId: number, own: boolean): boolean {
  return may(chat, botId, "can_edit_messages") || (own && may(chat, botId, "can_post_messages"));
}

/** An edit without reply_markup removes the keyboard; one that changes nothing is refused. */
export function applyEdit(context: MethodContext, message: StoredMessage, content: Content): Message {
  const markup = parseMarkup(context.params);
  if (same(message.content, content) && same(message.replyMarkup, markup)) throw badRequest(NOT_MODIFIED);
  message.replyMarkup = markup;
  context.world.edit(message, content);
  return messageJson(message, context.bot.user.id);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

const editMessageText: Method = {
  name: "editMessageText",
  params: [...EDIT_TARGET, "text", "parse_mode", "entities", "link_preview_options", "rich_message"],
  unsupported: [...EDIT_UNSUPPORTED, "rich_message"],
  run(context) {
    const content = textContent(context);
    const message = editable(context);
    if (typeof message.content.text !== "string") throw badRequest("there is no text in the message to edit");
    return applyEdit(context, message, content);
  },
};

const editMessageCaption: Method = {
  name: "editMessageCaption",
  params: [...EDIT_TARGET, "caption", "parse_mode", "caption_entities", "show_caption_above_media"],
  unsupported: EDIT_UNSUPPORTED,
  run(context) {
    const caption = captionOf(context);
    const message = editable(context);
    if (!CAPTIONED.some((kind) => kind in message.content)) {
      throw badRequest("there is no caption in the message to edit");
    }
    const { caption: _, caption_entities: __, show_caption_above_media: ___, ...media } = message.content;
    return applyEdit(context, message, { ...media, ...caption });
  },
};

/**
 * The markup is read first, then the message is looked for (tdlib, edit_message_reply_markup). What changes only the
 * keyboard is no edit that anybody sees: no edit_date. Without a markup the keyboard goes; where there is none, the
 * server answers that nothing is modified - its MESSAGE_NOT_MODIFIED for that needs a real token to be confirmed.
 */
const editMessageReplyMarkup: Method = {
  name: "editMessageReplyMarkup",
  params: EDIT_TARGET,
  unsupported: EDIT_UNSUPPORTED,
  run(context) {
    const markup = parseMarkup(context.params);
    const message = editable(context, true);
    if (same(message.replyMarkup, markup)) throw badRequest(NOT_MODIFIED);
    context.world.editMarkup(message, markup);
    return messageJson(message, context.bot.user.id);
  },
};

/** @throws ApiError when the bot may not delete the message (any more) */
function checkDeletable({ world, bot }: MethodContext, message: StoredMessage): void {
  const { chat } = message;
  const own = message.authorId === bot.user.id && (!message.service || chat.type === "private");
  const allowed =
    own || may(chat, bot.user.id, "can_delete_messages") || (chat.type === "private" && !message.service);
  const old = world.clock.now() - message.date * 1000 >= DELETE_MS;
  const first = chat.type === "supergroup" && message.id === 1;
  if (!allowed || old || first) throw badRequest("message can't be deleted");
}

const deleteMessage: Method = {
  name: "deleteMessage",
  params: ["chat_id", "message_id"],
  run(context): true {
    const chat = chatOf(context);
    const message = targetOf(context, chat, "delete");
    checkDeletable(context, message);
    context.world.erase(message);
    return true;
  },
};

/** Unknown ids are skipped; one that may not be deleted fails the whole call. tdlib MessagesManager.cpp 8500 */
const deleteMessages: Method = {
  name: "deleteMessages",
  params: ["chat_id", "message_ids"],
  run(context): true {
    const { params, world } = context;
    const chat = chatOf(context);
    const ids = params.json("message_ids", "can't parse message identifiers JSON object");
    if (ids === undefined) throw badRequest("message identifiers are not specified");
    if (!Array.isArray(ids)) throw badRequest("expected an Array of message identifiers");
    if (ids.length > 100) throw badRequest("too many message identifiers specified");
    const found = ids.flatMap((id: unknown) => world.find(chat, leadingInteger(String(id))) ?? []);
    for (const message of found) {
      try {
        checkDeletable(context, message);
      } catch (error) {
        throw error instanceof ApiError ? badRequest("message can't be deleted for everyone") : error;
      }
    }
    for (const message of new Set(found)) world.erase(message);
    return true;
  },
};

export const editMethods: readonly Method[] = [
  editMessageText,
  editMessageCaption,
  editMessageReplyMarkup,
  deleteMessage,
  deleteMessages,
];
