// The words that stand around a message's own text: who says it, and what it answers; the renderers share them.

import type { Reply } from "../../model/message.ts";
import { isBlock, type Node, type RichText, text } from "../../model/rich-text.ts";
import { treeToEntities } from "./entities-render.ts";

/** The most of an answered message that is shown before the answer to it. */
const MAX_EXCERPT = 160;

/** Name and text on one line; what owns whole lines begins on the next. */
export function withName(name: string, body: RichText): RichText {
  const bold: Node = { kind: "bold", children: [text(visibleName(name))] };
  const first = body.find((node) => node.kind !== "text" || node.text !== "");
  if (!first || treeToEntities(body).text === "") return [bold];
  return [bold, text(isBlock(first) ? ":\n" : ": "), ...body];
}

/** A name is one line and never invisible: it is all that tells who speaks. */
function visibleName(name: string): string {
  const line = name.replace(/\s+/g, " ").trim();
  return /[\p{L}\p{N}\p{P}\p{S}]/u.test(line) ? line : "?";
}

/** Who said what is answered, as far as the source knew; a block, so the text starts on its own line. */
export function replyQuote(reply: Reply): RichText {
  const said = reply.quote ?? (reply.excerpt ? [text(oneLine(reply.excerpt))] : []);
  const who: RichText = reply.author ? [{ kind: "bold", children: [text(oneLine(reply.author))] }] : [];
  const children = who.length > 0 && said.length > 0 ? [...who, text(": "), ...said] : [...who, ...said];
  return children.length === 0 ? [] : [{ kind: "quote", expandable: false, children }];
}

/** At most so many code points, without line breaks. */
export function oneLine(value: string): string {
  const line = [...value.replace(/\s+/g, " ").trim()];
  return line.length > MAX_EXCERPT ? `${line.slice(0, MAX_EXCERPT - 1).join("")}…` : line.join("");
}
