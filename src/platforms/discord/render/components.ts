// Writes buttons and forms as Discord's components; the senders of messages and the answers to interactions call it. Pure.

import type { Form, FormField } from "../../../model/ask.ts";
import type { Button, Keyboard } from "../../../model/buttons.ts";

// Discord, components/reference: types, styles and limits.
const TYPES = { row: 1, button: 2, input: 4, label: 18 } as const;
const STYLES = { plain: 1, good: 3, danger: 4, link: 5 } as const;
const MOST_ROWS = 5;
const MOST_IN_ROW = 5;
const MOST_FIELDS = 5;
const LABEL = 80;
const ADDRESS = 512;
const SHORT = 45;
const HINT = 100;
const VALUE = 4000;

/** Rows of buttons; [] for none. What Discord has no room for is left out. */
export function rowsOf(keyboard: Keyboard): readonly object[] {
  return keyboard
    .map((row) => row.filter((button) => !("href" in button) || [...button.href].length <= ADDRESS))
    .filter((row) => row.length > 0)
    .slice(0, MOST_ROWS)
    .map((row) => ({ type: TYPES.row, components: row.slice(0, MOST_IN_ROW).map(buttonOf) }));
}

function buttonOf(button: Button): object {
  const label = cut(button.label, LABEL);
  if ("href" in button) return { type: TYPES.button, style: STYLES.link, label, url: button.href };
  const style = STYLES[button.style ?? "plain"];
  return { type: TYPES.button, style, label, custom_id: button.action };
}

/** The data of a callback that shows a form. */
export function modalOf({ action, title, fields }: Form): Readonly<Record<string, unknown>> {
  return {
    custom_id: action,
    title: cut(title, SHORT),
    components: fields.slice(0, MOST_FIELDS).map(labelled),
  };
}

function labelled({ name, label, value, hint, isLong, isRequired, most }: FormField): object {
  const input = {
    type: TYPES.input,
    custom_id: name,
    style: isLong ? 2 : 1,
    required: isRequired === true,
    max_length: Math.min(most ?? VALUE, VALUE),
    ...(value && { value: cut(value, Math.min(most ?? VALUE, VALUE)) }),
    ...(hint && { placeholder: cut(hint, HINT) }),
  };
  return { type: TYPES.label, label: cut(label, SHORT), component: input };
}

/** At most so many characters. */
export function cut(value: string, most: number): string {
  const letters = [...value];
  return letters.length <= most ? value : `${letters.slice(0, most - 1).join("")}…`;
}
