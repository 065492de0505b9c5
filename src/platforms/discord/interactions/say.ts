// Writes the robot's reply as the answer to an interaction; `answer.ts` calls it. Pure.

import type { Reply, Saying } from "../../../model/ask.ts";
import { modalOf, rowsOf } from "../render/components.ts";
import { nothing, suppressNotifications } from "../render/create-part.ts";
import { contentsOf } from "../render/message-contents.ts";
import { inMessages, usualFileBytes } from "../wants.ts";
import { ANSWERS, type InteractionAnswer, type Piece } from "./interaction.ts";

/** Discord, resources/message: only the person who asked sees it. */
export const EPHEMERAL = 1 << 6;

export interface Occasion {
  /** There is a message that can change. */
  readonly isOnMessage: boolean;
  /** What one file may have there. */
  readonly fileBytes?: number;
}

/** Undefined when there is nothing to say; the first message is the answer, what has no room in it goes on behind. */
export function answerOf(reply: Reply, occasion: Occasion): InteractionAnswer | undefined {
  const { say, change, form, toast, isPrivate = false } = reply;
  if (form) return { type: ANSWERS.modal, data: modalOf(form) };
  const line = toast === undefined ? [] : [whisper(toast)];
  if (change && occasion.isOnMessage) {
    const [first, ...further] = piecesOf(change, false, occasion);
    if (!first) return undefined;
    // What stands there becomes this, and has nothing that this has not.
    const data = { components: [], ...(first.files ? {} : { attachments: [] }), ...first.data };
    return { type: ANSWERS.update, ...first, data, ...behind([...further, ...line]) };
  }
  const said = say ?? change;
  const [first, ...further] = [...(said ? piecesOf(said, isPrivate, occasion) : []), ...line];
  return first && { type: ANSWERS.message, ...first, ...behind(further) };
}

function behind(more: readonly Piece[]): Pick<InteractionAnswer, "more"> {
  return more.length > 0 ? { more } : {};
}

/** A line for the eyes of the person alone. */
export function whisper(words: string): Piece {
  const [content = nothing] = contentsOf([{ kind: "text", text: words }]);
  return { data: { content, flags: EPHEMERAL, ...unpinged } };
}

const unpinged = { allowed_mentions: { parse: [] } };

/** The first files stand below the last words, the buttons below all. */
function piecesOf(
  { body, buttons = [], files = [], silent }: Saying,
  isPrivate: boolean,
  { fileBytes = usualFileBytes }: Occasion,
): readonly Piece[] {
  const contents = contentsOf(body);
  const [below, ...further] = inMessages(files, fileBytes);
  if (contents.length === 0) contents.push(below ? "" : nothing);
  const flags = (isPrivate ? EPHEMERAL : 0) | (silent ? suppressNotifications : 0);
  const drafts = [
    ...contents.map((content, index) => ({
      content,
      ...(below && index === contents.length - 1 && { files: below }),
    })),
    ...further.map((group) => ({ content: "", files: group })),
  ];
  return drafts.map(({ content, ...more }, index) => ({
    ...more,
    data: {
      content,
      ...(flags !== 0 && { flags }),
      ...(index === drafts.length - 1 && buttons.length > 0 && { components: rowsOf(buttons) }),
      ...unpinged,
    },
  }));
}
