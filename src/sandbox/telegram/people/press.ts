// People who press the buttons below a bot's messages; the sandbox offers it.

import { createHash } from "node:crypto";
import type { BotState } from "../bots.ts";
import { type ChatState, isMember } from "../chats.ts";
import { messageJson, type StoredMessage } from "../messages.ts";
import { isRecord } from "../types.ts";
import { announcePress } from "../updates/updates.ts";
import type { World } from "../world.ts";

/** What the bot answered to a press: with `text` a line that passes, or an alert. */
export interface PressAnswer {
  readonly text?: string;
  readonly isAlert: boolean;
}

/** A press as the world keeps it. */
export interface Press {
  readonly botId: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  answer?: PressAnswer;
}

export interface PressActions {
  /**
   * Presses the button with this data below a message of a bot; gives the id of the callback query. In a private talk
   * the chat is the person's own id. @throws Error when no such button stands there
   */
  press(chatId: number, messageId: number, userId: number, data: string): string;
  /** What the person saw; undefined while the button waits. */
  pressAnswer(queryId: string): PressAnswer | undefined;
}

export function pressActions(world: World): PressActions {
  return {
    press(chatId, messageId, userId, data) {
      const message = messageOf(world, chatId, messageId);
      const user = world.user(userId);
      const { chat } = message;
      if (!isMember(chat, userId)) throw new Error(`SANDBOX: user ${userId} is no member of chat ${chat.id}`);
      if (!dataIn(message.replyMarkup).includes(data))
        throw new Error(`SANDBOX: no button ${data} below message ${messageId}`);
      const bot = botOf(world, message);
      const id = String(BigInt(bot.user.id) * 1_000_000n + BigInt(world.presses.size + 1));
      world.presses.set(id, { botId: bot.user.id, at: world.clock.now() });
      const shown = messageJson(message, bot.user.id);
      announcePress(
        world,
        bot,
        { id, from: user, message: shown, chat_instance: instanceOf(chat), data },
        user,
      );
      return id;
    },
    pressAnswer: (queryId) => world.presses.get(queryId)?.answer,
  };
}

function messageOf(world: World, chatId: number, messageId: number): StoredMessage {
  const privates = [...world.privates.values()].filter((chat) => chat.id === chatId);
  const chats = chatId > 0 ? privates : [world.chat(chatId)];
  for (const chat of chats) {
    const message = world.find(chat, messageId);
    if (message) return message;
  }
  throw new Error(`SANDBOX: no message ${messageId} in chat ${chatId}`);
}

function botOf(world: World, { authorId }: StoredMessage): BotState {
  const bot = [...world.bots.values()].find(({ user }) => user.id === authorId);
  if (!bot) throw new Error("SANDBOX: only below messages of bots there are buttons");
  return bot;
}

function dataIn(markup: unknown): readonly unknown[] {
  const rows = isRecord(markup) && Array.isArray(markup.inline_keyboard) ? markup.inline_keyboard : [];
  return rows.flat().flatMap((button: unknown) => (isRecord(button) ? [button.callback_data] : []));
}

function instanceOf(chat: ChatState): string {
  return BigInt(`0x${createHash("sha256").update(String(chat.id)).digest("hex").slice(0, 15)}`).toString();
}
