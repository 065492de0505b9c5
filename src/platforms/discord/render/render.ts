// Makes the requests that put a message, a notice, an aside or a delete on Discord; the bridge calls it, pure.

import type { DeleteRequest, Resolved } from "../../../bridge/platform.ts";
import { type FileAttachment, isFile, isPoll, type PollAttachment } from "../../../model/attachment.ts";
import type { Copy, Part } from "../../../model/delivery.ts";
import type { Message } from "../../../model/message.ts";
import { type ConversationRef, messageKey } from "../../../model/refs.ts";
import { isBlock, type RichText, text } from "../../../model/rich-text.ts";
import { renderMarkdown } from "../markdown/render.ts";
import { frozen, preparedOf } from "../request.ts";
import { inMessages, usualFileBytes, voiceWants } from "../wants.ts";
import {
  createPart,
  cutContent,
  flagsOf,
  isVisible,
  nothing,
  placeOf,
  suppressNotifications,
} from "./create-part.ts";
import { renderOwn } from "./own.ts";
import { partsOf } from "./parts.ts";
import { pollOrder } from "./poll-order.ts";
import { faceOf, puppetName } from "./puppet-name.ts";
import { replyLine } from "./reply-line.ts";
import { platformBehind } from "./spoken-name.ts";

/** The parts of `message`, under the author's name where puppets can speak, else behind it. */
export function renderMessage(message: Message, to: ConversationRef, known: Resolved): readonly Part[] {
  if (message.author.kind === "robot") return renderOwn(message, to, known);
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
    : partsOf([...reply, ...(puppets ? message.body : withName(message, known))], to, source, {
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
  const name: RichText =
    known.attribution === "none"
      ? []
      : [
          { kind: "bold", children: [text(puppetName(message.author))] },
          ...[platformBehind(known)].filter((words) => words !== "").map(text),
        ];
  const content = cutContent(renderMarkdown([...reply, ...name]));
  return createPart(content, to, `${messageKey(message.ref)}#poll`, {
    poll: pollOrder(poll, known.now),
    ...flagsOf([message]),
  });
}

/** The bold name and the words on one line; a block begins on the next. */
function withName(message: Message, known: Resolved): RichText {
  if (known.attribution === "none") return message.body;
  const name = puppetName(message.author);
  const first = message.body[0];
  return [
    { kind: "bold", children: [text(name)] },
    text(`${platformBehind(known)}${first && isBlock(first) ? ":\n" : ": "}`),
    ...message.body,
  ];
}
