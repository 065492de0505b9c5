// Puts what has no form on the other side into words with a link; `attachments.ts` calls it.

import type { Checklist, ChecklistTask, Gift, Message, PaidMedia } from "@grammyjs/types";
import type { CardAttachment } from "../../../model/attachment.ts";
import { type RichText, text, tidy } from "../../../model/rich-text.ts";
import { entitiesToTree } from "../entities/parse.ts";
import type { FieldOf } from "../kinds.ts";
import { chatName, userName } from "./authors.ts";
import { mapPage, pageOf } from "./links.ts";

/** The most that a card's name or description shows, in code points. */
const MAX_LABEL = 300;

export type CardField = FieldOf<"card">;
type Content = { readonly [F in CardField]: NonNullable<Message[F]> };
/** `page` opens the message: where somebody has to do something, it can be done only there. */
type Readers = {
  readonly [F in CardField]: (
    content: Content[F],
    page: string | undefined,
    message: Message,
  ) => CardAttachment;
};

const READERS: Readers = {
  location: (location, _page, message) => {
    const ended = !location.live_period && isMoved(message);
    return {
      kind: location.live_period || ended ? "live-location" : "location",
      name: `${location.latitude}, ${location.longitude}`,
      ...(ended ? { description: "⏹️" } : {}),
      href: mapPage(location),
    };
  },
  venue: ({ title, address, location }) => ({
    kind: "venue",
    ...label("name", title),
    ...label("description", address),
    href: mapPage(location),
  }),
  contact: ({ first_name, last_name, phone_number }) => ({
    kind: "contact",
    ...label("name", joined([first_name, last_name], " ")),
    ...(phone_number ? { phone: phone_number } : {}),
  }),
  dice: ({ emoji, value }) => ({ kind: "dice", name: `${emoji} ${value}` }),
  game: ({ title, description, text: said, text_entities }, page) => ({
    kind: "game",
    ...label("name", title),
    ...label("description", description),
    ...link(page),
    ...bodyOf(entitiesToTree(said ?? "", text_entities)),
  }),
  invoice: ({ title, description, currency, total_amount }, page) => ({
    kind: "invoice",
    ...label("name", title),
    ...label("description", price(total_amount, currency)),
    ...link(page),
    ...bodyOf(description ? [text(description)] : []),
  }),
  story: ({ chat, id }, page) => {
    const owner = pageOf(chat.username);
    return { kind: "story", ...label("name", chatName(chat)), ...link(owner ? `${owner}/s/${id}` : page) };
  },
  paid_media: ({ star_count, paid_media }, page) => ({
    kind: "paid-media",
    name: `⭐ ${star_count}`,
    ...label("description", paid_media.map(paidSign).join(" ")),
    ...link(page),
  }),
  checklist: (list, page) => ({
    kind: "checklist",
    ...label("name", list.title),
    ...link(page),
    ...bodyOf(tasksOf(list)),
  }),
  giveaway: (
    { prize_description, prize_star_count, premium_subscription_month_count, ...giveaway },
    page,
  ) => ({
    kind: "giveaway",
    ...label("name", prize({ prize_description, prize_star_count, premium_subscription_month_count })),
    description: `🏆 ${giveaway.winner_count} · 📅 ${utcDay(giveaway.winners_selection_date)}`,
    ...link(page),
  }),
  giveaway_winners: ({ winners, winner_count, ...giveaway }, page) => {
    const more = winner_count - winners.length;
    return {
      kind: "giveaway",
      ...label("name", prize(giveaway)),
      ...label("description", `🏆 ${joined([...winners.map(userName), more > 0 ? `+${more}` : ""], ", ")}`),
      ...link(page),
    };
  },
  gift: ({ gift, text: said, entities, is_private }) => ({
    kind: "gift",
    name: giftName(gift),
    ...bodyOf(is_private ? [] : entitiesToTree(said ?? "", entities)),
  }),
  unique_gift: ({ gift, text: said, entities, is_private }) => ({
    kind: "gift",
    ...label("name", `${gift.base_name} #${gift.number}`),
    ...(gift.name ? { href: `https://t.me/nft/${encodeURIComponent(gift.name)}` } : {}),
    ...bodyOf(is_private ? [] : entitiesToTree(said ?? "", entities)),
  }),
};

export const CARD_FIELDS = Object.keys(READERS) as readonly CardField[];

export function cardIn<F extends CardField>(
  field: F,
  content: Content[F],
  page: string | undefined,
  message: Message,
): CardAttachment {
  return READERS[field](content, page, message);
}

/**
 * Only live locations are edited, and the edit that ends one has no period any more [Bot API 10.1, Location]. Of a place
 * with buttons it may be the buttons that changed.
 */
function isMoved({ edit_date, reply_markup }: Message): boolean {
  return edit_date !== undefined && reply_markup === undefined;
}

/** The line of a task, with its box. */
export function taskLine({ text: said, text_entities, completion_date }: ChecklistTask): RichText {
  return [text(completion_date ? "☑ " : "☐ "), ...entitiesToTree(said ?? "", text_entities)];
}

function tasksOf({ tasks }: Checklist): RichText {
  return tidy(tasks.flatMap((task, index) => [...(index === 0 ? [] : [text("\n")]), ...taskLine(task)]));
}

function giftName({ sticker, star_count }: Gift): string {
  return joined([sticker.emoji, `⭐ ${star_count}`], " ");
}

function paidSign({ type }: PaidMedia): string {
  return type === "video" ? "🎬" : type === "preview" ? "🔒" : "📷";
}

interface Prize {
  readonly prize_description?: string | undefined;
  readonly prize_star_count?: number | undefined;
  readonly premium_subscription_month_count?: number | undefined;
}

/** In signs, for the reader's language is not known here. */
function prize({
  prize_description,
  prize_star_count,
  premium_subscription_month_count: months,
}: Prize): string {
  const premium = months ? `Telegram Premium (${months} × 📅)` : "";
  return joined([prize_description, prize_star_count ? `⭐ ${prize_star_count}` : "", premium], " + ");
}

/** Bot API 10.1, Invoice: in the smallest unit of the currency; stars (XTR) have none. */
function price(amount: number, currency: string): string {
  if (currency === "XTR") return `⭐ ${amount}`;
  if (!/^[A-Z]{3}$/.test(currency ?? "") || !Number.isFinite(amount)) return "";
  const digits =
    new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}

function utcDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

function bodyOf(body: RichText): { readonly body?: RichText } {
  return body.length === 0 ? {} : { body };
}

function link(href: string | undefined): { readonly href?: string } {
  return href === undefined ? {} : { href };
}

function joined(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined && part !== "").join(separator);
}

/** On one line, and short. */
export function label<K extends "name" | "description">(
  key: K,
  value: string | undefined,
): { readonly [P in K]?: string } {
  const points = [...(value ?? "").replace(/\s+/g, " ").trim()];
  if (points.length === 0) return {};
  const short = points.length > MAX_LABEL ? `${points.slice(0, MAX_LABEL - 1).join("")}…` : points.join("");
  return { [key]: short } as { readonly [P in K]?: string };
}
