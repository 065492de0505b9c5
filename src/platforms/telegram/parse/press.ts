// Reads who pressed a button of the robot's; `parse.ts` calls it.

import type { CallbackQuery, Message } from "@grammyjs/types";
import type { BridgeEvent } from "../../../model/event.ts";
import type { AccountId } from "../../../model/refs.ts";
import { userAuthor } from "./authors.ts";
import { conversationRef } from "./message.ts";

/** [] for buttons of games and of messages sent through a bot, which the robot has none of. */
export function pressEvents(
  account: AccountId,
  { id, from, message, data }: CallbackQuery,
  receivedAt: number,
): readonly BridgeEvent[] {
  if (!message || data === undefined || !Number.isSafeInteger(message.message_id)) return [];
  // Of a message that Telegram shows no more only its place is told.
  const on = { conversation: conversationRef(account, message as Message), id: String(message.message_id) };
  return [
    {
      ...{ kind: "button.pressed", press: id, on, action: data },
      by: userAuthor(account, from),
      isPrivate: message.chat.type === "private",
      ...(from.language_code ? { locale: from.language_code } : {}),
      // Telegram does not tell when it was pressed.
      at: receivedAt,
    },
  ];
}
