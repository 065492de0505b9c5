// Finds what Telegram marks by itself: links, mentions, hashtags, commands, addresses; used by formatted-text.ts.

import type { Entity } from "../types.ts";

/** A small share of the real list; enough for what people write in tests. */
const TLDS =
  "com|org|net|edu|gov|info|io|me|dev|app|br|pt|es|uk|de|fr|it|ru|us|eu|ar|mx|cl|co|tv|xyz|online|site|blog";

const PATTERNS: readonly { readonly type: string; readonly regex: RegExp }[] = [
  { type: "email", regex: /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?![\w@])/giu },
  {
    type: "url",
    regex: new RegExp(
      String.raw`(?<![\w@./-])(?:(?:https?|ftp|tg|ton):\/\/[^\s<>"«»]+|(?:[\p{L}\p{N}-]+\.)+(?:${TLDS})(?::\d+)?(?![\p{L}\p{N}-])(?:[\/?#][^\s<>"«»]*)?)`,
      "giu",
    ),
  },
  { type: "mention", regex: /(?<![\w@/])@[a-z][\w]{2,31}(?!\w)/giu },
  { type: "hashtag", regex: /(?<![\p{L}\p{N}_#&/])#(?=[\p{L}\p{N}_·]*[\p{L}_])[\p{L}\p{N}_·]{1,256}(?!#)/gu },
  { type: "cashtag", regex: /(?<![\w$])\$[A-Z]{1,8}(?!\w)/gu },
  { type: "bot_command", regex: /(?<![\w/<>@])\/[a-z0-9_]{1,64}(?:@[a-z]\w{2,31})?(?![\w/])/giu },
];

/** New entities that do not touch a given one that stays whole; code and links hold none. */
export function detectEntities(text: string, given: readonly Entity[]): Entity[] {
  const taken = given.filter((e) =>
    ["code", "pre", "text_link", "text_mention", "custom_emoji"].includes(e.type),
  );
  const found: Entity[] = [];
  for (const { type, regex } of PATTERNS) {
    for (const match of text.matchAll(regex)) {
      const value = type === "url" ? withoutTail(match[0]) : match[0];
      const entity = { type, offset: match.index, length: value.length };
      if (![...taken, ...found].some((other) => overlap(other, entity))) found.push(entity);
    }
  }
  return found;
}

function overlap(a: Entity, b: Entity): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}

/** Punctuation that ends a sentence is no part of a link, nor is a bracket that was opened before it. */
function withoutTail(url: string): string {
  let value = url;
  for (;;) {
    const last = value.at(-1) ?? "";
    const unopened = last === ")" && value.split(")").length > value.split("(").length;
    if (!unopened && !".,;:!?'…".includes(last)) return value;
    value = value.slice(0, -1);
  }
}
