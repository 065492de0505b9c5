// Puts a person's name before a puppet's words that the bot has to say; `api.ts` and `render.ts` (edits) call it.

import { text } from "../../model/rich-text.ts";
import { renderMarkdown } from "./markdown-render.ts";

// Discord, resources/message: content is at most 2000 characters, counted as code points (api-docs #1315).
const maxLength = 2000;

// As `reply-line.ts` writes it; small print is small only where it begins a line.
const replyLine = /^-# (?:↩|\[↩\]\().*\n/u;
// Headings, small print, quotations, lists and code: markup at the begin of a line only.
const block = /^(?:#{1,3} |-# |>{1,3} |[-*+] |\d+\. |```)/;

/** The content with the bold name after its reply line; the name gives way where there is no room for both. */
export function withSpokenName(name: string, content: string): string {
  const head = replyLine.exec(content)?.[0] ?? "";
  const words = content.slice(head.length);
  const gap = block.test(words) ? ":\n" : ": ";
  const room = maxLength - [...content].length;
  const letters = [...name];
  for (let length = letters.length; length > 0; length--) {
    const shown = length === letters.length ? name : `${letters.slice(0, length).join("")}…`;
    const prefix = `${renderMarkdown([{ kind: "bold", children: [text(shown)] }])}${gap}`;
    if ([...prefix].length <= room) return `${head}${prefix}${words}`;
  }
  return content;
}
