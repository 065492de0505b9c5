// Buttons below a message: what the robot offers to be pressed, in rows; platforms render them, presses come back as actions.

/** `action` comes back when it is pressed: `command:word:…`, at most 64 bytes (Bot API, InlineKeyboardButton). */
export type Button =
  | { readonly label: string; readonly action: string; readonly style?: "good" | "danger" }
  | { readonly label: string; readonly href: string };

/** Rows, top to bottom; at most 5 rows of 5 (Discord, components reference). */
export type Keyboard = readonly (readonly Button[])[];
