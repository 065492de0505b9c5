// Reads the reply_markup parameter; the senders and the edits use it.

import { badRequest } from "./api-error.ts";
import type { Params } from "./request-params.ts";
import { isRecord } from "./types.ts";

const KINDS = ["inline_keyboard", "keyboard", "remove_keyboard", "force_reply"];

/** The markup, or undefined for none. @throws ApiError, also for the text "null" that a JSON null becomes */
export function parseMarkup(params: Params): unknown {
  const value = params.json("reply_markup", "can't parse reply keyboard markup JSON object");
  if (value === undefined) return undefined;
  if (!isRecord(value)) throw badRequest("object expected as reply markup");
  if ("inline_keyboard" in value) {
    if (!Array.isArray(value.inline_keyboard))
      throw badRequest('field "inline_keyboard" must be of type Array');
    checkButtons(value.inline_keyboard);
    return value.inline_keyboard.length === 0 ? undefined : { inline_keyboard: value.inline_keyboard };
  }
  return KINDS.some((kind) => kind in value) ? value : undefined;
}

function checkButtons(rows: readonly unknown[]): void {
  for (const button of rows.flat()) {
    if (!isRecord(button) || typeof button.text !== "string") {
      throw badRequest('can\'t parse inline keyboard button: Field "text" must be of type String');
    }
    const data = button.callback_data;
    if (typeof data === "string" && Buffer.byteLength(data) > 64) throw badRequest("BUTTON_DATA_INVALID");
  }
}
