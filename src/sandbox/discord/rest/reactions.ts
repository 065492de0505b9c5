// Routes that add, list and remove reactions.

import { integerAt } from "../forms/form.ts";
import type { PermissionName } from "../permissions.ts";
import {
  addReaction,
  clearReactions,
  type Emoji,
  findReaction,
  readEmoji,
  removeReaction,
} from "../reactions.ts";
import type { ChannelRecord, MessageRecord } from "../records.ts";
import { userShape } from "../shapes.ts";
import { compareIds } from "../snowflake.ts";
import { enter, findMessage, may } from "../world.ts";
import { refuse } from "./errors.ts";
import { type Answer, type BotCall, noContent, ok, param, type Route } from "./route.ts";

interface Target {
  readonly channel: ChannelRecord;
  readonly message: MessageRecord;
}

function target(call: BotCall, ...needs: readonly PermissionName[]): Target {
  const channel = enter(call.world, param(call, "channel_id"), call.bot, "READ_MESSAGE_HISTORY", ...needs);
  return { channel, message: findMessage(call.world, channel.id, param(call, "message_id")) };
}

const emojiOf = (call: BotCall): Emoji => readEmoji(call.world, param(call, "emoji_name"));

function add(call: BotCall): Answer {
  const { world, bot } = call;
  const { channel, message } = target(call);
  const emoji = emojiOf(call);
  if (channel.thread?.archived) throw refuse(50083);
  // Discord docs, resources/message: only the first reaction with an emoji needs ADD_REACTIONS.
  if (!findReaction(message, emoji) && !may(world, channel, bot.id, "ADD_REACTIONS")) throw refuse(50013);
  addReaction(world, channel, message, emoji, bot.id);
  return noContent;
}

function removeOwn(call: BotCall): Answer {
  const { channel, message } = target(call);
  removeReaction(call.world, channel, message, emojiOf(call), call.bot.id);
  return noContent;
}

function removeOthers(call: BotCall): Answer {
  const { channel, message } = target(call, "MANAGE_MESSAGES");
  removeReaction(call.world, channel, message, emojiOf(call), param(call, "user_id"));
  return noContent;
}

function clear(call: BotCall, one: boolean): Answer {
  const { channel, message } = target(call, "MANAGE_MESSAGES");
  clearReactions(call.world, channel, message, one ? emojiOf(call) : undefined);
  return noContent;
}

function list(call: BotCall): Answer {
  const { world, query } = call;
  const { message } = target(call);
  const limit = integerAt(Number(query.get("limit") ?? 25), ["limit"], { min: 1, max: 100 }) ?? 25;
  // Type 1: super reactions, which nobody gives here.
  const users = query.get("type") === "1" ? [] : (findReaction(message, emojiOf(call))?.users ?? []);
  const after = query.get("after") ?? "0";
  return ok(
    [...users]
      .sort(compareIds)
      .filter((id) => compareIds(id, after) > 0)
      .slice(0, limit)
      .map((id) => userShape(world, id)),
  );
}

const ALL = "/channels/{channel_id}/messages/{message_id}/reactions";
const ONE = `${ALL}/{emoji_name}`;
const bucket = "reactions";

export const reactionRoutes: readonly Route[] = [
  { method: "GET", path: ONE, auth: "bot", query: ["after", "limit", "type"], handle: list },
  { method: "PUT", path: `${ONE}/@me`, auth: "bot", bucket, handle: add },
  { method: "DELETE", path: `${ONE}/@me`, auth: "bot", bucket, handle: removeOwn },
  { method: "DELETE", path: `${ONE}/{user_id}`, auth: "bot", bucket, handle: removeOthers },
  { method: "DELETE", path: ONE, auth: "bot", bucket, handle: (call) => clear(call, true) },
  { method: "DELETE", path: ALL, auth: "bot", bucket, handle: (call) => clear(call, false) },
];
