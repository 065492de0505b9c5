// The reactions below a message and the small picker for more; `message.ts` draws both.

import { useContext } from "preact/hooks";
import type { ReactionView } from "../src/demo/view.ts";
import { html } from "./html.ts";
import { SpeechContext } from "./language.ts";

export interface ReactionsProps {
  readonly reactions: readonly ReactionView[];
  /** Who would react. */
  readonly person: string;
  readonly active: boolean;
  readonly onReact: (emoji: string) => void;
}

export function Reactions({ reactions, person, active, onReact }: ReactionsProps) {
  const { words } = useContext(SpeechContext);
  if (reactions.length === 0) return null;
  return html`<p class="reactions">
    ${reactions.map(
      ({ emoji, count, by }) => html`<button
        key=${emoji}
        type="button"
        tabindex=${active ? 0 : -1}
        aria-pressed=${by.includes(person)}
        aria-label=${`${words("react-with", { emoji })}, ${count}`}
        onClick=${() => onReact(emoji)}
      >${emoji} <b>${count}</b></button>`,
    )}
  </p>`;
}

export interface PickerProps {
  readonly emoji: readonly string[];
  readonly onPick: (emoji: string) => void;
}

export function Picker({ emoji, onPick }: PickerProps) {
  const { words } = useContext(SpeechContext);
  return html`<p class="reactions picker" role="group" aria-label=${words("react")}>
    ${emoji.map(
      (each) =>
        html`<button key=${each} type="button" aria-label=${words("react-with", { emoji: each })} onClick=${() => onPick(each)}>${each}</button>`,
    )}
  </p>`;
}
