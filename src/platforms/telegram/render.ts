// Makes the requests that put a message, a notice, an edit or a delete on Telegram; the bridge calls it, pure.

import { createHash } from "node:crypto";
import type { DeleteRequest, Resolved } from "../../bridge/platform.ts";
import type { Copy, Json, Part } from "../../model/delivery.ts";
import type { Message, Reply } from "../../model/message.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { isBlock, type Node, type RichText, text } from "../../model/rich-text.ts";
import { split } from "../../model/split.ts";
import { type EntityText, treeToEntities } from "./entities-render.ts";
import type { TelegramRequest } from "./request.ts";

/** Bot API 10.1, sendMessage: 1-4096 code points after entities parsing. */
const MAX_TEXT = 4096;

/** Bot API 10.1, deleteMessages: 1-100 identifiers. */
const MAX_DELETES = 100;

/** A bot may delete what was sent less than 48 hours ago; 5 minutes less, for the way there. */
const DELETABLE_MS = (48 * 60 - 5) * 60 * 1000;

/** The most of an unknown message that is shown before the answer to it. */
const MAX_EXCERPT = 160;

type Payload = TelegramRequest["payload"];

/**
 * The parts of `message`, the first under the author's bold name. `known.replyTo` makes a native reply; a reply to what
 * is not known here becomes a quote. Attachments and origin are lines of the body already.
 */
export function renderMessage(message: Message, to: ConversationRef, known: Resolved): readonly Part[] {
  const quoted = message.reply && !known.replyTo ? replyQuote(message.reply) : [];
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

/** Name and text on one line; what owns whole lines begins on the next. */
function withName(name: string, body: RichText): RichText {
  const bold: Node = { kind: "bold", children: [text(visibleName(name))] };
  const first = body.find((node) => node.kind !== "text" || node.text !== "");
  if (!first || treeToEntities(body).text === "") return [bold];
  return [bold, text(isBlock(first) ? ":\n" : ": "), ...body];
}

/** A name is one line and never invisible: it is all that tells who speaks. */
function visibleName(name: string): string {
  const line = name.replace(/\s+/g, " ").trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(line) ? line : "?";
}

/** Who said what is answered, as far as the source knew; a block, so the text starts on its own line. */
function replyQuote(reply: Reply): RichText {
  const said = reply.quote ?? (reply.excerpt ? [text(oneLine(reply.excerpt))] : []);
  const who: RichText = reply.author ? [{ kind: "bold", children: [text(oneLine(reply.author))] }] : [];
  const children = who.length > 0 && said.length > 0 ? [...who, text(": "), ...said] : [...who, ...said];
  return children.length === 0 ? [] : [{ kind: "quote", expandable: false, children }];
}

function oneLine(value: string): string {
  const line = [...value.replace(/\s+/g, " ").trim()];
  return line.length > MAX_EXCERPT ? `${line.slice(0, MAX_EXCERPT - 1).join("")}…` : line.join("");
}

/** One sendMessage per piece; only the first is a reply. Never parse_mode: entities need no escaping. */
function sendAll(body: RichText, to: ConversationRef, more: Payload, reply: Payload): readonly Part[] {
  const pieces = split(body, MAX_TEXT, (piece) => codePoints(treeToEntities(piece).text))
    .map(treeToEntities)
    .filter((piece) => piece.text !== "");
  const whole: readonly EntityText[] = pieces.length > 0 ? pieces : [{ text: "…", entities: [] }];
  return whole.map((piece, index) => ({
    hash: hashOf(piece),
    request: request("sendMessage", {
      ...target(to),
      text: piece.text,
      entities: entitiesJson(piece),
      ...more,
      ...(index === 0 ? reply : {}),
    }),
  }));
}

/** The general topic (1) is named by leaving it out: else "message thread not found" [tdlib Client.cpp]. */
function target(to: ConversationRef): Payload {
  const chat = { chat_id: Number(to.id) };
  return to.thread === undefined || to.thread === "1"
    ? chat
    : { ...chat, message_thread_id: Number(to.thread) };
}

/** Of what is seen alone: a reply or a topic does not make an edit necessary. */
function hashOf(piece: EntityText): string {
  return createHash("sha256")
    .update(JSON.stringify([piece.text, piece.entities]))
    .digest("hex")
    .slice(0, 32);
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

function request(method: string, payload: Payload): Json {
  const made: TelegramRequest = { method, payload };
  return { ...made };
}

function entitiesJson(piece: EntityText): readonly Json[] {
  return piece.entities.map((entity) => ({ ...entity }) as Json);
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

function chunks<T>(all: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}
