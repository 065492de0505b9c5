// Says in words what has no form of its own on the other side yet: attachments, forwards, notices. `compose` calls it.

import type { Notice } from "../model/event.ts";
import type { Attachment, Message } from "../model/message.ts";
import { type Node, type RichText, text } from "../model/rich-text.ts";
import type { Texts } from "../model/texts.ts";

/** The same message with its attachments and its origin as lines before the text; `attachments` is empty after it. */
export function describeMessage(message: Message, texts: Texts): Message {
  const lines: RichText[] = [];
  if (message.forward) lines.push(forwardLine(message.forward, texts));
  if (message.via)
    lines.push([{ kind: "italic", children: [text(texts("bridge.via", { bot: message.via }))] }]);
  for (const attachment of message.attachments) lines.push([text(attachmentLine(attachment, texts))]);
  if (lines.length === 0) return message;
  if (message.body.length > 0) lines.push(message.body);
  const body = lines.flatMap((line, index): RichText => (index === 0 ? line : [text("\n"), ...line]));
  return { ...message, body, attachments: [] };
}

function forwardLine(forward: NonNullable<Message["forward"]>, texts: Texts): RichText {
  const label: Node = text(texts("bridge.forwarded", { from: forward.from }));
  const children: RichText = forward.href
    ? [{ kind: "link", href: forward.href, children: [label] }]
    : [label];
  return [{ kind: "italic", children }];
}

function attachmentLine(attachment: Attachment, texts: Texts): string {
  const facts = [
    texts(`bridge.attachment.${attachment.kind}`),
    attachment.name,
    attachment.seconds === undefined ? undefined : duration(attachment.seconds),
    attachment.bytes === undefined ? undefined : size(attachment.bytes, texts),
    attachment.description,
  ];
  return facts.filter((fact) => fact !== undefined && fact !== "").join(" · ");
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const rest = String(whole % 60).padStart(2, "0");
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`;
}

const UNITS = ["B", "kB", "MB", "GB"] as const;

function size(bytes: number, texts: Texts): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return texts("bridge.size", { amount: bytes / 1000 ** power, unit: UNITS[power] ?? "B" });
}

/** The robot's own line for an event that has no twin. */
export function describeNotice(notice: Notice, by: string | undefined, texts: Texts): RichText {
  return [{ kind: "italic", children: [text(texts(notice.key, { ...notice.values, name: by ?? "" }))] }];
}
