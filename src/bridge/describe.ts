// Says in words what has no form of its own on the other side: cards, polls, forwards, notices. `compose` calls it.

import {
  type Attachment,
  type CardAttachment,
  isFile,
  isPoll,
  type PollAttachment,
} from "../model/attachment.ts";
import type { Notice } from "../model/event.ts";
import { fileCard } from "../model/file-card.ts";
import type { Message } from "../model/message.ts";
import { type Node, type RichText, text } from "../model/rich-text.ts";
import type { Texts } from "../model/texts.ts";
import type { Resolved } from "./platform.ts";

type Known = Pick<Resolved, "texts" | "phones">;
type FitsPoll = (poll: PollAttachment) => boolean;

/**
 * The same message with its origin and whatever has no form of its own as lines before the text; left as attachments
 * are files that can be had, and a poll that fits.
 */
export function describeMessage(message: Message, known: Known, fitsPoll: FitsPoll = () => false): Message {
  const { texts } = known;
  const hasForm = (attachment: Attachment) =>
    isFile(attachment) ? attachment.source !== undefined : isPoll(attachment) && fitsPoll(attachment);
  const lines: RichText[] = [];
  if (message.forward) lines.push(forwardLine(message.forward, texts));
  if (message.via)
    lines.push([{ kind: "italic", children: [text(texts("bridge.via", { bot: message.via }))] }]);
  for (const attachment of message.attachments) {
    if (!hasForm(attachment)) lines.push(wordsFor(attachment, known));
  }
  if (lines.length === 0) return message;
  if (message.body.length > 0) lines.push(message.body);
  const { forward: _, via: __, ...more } = message;
  return { ...more, body: lined(lines), attachments: message.attachments.filter(hasForm) };
}

/** Each on a line of its own. */
export function lined(lines: readonly RichText[]): RichText {
  return lines.flatMap((line, index): RichText => (index === 0 ? line : [text("\n"), ...line]));
}

function wordsFor(attachment: Attachment, known: Known): RichText {
  if (isFile(attachment)) return fileCard(attachment, known.texts, { unfit: "gone" });
  return isPoll(attachment) ? pollCard(attachment, known.texts) : card(attachment, known);
}

function forwardLine(forward: NonNullable<Message["forward"]>, texts: Texts): RichText {
  const label: Node = text(texts("bridge.forwarded", { from: forward.from }));
  const children: RichText = forward.href
    ? [{ kind: "link", href: forward.href, children: [label] }]
    : [label];
  return [{ kind: "italic", children }];
}

function card(attachment: CardAttachment, { texts, phones }: Known): RichText {
  const kind = texts(`bridge.attachment.${attachment.kind}`);
  const label: Node = text(attachment.name ? `${kind} · ${attachment.name}` : kind);
  const head: Node = attachment.href ? { kind: "link", href: attachment.href, children: [label] } : label;
  const facts = [attachment.description, phones === true ? attachment.phone : undefined];
  const line: RichText = [head, ...facts.flatMap((fact) => (fact ? [text(` · ${fact}`)] : []))];
  return attachment.body && attachment.body.length > 0 ? lined([line, attachment.body]) : line;
}

function pollCard({ poll }: PollAttachment, texts: Texts): RichText {
  const head = `${texts("bridge.attachment.poll")} · ${poll.question}`;
  const state = poll.closed ? ` · ${texts("bridge.poll.closed")}` : "";
  const options = poll.options.map(({ id, text: option, emoji }): RichText => {
    const votes = poll.votes?.[id];
    const count = votes === undefined ? "" : ` · ${texts("bridge.poll.votes", { count: votes })}`;
    return [text(`• ${emoji ? `${emoji} ` : ""}${option}${count}`)];
  });
  return lined([[text(head + state)], ...options]);
}

/** The robot's own line for an event that has no twin. */
export function describeNotice(notice: Notice, by: string | undefined, texts: Texts): RichText {
  return [{ kind: "italic", children: [text(texts(notice.key, { ...notice.values, name: by ?? "" }))] }];
}
