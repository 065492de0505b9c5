// Lays words and files out in as many messages as they need; `render.ts` and `own.ts` call it. Pure.

import type { Resolved } from "../../../bridge/platform.ts";
import type { Part } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { RichText } from "../../../model/rich-text.ts";
import { pingedIn } from "../markdown/mentions.ts";
import type { FileOrder } from "../request.ts";
import { type Beside, createPart, nothing } from "./create-part.ts";
import { contentsOf } from "./message-contents.ts";

export interface Holding {
  readonly known: Resolved;
  /** Message by message. */
  readonly files: readonly (readonly FileOrder[])[];
  readonly more: Beside;
  /** What the first and the last message have beside that. */
  readonly first?: Beside;
  readonly last?: Beside;
}

/** The first files stand below the last words, the others in messages of their own. */
export function partsOf(
  body: RichText,
  to: ConversationRef,
  source: string,
  { known: { people }, files, more, first = {}, last = {} }: Holding,
): readonly Part[] {
  const [below, ...further] = files;
  const contents = contentsOf(body, people);
  if (contents.length === 0) contents.push(below ? "" : nothing);
  const drafts: { readonly content: string; readonly more: Beside }[] = [
    ...contents.map((content, index) => {
      const mentions = pingedIn(content, people);
      const isLast = index === contents.length - 1;
      return {
        content,
        more: { ...(mentions.length > 0 && { mentions }), ...(below && isLast && { files: below }) },
      };
    }),
    ...further.map((group) => ({ content: "", more: { files: group } })),
  ];
  return drafts.map(({ content, more: own }, index) =>
    createPart(content, to, `${source}#${index}`, {
      ...more,
      ...(index === 0 && first),
      ...(index === drafts.length - 1 && last),
      ...own,
    }),
  );
}
