// Reads the words of a rich message (Bot API 10.1, RichText); `rich.ts` calls it.

import type { RichText as RichTelegram } from "@grammyjs/types";
import type { AccountId } from "../../../model/refs.ts";
import { plainText, type RichText, type StyleKind, text } from "../../../model/rich-text.ts";
import { isSafeHref, timeNode } from "../entities/rules.ts";

const STYLES: ReadonlyMap<string, StyleKind> = new Map([
  ["bold", "bold"],
  ["italic", "italic"],
  ["underline", "underline"],
  ["strikethrough", "strike"],
  ["spoiler", "spoiler"],
  ["marked", "underline"],
]);

/** The words of a rich message with their styles. */
export function inline(from: RichTelegram | undefined, account: AccountId): RichText {
  if (typeof from === "string") return from === "" ? [] : [text(from)];
  if (Array.isArray(from)) return from.flatMap((each) => inline(each, account));
  if (typeof from !== "object" || from === null) return [];
  const style = STYLES.get(from.type);
  if (style && "text" in from) return [{ kind: style, children: inline(from.text, account) }];
  switch (from.type) {
    case "code":
      return [{ kind: "code", text: plainText(inline(from.text, account)) }];
    case "mathematical_expression":
      return [{ kind: "code", text: from.expression }];
    case "custom_emoji":
      return [
        {
          kind: "emoji",
          name: from.alternative_text,
          id: from.custom_emoji_id,
          fallback: from.alternative_text,
        },
      ];
    case "url":
      return isSafeHref(from.url)
        ? [{ kind: "link", href: from.url, children: inline(from.text, account) }]
        : inline(from.text, account);
    case "date_time": {
      const time = timeNode(from.date_time_format, from.unix_time);
      return time ? [time] : inline(from.text, account);
    }
    case "text_mention":
      return [
        {
          kind: "mention",
          user: { account, id: String(from.user.id) },
          label: plainText(inline(from.text, account)),
        },
      ];
    case "button":
      return inline(from.button.text, account);
    default:
      return "text" in from ? inline(from.text, account) : [];
  }
}
