// Adds and removes reactions and tells the Gateway; the reaction routes and the playground call it.

import { placeOf } from "./messages.ts";
import type { ChannelRecord, MessageRecord, ReactionRecord, Snowflake } from "./records.ts";
import { refuse } from "./rest/errors.ts";
import { memberShape } from "./shapes.ts";
import { guildOf, type World } from "./world.ts";

export type Emoji = ReactionRecord["emoji"];

// Discord docs, resources/message: distinct emoji on one message.
const MAX_REACTIONS = 20;
const UNICODE_EMOJI = /^\p{RGI_Emoji}$/v;

/**
 * The emoji of a path: a Unicode emoji exactly as it is written (a missing or needless variation selector is another
 * string), or `name:id` of an emoji that some guild has. @throws ApiFailure 10014
 */
export function readEmoji(world: World, text: string): Emoji {
  const [, name, id] = /^(?:a:)?(\w{2,32}):(\d{17,19})$/.exec(text) ?? [];
  if (name !== undefined && id !== undefined) {
    for (const guild of world.guilds.values()) {
      const emoji = guild.emojis.find((candidate) => candidate.id === id);
      if (emoji) return { id, name: emoji.name, ...(emoji.animated ? { animated: true } : {}) };
    }
    throw refuse(10014);
  }
  if (!UNICODE_EMOJI.test(text)) throw refuse(10014);
  return { id: null, name: text };
}

const same = (a: Emoji, b: Emoji) => a.id === b.id && (a.id !== null || a.name === b.name);

export function findReaction(message: MessageRecord, emoji: Emoji): ReactionRecord | undefined {
  return message.reactions.find((reaction) => same(reaction.emoji, emoji));
}

function announce(world: World, type: string, channel: ChannelRecord, data: object): void {
  world.emit({
    type,
    channel,
    ...(channel.guildId === undefined ? {} : { guildId: channel.guildId }),
    data: () => ({ ...placeOf(channel), ...data }),
  });
}

/** Nothing happens when the user reacted so already. @throws ApiFailure 30010 */
export function addReaction(
  world: World,
  channel: ChannelRecord,
  message: MessageRecord,
  emoji: Emoji,
  userId: Snowflake,
): void {
  const known = findReaction(message, emoji);
  if (known?.users.includes(userId)) return;
  if (known) known.users.push(userId);
  else if (message.reactions.length >= MAX_REACTIONS) throw refuse(30010);
  else message.reactions.push({ emoji, users: [userId] });
  const member = guildOf(world, channel)?.members.get(userId);
  announce(world, "MESSAGE_REACTION_ADD", channel, {
    user_id: userId,
    message_id: message.id,
    message_author_id: message.author.id,
    emoji,
    burst: false,
    type: 0,
    ...(member ? { member: memberShape(world, member) } : {}),
  });
}

export function removeReaction(
  world: World,
  channel: ChannelRecord,
  message: MessageRecord,
  emoji: Emoji,
  userId: Snowflake,
): void {
  const known = findReaction(message, emoji);
  if (!known?.users.includes(userId)) return;
  known.users.splice(known.users.indexOf(userId), 1);
  if (known.users.length === 0) message.reactions.splice(message.reactions.indexOf(known), 1);
  announce(world, "MESSAGE_REACTION_REMOVE", channel, {
    user_id: userId,
    message_id: message.id,
    emoji,
    burst: false,
    type: 0,
  });
}

/** All reactions, or all of one emoji. */
export function clearReactions(
  world: World,
  channel: ChannelRecord,
  message: MessageRecord,
  emoji?: Emoji,
): void {
  const kept = emoji ? message.reactions.filter((reaction) => !same(reaction.emoji, emoji)) : [];
  message.reactions.splice(0, message.reactions.length, ...kept);
  announce(world, emoji ? "MESSAGE_REACTION_REMOVE_EMOJI" : "MESSAGE_REACTION_REMOVE_ALL", channel, {
    message_id: message.id,
    ...(emoji ? { emoji } : {}),
  });
}
