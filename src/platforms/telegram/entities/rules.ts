// What Telegram allows in entities: addresses and time formats; both directions of the entity conversion ask here.

import type { MessageEntity } from "@grammyjs/types";
import type { Node } from "../../../model/rich-text.ts";

type DateTimeFormat = MessageEntity.DateTimeMessageEntity["date_time_format"];

/** Discord's letter for a `date_time_format`; weekdays without a date have no letter of their own. */
const TIME_STYLES: ReadonlyMap<string, string> = new Map([
  ["r", "R"],
  ["t", "t"],
  ["T", "T"],
  ["wt", "t"],
  ["wT", "T"],
  ["d", "d"],
  ["D", "D"],
  ["w", "D"],
  ["wd", "d"],
  ["wD", "D"],
  ["Dt", "f"],
  ["DT", "f"],
  ["wDt", "F"],
  ["wDT", "F"],
  ["dt", "s"],
  ["wdt", "s"],
  ["dT", "S"],
  ["wdT", "S"],
]);

/** The `date_time_format` for Discord's letter. */
export const TIME_FORMATS: ReadonlyMap<string, DateTimeFormat> = new Map<string, DateTimeFormat>([
  ["R", "r"],
  ["t", "t"],
  ["T", "T"],
  ["d", "d"],
  ["D", "D"],
  ["f", "Dt"],
  ["F", "wDt"],
  ["s", "dt"],
  ["S", "dT"],
]);

/** True for addresses that may leave a message as a link. */
export function isSafeHref(href: unknown): href is string {
  return typeof href === "string" && /^(?:https?:\/\/|tg:|mailto:|tel:)/i.test(href) && URL.canParse(href);
}

/**
 * True when the server takes `href` in a text_link. It refuses the whole message for a wrong one ("Wrong message
 * entity", tdlib MessageEntity.cpp): a host without a dot, and mailto: and tel:, which it reads as web addresses.
 */
export function isLinkable(href: string): boolean {
  if (!isSafeHref(href)) return false;
  const url = new URL(href);
  if (url.protocol === "tg:") return /^tg:\/\/[\w-]+/i.test(href);
  return /^https?:$/.test(url.protocol) && (url.hostname.includes(".") || url.hostname.startsWith("["));
}

/** The last second that a `Date` can name. */
const MAX_UNIX_TIME = 8.64e12;

/** The time node of a date_time entity; undefined when its own text is to be shown (an empty format) or it names none. */
export function timeNode(format: string, unixTime: number): Node | undefined {
  const style = TIME_STYLES.get(format);
  if (!style || !Number.isSafeInteger(unixTime) || Math.abs(unixTime) > MAX_UNIX_TIME) return undefined;
  return { kind: "time", at: unixTime * 1000, style };
}
