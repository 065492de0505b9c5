// Puts the robot's buttons below its messages; `render.ts` calls it, pure.

import type { Button, Keyboard } from "../../../model/buttons.ts";
import type { Json, Part } from "../../../model/delivery.ts";
import { frozen, thawed } from "../request.ts";
import { withKeyboardHash } from "./form-hash.ts";

/** The keyboard as the Bot API takes it; undefined for none. */
export function keyboardOf(buttons: Keyboard | undefined): Json | undefined {
  const rows = (buttons ?? []).map((row) => row.map(inlineButton)).filter((row) => row.length > 0);
  return rows.length > 0 ? { inline_keyboard: rows } : undefined;
}

const STYLES = { good: "success", danger: "danger" } as const;

function inlineButton(button: Button): Json {
  if ("href" in button) return { text: button.label, url: button.href };
  const { label, action, style } = button;
  return { text: label, callback_data: action, ...(style && { style: STYLES[style] }) };
}

/** Below the last of the messages; a press of it is seen, so the hash tells that it is there. */
export function withKeyboard(parts: readonly Part[], keyboard: Json): readonly Part[] {
  const last = parts.at(-1);
  if (!last) return parts;
  const request = thawed(last.request);
  const payload = { ...request.payload, reply_markup: keyboard };
  const hash = withKeyboardHash(last.hash, keyboard);
  return [...parts.slice(0, -1), { ...last, hash, request: frozen({ ...request, payload }) }];
}
