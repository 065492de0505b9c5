// The formatting buttons and their keys: what each puts around the selection; `composer.ts` draws them.

import { useContext } from "preact/hooks";
import type { Side } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";

interface Mark {
  readonly name: string;
  /** What stands on both sides of the text: the apps' own typing shortcuts. */
  readonly mark: string;
  readonly face: string;
  /** Pressed with Ctrl or Cmd. */
  readonly key?: string;
}

const MARKS: Readonly<Record<Side, readonly Mark[]>> = {
  telegram: [
    { name: "bold", mark: "**", face: "B", key: "b" },
    { name: "italic", mark: "__", face: "I", key: "i" },
    { name: "strike", mark: "~~", face: "S" },
    { name: "spoiler", mark: "||", face: "◪" },
    { name: "code", mark: "`", face: "<>" },
  ],
  discord: [
    { name: "bold", mark: "**", face: "B", key: "b" },
    { name: "italic", mark: "*", face: "I", key: "i" },
    { name: "underline", mark: "__", face: "U", key: "u" },
    { name: "strike", mark: "~~", face: "S" },
    { name: "spoiler", mark: "||", face: "◪" },
    { name: "code", mark: "`", face: "<>" },
  ],
};

export interface MarksProps {
  readonly side: Side;
  readonly onMark: (mark: string) => void;
}

export function Marks({ side, onMark }: MarksProps) {
  const { words } = useContext(SpeechContext);
  return html`<div class="marks" role="group" aria-label=${words("formatting")}>
    ${MARKS[side].map(
      ({ name, mark, face }) =>
        html`<button type="button" key=${name} class=${`mark-${name}`} title=${words(name)} aria-label=${words(name)} onClick=${() => onMark(mark)}>${face}</button>`,
    )}
  </div>`;
}

/** The mark for a key pressed in the box, as both apps have it. */
export function markOf(side: Side, event: KeyboardEvent): string | undefined {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return undefined;
  return MARKS[side].find(({ key }) => key === event.key.toLowerCase())?.mark;
}

/** Puts the mark around what is selected and keeps it selected. The box tells of it as of typing. */
export function wrapSelection(box: HTMLTextAreaElement, mark: string): void {
  const { selectionStart: from, selectionEnd: to, value } = box;
  box.focus();
  box.setRangeText(mark + value.slice(from, to) + mark, from, to);
  box.setSelectionRange(from + mark.length, to + mark.length);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
