// Reads reactions; `parse.ts` calls it.

import type { MessageReactionCountUpdated, MessageReactionUpdated, ReactionType } from "@grammyjs/types";
import type { BridgeEvent, Reaction } from "../../../model/event.ts";
import type { AccountId, MessageRef } from "../../../model/refs.ts";
import type { TelegramSelf } from "../request.ts";
import { chatAuthor, userAuthor } from "./authors.ts";

/** All that somebody has now; [] for our own: the bridge set them. */
export function reactionEvents(
  account: AccountId,
  update: MessageReactionUpdated,
  self: TelegramSelf,
): readonly BridgeEvent[] {
  const { user, actor_chat: chat, new_reaction: now } = update;
  if (String(user?.id) === self.id) return [];
  const by = chat ? chatAuthor(account, chat) : user && userAuthor(account, user);
  if (!by) return [];
  const change = { kind: "set", reactions: now.flatMap(reactionOf) } as const;
  return [{ kind: "reaction.changed", target: targetOf(account, update), by, change }];
}

/** Channels and large groups do not tell who reacts. */
export function countEvents(account: AccountId, update: MessageReactionCountUpdated): readonly BridgeEvent[] {
  const counts = update.reactions.flatMap(({ type, total_count: count }) =>
    reactionOf(type).map((reaction) => ({ ...reaction, count })),
  );
  return [
    { kind: "reaction.changed", target: targetOf(account, update), change: { kind: "counts", counts } },
  ];
}

/** A custom one has no name, only a picture; a kind of tomorrow is left out. */
function reactionOf(type: ReactionType): readonly Reaction[] {
  switch (type.type) {
    case "emoji":
      return [{ emoji: type.emoji.replaceAll("\uFE0F", "") }];
    case "custom_emoji":
      return [{ emoji: "custom", id: String(type.custom_emoji_id) }];
    case "paid":
      return [{ emoji: "⭐" }];
    default:
      return [];
  }
}

/** The topic is not told; the id is unique in its chat. */
function targetOf(
  account: AccountId,
  { chat, message_id }: Pick<MessageReactionUpdated, "chat" | "message_id">,
): MessageRef {
  return { conversation: { account, id: String(chat.id) }, id: String(message_id) };
}
