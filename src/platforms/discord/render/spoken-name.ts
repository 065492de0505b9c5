// Puts a person's name before a puppet's words that the bot has to say; `api.ts` and `render.ts` (edits) call it.

import type { Resolved } from "../../../bridge/platform.ts";
import { text } from "../../../model/rich-text.ts";
import { renderMarkdown } from "../markdown/render.ts";
import type { CreateRequest } from "../request.ts";
import { codePoints, maxContent } from "./create-part.ts";

// As `reply-line.ts` writes it; small print is small only where it begins a line.
const replyLine = /^-# (?:↩|\[↩\]\().*\n/u;
// Headings, small print, quotations, lists and code: markup at the begin of a line only.
const block = /^(?:#{1,3} |-# |>{1,3} |[-*+] |\d+\. |```)/;

/** How who speaks is told where there are no puppets; with the name alone, unless told. */
export type Telling = Pick<Resolved, "attribution" | "platform">;

/** What the bot says in the place of a puppet: the words, and who says them. */
export function spokenContent(
  { puppet, content }: Pick<CreateRequest, "puppet" | "content">,
  telling: Telling = {},
): string {
  if (puppet === undefined || puppet.told || telling.attribution === "none") return content;
  return withSpokenName(puppet.name, content, telling);
}

/** A name as it stands before the words of `content`, with what parts them. */
export function namePrefix(name: string, content: string, telling: Telling = {}): string {
  const gap = startsBlock(content) ? ":\n" : ": ";
  const bold = { kind: "bold", children: [text(name)] } as const;
  return `${renderMarkdown([bold, text(platformBehind(telling))])}${gap}`;
}

/** ` (Telegram)` where it is wished and known, else nothing. */
export function platformBehind({ attribution, platform }: Telling): string {
  return attribution === "name-platform" && platform ? ` (${platform})` : "";
}

/** Does markup stand at its begin that must begin a line? */
export function startsBlock(content: string): boolean {
  return block.test(content);
}

/** The content with the bold name after its reply line; the name gives way where there is no room for both. */
export function withSpokenName(name: string, content: string, telling: Telling = {}): string {
  const head = replyLine.exec(content)?.[0] ?? "";
  const words = content.slice(head.length);
  const room = maxContent - codePoints(content);
  const letters = [...name];
  for (let length = letters.length; length > 0; length--) {
    const shown = length === letters.length ? name : `${letters.slice(0, length).join("")}…`;
    const prefix = namePrefix(shown, words, telling);
    if (codePoints(prefix) <= room) return `${head}${prefix}${words}`;
  }
  return content;
}
