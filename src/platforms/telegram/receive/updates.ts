// What the account asks Telegram for and how one update becomes a raw update; webhook and polling share it.

import type { Update } from "@grammyjs/types";
import type { RawUpdate } from "../../../model/delivery.ts";
import type { AccountId } from "../../../model/refs.ts";

/** Always named in full: a call without the list keeps the last one, and the default leaves out the reactions. */
export const allowedUpdates: readonly Exclude<keyof Update, "update_id">[] = [
  "message",
  "edited_message",
  "channel_post",
  "edited_channel_post",
  "message_reaction",
  "message_reaction_count",
  "my_chat_member",
  "chat_member",
  "poll",
  "callback_query",
];

/** The update's number; undefined when this is no update. */
export function updateIdOf(value: unknown): number | undefined {
  const id = value instanceof Object && "update_id" in value ? value.update_id : undefined;
  return typeof id === "number" && Number.isSafeInteger(id) ? id : undefined;
}

/** The journal's row for an update; the number alone tells repeated deliveries apart (telegram.md 1.4). */
export function rawUpdate(account: AccountId, id: number, body: string, receivedAt: number): RawUpdate {
  return { account, key: `u${id}`, body, receivedAt };
}
