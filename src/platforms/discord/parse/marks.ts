// Reads reactions and votes; parse.ts calls it.

import type { BridgeEvent, Reaction, ReactionChange } from "../../../model/event.ts";
import type { Author } from "../../../model/message.ts";
import type { MessageRef } from "../../../model/refs.ts";
import { authorOf, conversationOf, type Scene } from "./names.ts";
import type { EmojiPayload, ReactionPayload } from "./payload.ts";

/** [] for our own: the bridge set it. */
export function reactionEvents(type: string, data: ReactionPayload, scene: Scene): readonly BridgeEvent[] {
  if (isOwn(data, scene)) return [];
  const target = targetOf(data, scene);
  const change = changeOf(type, data);
  if (!change) return [];
  const by = data.user_id === undefined ? undefined : personOf(data.user_id, data, scene);
  return [{ kind: "reaction.changed", target, ...(by ? { by } : {}), change }];
}

function changeOf(type: string, { emoji }: ReactionPayload): ReactionChange | undefined {
  if (type === "MESSAGE_REACTION_REMOVE_ALL") return { kind: "clear" };
  const reaction = emoji && reactionOf(emoji);
  if (!reaction) return undefined;
  if (type === "MESSAGE_REACTION_REMOVE_EMOJI") return { kind: "clear", reaction };
  return { kind: type === "MESSAGE_REACTION_ADD" ? "add" : "remove", reaction };
}

/** Undefined for an emoji without a name and an id, which no one could tell from another. */
function reactionOf({ id, name }: EmojiPayload): Reaction | undefined {
  // A custom emoji that was deleted has lost its name.
  if (id) return { emoji: name || "emoji", id };
  const emoji = name?.replaceAll("\ufe0f", "");
  return emoji ? { emoji } : undefined;
}

/** A vote for one answer, given or taken back. [] for our own. */
export function voteEvents(
  type: string,
  data: ReactionPayload & { readonly answer_id?: number },
  scene: Scene,
): readonly BridgeEvent[] {
  if (isOwn(data, scene) || data.user_id === undefined || data.answer_id === undefined) return [];
  return [
    {
      kind: "vote.changed",
      target: targetOf(data, scene),
      by: personOf(data.user_id, data, scene),
      change: { kind: type === "MESSAGE_POLL_VOTE_ADD" ? "add" : "remove", option: `${data.answer_id}` },
    },
  ];
}

function isOwn({ user_id: user }: ReactionPayload, { directory }: Scene): boolean {
  return user !== undefined && user === directory.self.userId;
}

function targetOf({ channel_id: channel, message_id: id }: ReactionPayload, scene: Scene): MessageRef {
  return { conversation: conversationOf(channel, scene), id };
}

/** Discord names who gives a reaction, and not who takes one back or votes: their name is empty then. */
function personOf(id: string, { member, guild_id: guild }: ReactionPayload, scene: Scene): Author {
  if (member?.user) return authorOf(member.user, member, guild, scene);
  return { kind: "person", name: "", user: { account: scene.account, id } };
}
