// Puts texts below each other; the parsers of messages, embeds and components call it.

import { type RichText, text, tidy } from "../../../model/rich-text.ts";

/** Each on lines of its own; empty ones leave no gap. */
export function joinLines(bodies: readonly RichText[]): RichText {
  const said = bodies.filter((body) => body.length > 0);
  return tidy(said.flatMap((body, i) => (i === 0 ? body : [text("\n"), ...body])));
}
