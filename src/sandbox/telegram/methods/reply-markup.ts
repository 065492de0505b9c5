// Reads the reply_markup parameter; the senders and the edits use it.

import { badRequest, refuseUnknownKeys, sandboxError } from "../http/api-error.ts";
import type { Params } from "../http/request-params.ts";
import { isRecord } from "../types.ts";

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

const ACTIONS = [
  ...[
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
  ],
  ...["switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay"],
];
const STYLES: readonly unknown[] = [undefined, "danger", "success", "primary"];

function checkButtons(rows: readonly unknown[]): void {
  if (!rows.every(Array.isArray)) throw badRequest("inline keyboard row must be an Array");
  for (const button of rows.flat()) {
    if (!isRecord(button) || typeof button.text !== "string") {
      throw badRequest('can\'t parse inline keyboard button: Field "text" must be of type String');
    }
    refuseUnknownKeys(button, ["text", "icon_custom_emoji_id", "style", ...ACTIONS], "InlineKeyboardButton");
    if (ACTIONS.filter((action) => action in button).length !== 1) throw badRequest("BUTTON_TYPE_INVALID");
    if (!STYLES.includes(button.style)) throw sandboxError("no such style of a button");
    if (button.text.trim() === "") throw sandboxError("a button without words");
    const { callback_data: data, url } = button;
    if (data !== undefined && !(typeof data === "string" && isData(data)))
      throw badRequest("BUTTON_DATA_INVALID");
    if (url !== undefined && !/^(https?|tg):\/\/\S+$/.test(String(url)))
      throw badRequest("BUTTON_URL_INVALID");
  }
}

/** Bot API 10.1, InlineKeyboardButton: 1-64 bytes. */
function isData(data: string): boolean {
  return data !== "" && Buffer.byteLength(data) <= 64;
}
