// Makes the requests that put a message, a notice, an edit or a delete on Discord; the bridge calls it, pure.

import { createHash } from "node:crypto";
import type { DeleteRequest, Resolved } from "../../bridge/platform.ts";
import type { Copy, Json, Part } from "../../model/delivery.ts";
import type { Message } from "../../model/message.ts";
import { type ConversationRef, conversationKey, messageKey } from "../../model/refs.ts";
import { isBlock, type RichText, text } from "../../model/rich-text.ts";
import { split } from "../../model/split.ts";
import { renderMarkdown } from "./markdown-render.ts";
import { puppetName } from "./puppet-name.ts";
import { replyLine } from "./reply-line.ts";
import type { DiscordPrepared, DiscordRequest } from "./request.ts";
import { withSpokenName } from "./spoken-name.ts";

/** Discord, resources/message: content up to 2000 characters, counted as code points (api-docs #1315). */
const MAX_CONTENT = 2000;

// Discord, resources/message, Message Flags.
const SUPPRESS_EMBEDS = 1 << 2;
const SUPPRESS_NOTIFICATIONS = 1 << 12;

/** Discord refuses what is empty after trimming; an italic space is a message that shows nothing. */
const NOTHING = "_ _";

/** The parts of `message`, under the author's name where puppets can speak, else behind it. */
export function renderMessage(message: Message, to: ConversationRef, known: Resolved): readonly Part[] {
  const { puppets, guild } = preparedOf(known);
  const reply = message.reply ? replyLine(message.reply, known, guild) : [];
  const body = puppets ? message.body : withName(message);
  const flags =
    (message.previews === false ? SUPPRESS_EMBEDS : 0) | (message.silent ? SUPPRESS_NOTIFICATIONS : 0);
  const speaker = puppets ? { puppet: { name: puppetName(message.author) } } : {};
  return partsOf([...reply, ...body], to, messageKey(message.ref), {
    ...speaker,
    ...(flags ? { flags } : {}),
  });
}

/** A line of the robot itself, which speaks under its own name. */
export function renderNotice(body: RichText, to: ConversationRef, known: Resolved): readonly Part[] {
  return partsOf(body, to, `notice@${known.now}`, {});
}

/** Turns `copy` into `part`. The name cannot change; previews can only be switched off. */
export function renderEdit(part: Part, copy: Copy, _known: Resolved): Json {
  const request = requestOf(part);
  const previews = (request.flags ?? 0) & SUPPRESS_EMBEDS;
  return json({
    kind: "edit",
    ...placeOf(copy.ref.conversation),
    message: copy.ref.id,
    ...(copy.via === undefined ? {} : { via: copy.via }),
    content: copy.via === undefined && copy.part === 0 ? namedContent(request) : request.content,
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

type CreateRequest = DiscordRequest & { readonly kind: "create" };

function preparedOf(known: Resolved): DiscordPrepared {
  return known.prepared as unknown as DiscordPrepared;
}

function requestOf(part: Part): CreateRequest {
  return part.request as unknown as CreateRequest;
}

function json(request: DiscordRequest): Json {
  return { ...request };
}

function placeOf({ id, thread }: ConversationRef): { readonly channel: string; readonly thread?: string } {
  return thread === undefined ? { channel: id } : { channel: id, thread };
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

/** The bot sent the copy before there was a webhook: the name stays in front of the words, after the reply line. */
function namedContent({ puppet, content }: CreateRequest): string {
  return puppet ? withSpokenName(puppet.name, content) : content;
}

function partsOf(
  body: RichText,
  to: ConversationRef,
  source: string,
  more: Pick<CreateRequest, "puppet" | "flags">,
): readonly Part[] {
  const contents = split(body, MAX_CONTENT, (piece) => codePoints(renderMarkdown(piece)))
    .flatMap((piece) => hardCut(renderMarkdown(piece).trim()))
    .filter(isVisible);
  return (contents.length > 0 ? contents : [NOTHING]).map((content, index) => {
    const hash = digest(content, "hex").slice(0, 32);
    const nonce = digest(`${source}>${conversationKey(to)}#${index}:${hash}`, "base64url").slice(0, 25);
    return { hash, request: json({ kind: "create", ...placeOf(to), ...more, content, nonce }) };
  });
}

/** Only a single grapheme or mark longer than a message gets here uncut. */
function hardCut(content: string): readonly string[] {
  const points = [...content];
  const pieces: string[] = [];
  for (let i = 0; i < points.length; i += MAX_CONTENT) pieces.push(points.slice(i, i + MAX_CONTENT).join(""));
  return pieces;
}

/** Characters that show nothing are stripped by Discord before it looks whether anything is left. */
function isVisible(content: string): boolean {
  return content.replace(/[\s\p{Cc}\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/gu, "") !== "";
}

function codePoints(value: string): number {
  return [...value].length;
}

function digest(value: string, encoding: "hex" | "base64url"): string {
  return createHash("sha256").update(value).digest(encoding);
}
