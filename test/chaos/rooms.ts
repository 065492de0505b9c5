// What stands in both rooms, and what was written there; the stories and the crash test compare the two.

import type { DiscordSandbox } from "../../src/sandbox/discord/sandbox.ts";
import type { TelegramSandbox } from "../../src/sandbox/telegram/index.ts";
import type { Form, Side } from "./story.ts";

/** The two rooms of a bridge, and the bot in both. */
export interface Rooms {
  readonly telegram: TelegramSandbox;
  readonly discord: DiscordSandbox;
  readonly chat: number;
  readonly channel: string;
  readonly telegramBot: { readonly id: number };
  readonly discordBot: { readonly id: string };
}

/** A message as its writer left it. */
export interface Written {
  readonly n: number;
  readonly side: Side;
  /** Its id on its own side. */
  readonly id: string;
  form: Form;
  version: number;
  /** What stands in the room where it was written. */
  words: string;
  deleted: boolean;
  /** An admin deleted its copy: what else becomes of it on the other side is not looked at. */
  purged?: boolean;
  /** The messages for which the answered one stands: one, or several that were joined. */
  readonly answers?: readonly number[];
  /** How the answered message began, as it was shown there. */
  readonly answered?: string;
}

/** A message of the bot, as it stands in a room. */
export interface Shown {
  readonly id: string;
  readonly text: string;
  /** Its text without what it repeats of others: quotes and small print. */
  readonly own: string;
  /** The id of the message it answers natively. */
  readonly answers?: string;
}

/** What the bot has standing on this side, in order. */
export function botMessages(rooms: Rooms, side: Side): readonly Shown[] {
  const { telegram, discord, chat, channel, telegramBot, discordBot } = rooms;
  if (side === "telegram") {
    return telegram
      .everSent(chat)
      .filter(({ deleted, authorId }) => !deleted && authorId === telegramBot.id)
      .map(({ message }) => ({
        id: String(message.message_id),
        text: message.text ?? "",
        own: withoutQuotes(message.text ?? "", message.entities ?? []),
        ...(message.reply_to_message && { answers: String(message.reply_to_message.message_id) }),
      }));
  }
  return discord
    .messages(channel)
    .filter(({ webhook_id, author }) => webhook_id !== undefined || author.id === discordBot.id)
    .map(({ id, content }) => ({ id, text: content, own: content.replace(/^-# .*$/gm, "") }));
}

interface Entity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
}

function withoutQuotes(text: string, entities: readonly Entity[]): string {
  return entities
    .filter(({ type }) => type.endsWith("blockquote"))
    .toSorted((a, b) => b.offset - a.offset)
    .reduce((rest, { offset, length }) => rest.slice(0, offset) + rest.slice(offset + length), text);
}
