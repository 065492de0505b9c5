// The words that stand for a file which cannot be sent as it is: what it is, how big, why, and where it can be had.

import type { FileAttachment } from "./attachment.ts";
import { type Node, type RichText, text } from "./rich-text.ts";
import type { Texts } from "./texts.ts";

/** Why the file itself is not there (`bridge.unfit.<why>`), and where a person can fetch it. */
export interface FileFate {
  readonly unfit?: string;
  readonly link?: string;
}

/** One line, or two when there is a reason. The name leads to `link`, else to the original message. */
export function fileCard(file: FileAttachment, texts: Texts, fate: FileFate = {}): RichText {
  const music = [file.performer, file.title].filter(isSaid).join(" – ");
  const name = music || file.name;
  const facts = [
    file.emoji,
    file.seconds === undefined ? undefined : duration(file.seconds),
    file.bytes === undefined ? undefined : size(file.bytes, texts),
    file.alt,
  ].filter(isSaid);
  const label: Node = text(name ? `${kindOf(file, texts)} · ${name}` : kindOf(file, texts));
  const href = fate.link ?? file.href;
  const head: RichText = [
    href ? { kind: "link", href, children: [label] } : label,
    ...facts.map((fact) => text(` · ${fact}`)),
  ];
  if (!fate.unfit) return head;
  const why = texts(`bridge.unfit.${fate.unfit}`, { link: fate.link ? "yes" : "no" });
  return [...head, text("\n"), { kind: "italic", children: [text(why)] }];
}

function kindOf(file: FileAttachment, texts: Texts): string {
  return texts(`bridge.attachment.${file.kind}`);
}

function isSaid(fact: string | undefined): fact is string {
  return fact !== undefined && fact !== "";
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
