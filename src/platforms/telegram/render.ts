// Makes the requests that put a message, a notice, an edit or a delete on Telegram; the bridge calls it, pure.

import type { DeleteRequest, Resolved } from "../../bridge/platform.ts";
import type { Copy, Json, Part } from "../../model/delivery.ts";
import type { Message } from "../../model/message.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { type RichText, text } from "../../model/rich-text.ts";
import { split } from "../../model/split.ts";
import { type EntityText, treeToEntities } from "./entities-render.ts";
import { codePoints, entitiesJson, MAX_TEXT, type Payload, request, sendPart } from "./render-send.ts";
import { replyQuote, withName } from "./render-words.ts";
import type { TelegramRequest } from "./request.ts";

/** Bot API 10.1, deleteMessages: 1-100 identifiers. */
const MAX_DELETES = 100;

/** A bot may delete what was sent less than 48 hours ago; 5 minutes less, for the way there. */
const DELETABLE_MS = (48 * 60 - 5) * 60 * 1000;

/**
 * The parts of `message`, the first under the author's bold name. `known.replyTo` makes a native reply; a reply to what
 * is not known here becomes a quote, and one to a joined message is both, for that stands for several. Attachments and
 * origin are lines of the body already.
 */
export function renderMessage(message: Message, to: ConversationRef, known: Resolved): readonly Part[] {
  const inWords = known.replyTo === undefined || known.replyIsJoined === true;
  const quoted = message.reply && inWords ? replyQuote(message.reply) : [];
  const more: Payload = {
    ...(message.previews === false ? { link_preview_options: { is_disabled: true } } : {}),
    ...(message.silent ? { disable_notification: true } : {}),
  };
  // A quote of a native reply is left out: it must match the target to the letter, or QUOTE_TEXT_INVALID.
  const reply: Payload = known.replyTo
    ? { reply_parameters: { message_id: Number(known.replyTo.id), allow_sending_without_reply: true } }
    : {};
  return sendAll(withName(message.author.name, [...quoted, ...message.body]), to, more, reply);
}

/** A line of the robot itself, without a name. */
export function renderNotice(body: RichText, to: ConversationRef, _known: Resolved): readonly Part[] {
  return sendAll(body, to, {}, {});
}

/** Turns `copy` into `part`. */
export function renderEdit(part: Part, copy: Copy, _known: Resolved): Json {
  const { payload } = part.request as unknown as TelegramRequest;
  const { text: value = "", entities = [], link_preview_options } = payload;
  return editText(copy, {
    text: value,
    entities,
    ...(link_preview_options === undefined ? {} : { link_preview_options }),
  });
}

/** Removes young copies, a hundred at a time; what is too old to be deleted becomes a tombstone. */
export function renderDelete(
  copies: readonly Copy[],
  _to: ConversationRef,
  known: Resolved,
): readonly DeleteRequest[] {
  const young = copies.filter((copy) => known.now - copy.at < DELETABLE_MS);
  const old = copies.filter((copy) => known.now - copy.at >= DELETABLE_MS);
  return [
    ...chunks(young, MAX_DELETES).map((chunk) => ({
      request: deleteOf(chunk),
      targets: chunk.map((copy) => copy.ref),
    })),
    ...old.map((copy) => ({ request: tombstone(copy, known), targets: [copy.ref] })),
  ];
}

/** One sendMessage per piece; only the first is a reply. */
function sendAll(body: RichText, to: ConversationRef, more: Payload, reply: Payload): readonly Part[] {
  const pieces = split(body, MAX_TEXT, (piece) => codePoints(treeToEntities(piece).text))
    .map(treeToEntities)
    .filter((piece) => piece.text !== "");
  const whole: readonly EntityText[] = pieces.length > 0 ? pieces : [{ text: "…", entities: [] }];
  return whole.map((piece, index) => sendPart(piece, to, index === 0 ? { ...more, ...reply } : more));
}

function editText(copy: Copy, content: Payload): Json {
  const chat = { chat_id: Number(copy.ref.conversation.id), message_id: Number(copy.ref.id) };
  return request("editMessageText", { ...chat, ...content });
}

function tombstone(copy: Copy, known: Resolved): Json {
  const words = treeToEntities([{ kind: "italic", children: [text(known.texts("telegram.deleted"))] }]);
  return editText(copy, { text: words.text, entities: entitiesJson(words) });
}

function deleteOf(chunk: readonly Copy[]): Json {
  const ids = chunk.map((copy) => Number(copy.ref.id));
  const chat_id = Number(chunk[0]?.ref.conversation.id);
  return ids.length === 1
    ? request("deleteMessage", { chat_id, message_id: ids[0] ?? 0 })
    : request("deleteMessages", { chat_id, message_ids: ids });
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
