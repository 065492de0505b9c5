// The buttons below a message of the robot's; `message.ts` draws them.

import type { ButtonView, MessageView } from "../src/demo/view.ts";
import { html } from "./html.ts";

export interface ButtonsProps {
  readonly message: MessageView;
  readonly active: boolean;
  readonly onPress: (button: string) => void;
}

export function Buttons({ message, active, onPress }: ButtonsProps) {
  const { buttons = [] } = message;
  if (buttons.length === 0) return null;
  return html`<div class="keyboard">
    ${buttons.map((row, index) => html`<p class="keys" key=${index}>${row.map((button) => html`<${Key} key=${button.label} button=${button} active=${active} onPress=${onPress} />`)}</p>`)}
  </div>`;
}

interface KeyProps extends Omit<ButtonsProps, "message"> {
  readonly button: ButtonView;
}

function Key({ button, active, onPress }: KeyProps) {
  const { label, press, href, style = "plain" } = button;
  const tab = active ? 0 : -1;
  if (press === undefined)
    return html`<a class="key" href=${href} target="_blank" rel="noreferrer" tabindex=${tab}>${label} ↗</a>`;
  return html`<button type="button" class=${`key ${style}`} tabindex=${tab} onClick=${() => onPress(press)}>${label}</button>`;
}
