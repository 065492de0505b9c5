// Makes the requests that put a message, a notice, an aside or a delete on Discord; the bridge calls it, pure.

import type { DeleteRequest, Resolved } from "../../bridge/platform.ts";
import { type FileAttachment, isFile, isPoll, type PollAttachment } from "../../model/attachment.ts";
import type { Copy, Part } from "../../model/delivery.ts";
import type { Message } from "../../model/message.ts";
import { type ConversationRef, messageKey } from "../../model/refs.ts";
import { isBlock, type RichText, text } from "../../model/rich-text.ts";
import { split } from "../../model/split.ts";
import {
  type Beside,
  codePoints,
  createPart,
  cutContent,
  flagsOf,
  isVisible,
  maxContent,
  nothing,
  placeOf,
  suppressNotifications,
} from "./create-part.ts";
import { renderMarkdown } from "./markdown-render.ts";
import { pingedIn, withPings } from "./mentions.ts";
import { pollOrder } from "./poll-order.ts";
import { faceOf, puppetName } from "./puppet-name.ts";
import { replyLine } from "./reply-line.ts";
import { type FileOrder, frozen, preparedOf } from "./request.ts";
import { inMessages, usualFileBytes, voiceWants } from "./wants.ts";

/** The parts of `message`, under the author's name where puppets can speak, else behind it. */
export function renderMessage(message: Message, to: ConversationRef, known: Resolved): readonly Part[] {
  const { puppets, guild, fileBytes = usualFileBytes } = preparedOf(known);
  const poll = message.attachments.find(isPoll);
  const files = message.attachments.filter(isFile);
  // A real voice message holds nothing else, and only the bot can send one.
  const voices = puppets ? [] : files.filter(({ kind }) => kind === "voice");
  const others = files.filter((file) => !voices.includes(file));
  const source = messageKey(message.ref);
  const reply = message.reply ? replyLine(message.reply, known, guild) : [];
  const speaker = puppets ? { puppet: { name: puppetName(message.author), ...faceOf(message.author) } } : {};
  const flags = flagsOf([message]);
  const isPollAlone = poll !== undefined && message.body.length === 0 && files.length === 0;
  const parts = isPollAlone
    ? []
    : partsOf([...reply, ...(puppets ? message.body : withName(message))], to, source, {
        ...{ known, files: inMessages(others, fileBytes), more: { ...speaker, ...flags } },
      });
  return [
    ...parts,
    ...voices.map((file, index) => voicePart(file, to, `${source}#voice${index}`, { fileBytes, ...flags })),
    ...(poll ? [pollPart(poll, isPollAlone ? reply : [], message, to, known)] : []),
  ];
}

/** A line of the robot itself, which speaks under its own name. */
export function renderNotice(body: RichText, to: ConversationRef, known: Resolved): readonly Part[] {
  return partsOf(body, to, `notice@${known.now}`, { known, files: [], more: {} });
}

/** Small print of the bot, which alone can answer a message; without a sound. */
export function renderAside(body: RichText, to: ConversationRef, known: Resolved): Part {
  const lines = renderMarkdown(body).trim().split("\n").filter(isVisible);
  const content = cutContent(lines.map((line) => `-# ${line}`).join("\n")) || nothing;
  const reply = known.replyTo?.id;
  const source = `aside of ${known.replyTo ? messageKey(known.replyTo) : known.now}`;
  return createPart(content, to, source, {
    flags: suppressNotifications,
    ...(reply !== undefined && { reply }),
  });
}

/** One request for each copy: webhooks know no bulk delete. */
export function renderDelete(
  copies: readonly Copy[],
  _to: ConversationRef,
  _known: Resolved,
): readonly DeleteRequest[] {
  return copies.map(({ ref, via }) => ({
    request: frozen({
      kind: "delete",
      ...placeOf(ref.conversation),
      message: ref.id,
      ...(via === undefined ? {} : { via }),
    }),
    targets: [ref],
  }));
}

function voicePart(
  file: FileAttachment,
  to: ConversationRef,
  source: string,
  { fileBytes, ...flags }: { readonly fileBytes: number; readonly flags?: number },
): Part {
  return createPart("", to, source, {
    ...flags,
    voice: true,
    files: [{ file, wants: voiceWants(fileBytes) }],
  });
}

/** Always the bot's: what a webhook asks nobody can end. */
function pollPart(
  { poll }: PollAttachment,
  reply: RichText,
  message: Message,
  to: ConversationRef,
  known: Resolved,
): Part {
  const name = { kind: "bold", children: [text(puppetName(message.author))] } as const;
  const content = cutContent(renderMarkdown([...reply, name]));
  return createPart(content, to, `${messageKey(message.ref)}#poll`, {
    poll: pollOrder(poll, known.now),
    ...flagsOf([message]),
  });
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

interface Holding {
  readonly known: Resolved;
  /** Message by message. */
  readonly files: readonly (readonly FileOrder[])[];
  readonly more: Beside;
}

/** The first files stand below the last words, the others in messages of their own. */
function partsOf(
  body: RichText,
  to: ConversationRef,
  source: string,
  { known: { people }, files, more }: Holding,
): readonly Part[] {
  const [first, ...further] = files;
  const contents = split(withPings(body, people), maxContent, (piece) => codePoints(renderMarkdown(piece)))
    .flatMap((piece) => hardCut(renderMarkdown(piece).trim()))
    .filter(isVisible);
  if (contents.length === 0) contents.push(first ? "" : nothing);
  const withWords = contents.map((content, index) => {
    const mentions = pingedIn(content, people);
    const isLast = index === contents.length - 1;
    return createPart(content, to, `${source}#${index}`, {
      ...more,
      ...(mentions.length > 0 && { mentions }),
      ...(first && isLast && { files: first }),
    });
  });
  const alone = further.map((group, index) =>
    createPart("", to, `${source}#${contents.length + index}`, { ...more, files: group }),
  );
  return [...withWords, ...alone];
}

/** Only a single grapheme or mark longer than a message gets here uncut. */
function hardCut(content: string): string[] {
  const points = [...content];
  const pieces: string[] = [];
  for (let i = 0; i < points.length; i += maxContent) pieces.push(points.slice(i, i + maxContent).join(""));
  return pieces;
}
