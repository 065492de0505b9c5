// Puts several waiting messages into one, a paragraph for each, when a chat takes less than is said; the bridge calls it, pure.

import type { Resolved } from "../../../bridge/platform.ts";
import type { Part, Section } from "../../../model/delivery.ts";
import type { Message, Reply } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { plainText, type RichText } from "../../../model/rich-text.ts";
import { fitsWhole, noLoad, plusLoad } from "../entities/limits.ts";
import { type EntityText, treeToAllEntities } from "../entities/render.ts";
import type { Payload } from "../request.ts";
import { codePoints, MAX_TEXT, sendPart } from "./send.ts";
import { lines, type Manner, mannerIn, previewPast, replyQuote, withName } from "./words.ts";

type MessageSection = Extract<Section, { kind: "message" }>;

/**
 * As many of the leading `sections` as one message shows whole: 4096 code points, and no entity more than Telegram
 * keeps, for it drops the rest without a word. Undefined when not even the first fits. A name stands before each
 * paragraph, but only once before neighbours of one author; whoever answers is named again, with whom and what.
 */
export function renderJoined(
  sections: readonly Section[],
  to: ConversationRef,
  known: Resolved,
  account: Manner,
): { readonly part: Part; readonly count: number } | undefined {
  const { room = 1, people } = known;
  const manner = mannerIn(known, account);
  const pieces: EntityText[] = [];
  let length = 0;
  let load = noLoad;
  for (const [index, section] of sections.entries()) {
    const piece = paragraph(section, sections[index - 1], manner, people);
    length += codePoints(piece.text) + (index > 0 ? 1 : 0);
    load = plusLoad(load, piece.entities);
    if (length > MAX_TEXT * room || !fitsWhole(load)) break;
    pieces.push(piece);
  }
  const count = pieces.length;
  if (count === 0) return undefined;
  const whole = lines(pieces);
  return { part: sendPart(whole, to, manners(sections.slice(0, count), whole, manner)), count };
}

/** What one section shows; never empty, so that each can be seen, and its edit too. */
function paragraph(
  section: Section,
  before: Section | undefined,
  manner: Manner,
  people: Resolved["people"],
): EntityText {
  const body = section.kind === "notice" ? section.body : spoken(section.message, before, manner);
  const piece = treeToAllEntities(body, people);
  if (piece.text !== "") return piece;
  const named = section.kind === "notice" ? [] : withName(section.message.author, [], manner);
  return named.length === 0 ? { text: "…", entities: [] } : treeToAllEntities(named);
}

function spoken(message: Message, before: Section | undefined, manner: Manner): RichText {
  const { author, body, reply } = message;
  if (reply) return withName(author, [...replyQuote(short(reply)), ...body], manner);
  return goesOn(message, before) ? body : withName(author, body, manner);
}

/** The same author speaks on. Without a user id a name alone says who it is. */
function goesOn(message: Message, before: Section | undefined): boolean {
  if (before?.kind !== "message") return false;
  const [now, then] = [message.author, before.message.author];
  return now.name === then.name && now.user?.account === then.user?.account && now.user?.id === then.user?.id;
}

/** A quote is one line here, like any excerpt. */
function short(reply: Reply): Reply {
  const { quote, ...rest } = reply;
  return quote === undefined ? reply : { ...rest, excerpt: plainText(quote) };
}

/** Silent when all are; without previews as soon as one author wanted none, for the message can show but one. */
function manners(
  sections: readonly Section[],
  whole: EntityText,
  { profiles, attribution }: Manner,
): Payload {
  const messages = sections.filter((section): section is MessageSection => section.kind === "message");
  const authors = profiles && attribution !== "none" ? messages.map(({ message }) => message.author) : [];
  return {
    ...previewPast(authors, whole),
    ...(messages.some(({ message }) => message.previews === false)
      ? { link_preview_options: { is_disabled: true } }
      : {}),
    ...(messages.length > 0 && messages.every(({ message }) => message.silent)
      ? { disable_notification: true }
      : {}),
  };
}
