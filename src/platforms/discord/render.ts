// Makes the requests that put a message, a notice, an edit or a delete on Discord; the bridge calls it, pure.

import type { DeleteRequest, Resolved } from "../../bridge/platform.ts";
import type { Copy, Json, Part } from "../../model/delivery.ts";
import type { Message } from "../../model/message.ts";
import { type ConversationRef, messageKey } from "../../model/refs.ts";
import { isBlock, type RichText, text } from "../../model/rich-text.ts";
import { split } from "../../model/split.ts";
import {
  type CreateRequest,
  codePoints,
  createPart,
  flagsOf,
  isVisible,
  maxContent,
  nothing,
  placeOf,
  suppressEmbeds,
} from "./create-part.ts";
import { renderMarkdown } from "./markdown-render.ts";
import { puppetName } from "./puppet-name.ts";
import { replyLine } from "./reply-line.ts";
import { type DiscordRequest, preparedOf } from "./request.ts";
import { spokenContent } from "./spoken-name.ts";

/** The parts of `message`, under the author's name where puppets can speak, else behind it. */
export function renderMessage(message: Message, to: ConversationRef, known: Resolved): readonly Part[] {
  const { puppets, guild } = preparedOf(known);
  const reply = message.reply ? replyLine(message.reply, known, guild) : [];
  const body = puppets ? message.body : withName(message);
  const speaker = puppets ? { puppet: { name: puppetName(message.author) } } : {};
  return partsOf([...reply, ...body], to, messageKey(message.ref), {
    ...speaker,
    ...flagsOf([message]),
  });
}

/** A line of the robot itself, which speaks under its own name. */
export function renderNotice(body: RichText, to: ConversationRef, known: Resolved): readonly Part[] {
  return partsOf(body, to, `notice@${known.now}`, {});
}

/**
 * Turns `copy` into `part`. The name it was said under cannot change, so a joined message that had several authors
 * and has one now says in the text who that is; previews can only be switched off.
 */
export function renderEdit(part: Part, copy: Copy, _known: Resolved): Json {
  const request = requestOf(part);
  const previews = (request.flags ?? 0) & suppressEmbeds;
  return json({
    kind: "edit",
    ...placeOf(copy.ref.conversation),
    message: copy.ref.id,
    ...(copy.via === undefined ? {} : { via: copy.via }),
    content: isNamed(copy) ? spokenContent(request) : request.content,
    ...(previews ? { flags: previews } : {}),
  });
}

/** One request for each copy: webhooks know no bulk delete. */
export function renderDelete(
  copies: readonly Copy[],
  _to: ConversationRef,
  _known: Resolved,
): readonly DeleteRequest[] {
  return copies.map(({ ref, via }) => ({
    request: json({
      kind: "delete",
      ...placeOf(ref.conversation),
      message: ref.id,
      ...(via === undefined ? {} : { via }),
    }),
    targets: [ref],
  }));
}

function requestOf(part: Part): CreateRequest {
  return part.request as unknown as CreateRequest;
}

function json(request: DiscordRequest): Json {
  return { ...request };
}

/** The bold name and the words on one line; a block begins on the next. */
function withName(message: Message): RichText {
  const name = puppetName(message.author);
  const first = message.body[0];
  return [
    { kind: "bold", children: [text(name)] },
    text(first && isBlock(first) ? ":\n" : ": "),
    ...message.body,
  ];
}

/** The bot may have sent the copy before there was a webhook: the name stays in front of the words. */
function isNamed({ via, part, joined }: Copy): boolean {
  return (via === undefined && part === 0) || joined === true;
}

function partsOf(
  body: RichText,
  to: ConversationRef,
  source: string,
  more: Pick<CreateRequest, "puppet" | "flags">,
): readonly Part[] {
  const contents = split(body, maxContent, (piece) => codePoints(renderMarkdown(piece)))
    .flatMap((piece) => hardCut(renderMarkdown(piece).trim()))
    .filter(isVisible);
  return (contents.length > 0 ? contents : [nothing]).map((content, index) =>
    createPart(content, to, `${source}#${index}`, more),
  );
}

/** Only a single grapheme or mark longer than a message gets here uncut. */
function hardCut(content: string): readonly string[] {
  const points = [...content];
  const pieces: string[] = [];
  for (let i = 0; i < points.length; i += maxContent) pieces.push(points.slice(i, i + maxContent).join(""));
  return pieces;
}
