// Cuts words into as many contents as Discord needs; the renderers and the answers to interactions call it. Pure.

import type { Resolved } from "../../../bridge/platform.ts";
import type { RichText } from "../../../model/rich-text.ts";
import { split } from "../../../model/split.ts";
import { withPings } from "../markdown/mentions.ts";
import { renderMarkdown } from "../markdown/render.ts";
import { codePoints, isVisible, maxContent } from "./create-part.ts";

/** Markdown of at most 2,000 characters each; [] where nothing is to be seen. */
export function contentsOf(body: RichText, people?: Resolved["people"]): string[] {
  return split(withPings(body, people), maxContent, (piece) => codePoints(renderMarkdown(piece)))
    .flatMap((piece) => hardCut(renderMarkdown(piece).trim()))
    .filter(isVisible);
}

/** Only a single grapheme or mark longer than a message gets here uncut. */
function hardCut(content: string): string[] {
  const points = [...content];
  const pieces: string[] = [];
  for (let i = 0; i < points.length; i += maxContent) pieces.push(points.slice(i, i + maxContent).join(""));
  return pieces;
}
