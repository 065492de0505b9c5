// Routes that pin and unpin messages and list the pins; people pin through the same functions.

import { integerAt } from "../forms/form.ts";
import { ALLOW_ALL } from "../mentions.ts";
import { restMessage, restViewer } from "../message-shape.ts";
import { announceUpdate, createMessage } from "../messages.ts";
import type { ChannelRecord, MessageRecord } from "../records.ts";
import { timestamp } from "../snowflake.ts";
import { enter, findMessage, liveMessages, may, type World } from "../world.ts";
import { badField, refuse } from "./errors.ts";
import { type Answer, type BotCall, noContent, ok, param, type Route } from "./route.ts";

// Discord docs, resources/message: 250 since 2025.
const MAX_PINS = 250;

function announcePins(world: World, channel: ChannelRecord): void {
  const guild = channel.guildId === undefined ? {} : { guildId: channel.guildId };
  world.emit({
    type: "CHANNEL_PINS_UPDATE",
    channel,
    ...guild,
    data: () => ({
      channel_id: channel.id,
      ...(channel.guildId === undefined ? {} : { guild_id: channel.guildId }),
      last_pin_timestamp: channel.lastPinAt === null ? null : timestamp(channel.lastPinAt),
    }),
  });
}

/** Pins, tells of it and leaves the line "pinned a message" (type 6) in the channel. @throws ApiFailure 30003 */
export function pinMessage(
  world: World,
  channel: ChannelRecord,
  message: MessageRecord,
  userId: string,
): void {
  if (message.pinnedAt !== undefined) return;
  const pinned = liveMessages(world, channel.id).filter((other) => other.pinnedAt !== undefined);
  if (pinned.length >= MAX_PINS) throw refuse(30003);
  message.pinnedAt = world.clock.now();
  channel.lastPinAt = message.pinnedAt;
  announceUpdate(world, channel, message);
  announcePins(world, channel);
  createMessage(world, channel, {
    author: { kind: "user", id: userId },
    speaker: userId,
    form: { allowed: { ...ALLOW_ALL, everyone: false }, tts: false },
    type: 6,
    reference: {
      type: 0,
      message_id: message.id,
      channel_id: channel.id,
      ...(channel.guildId === undefined ? {} : { guild_id: channel.guildId }),
    },
  });
}

export function unpinMessage(world: World, channel: ChannelRecord, message: MessageRecord): void {
  if (message.pinnedAt === undefined) return;
  delete message.pinnedAt;
  announceUpdate(world, channel, message);
  announcePins(world, channel);
}

function pinTarget(call: BotCall): { channel: ChannelRecord; message: MessageRecord } {
  const channel = enter(call.world, param(call, "channel_id"), call.bot);
  // Discord change log 2026-02-23: MANAGE_MESSAGES does not suffice any more. Direct messages need no right.
  if (channel.guildId !== undefined && !may(call.world, channel, call.bot.id, "PIN_MESSAGES"))
    throw refuse(50013);
  return { channel, message: findMessage(call.world, channel.id, param(call, "message_id")) };
}

function pins(call: BotCall): Answer {
  const { world, bot, query } = call;
  const channel = enter(world, param(call, "channel_id"), bot);
  if (!may(world, channel, bot.id, "READ_MESSAGE_HISTORY")) return ok({ items: [], has_more: false });
  const before = Date.parse(query.get("before") ?? "9999-01-01T00:00:00Z");
  if (Number.isNaN(before)) throw badField(["before"], "DATE_TIME_TYPE_PARSE", "Could not parse the time.");
  const limit = integerAt(Number(query.get("limit") ?? 50), ["limit"], { min: 1, max: 50 }) ?? 50;
  const all = liveMessages(world, channel.id)
    .flatMap((message) => (message.pinnedAt === undefined ? [] : [{ message, at: message.pinnedAt }]))
    .filter(({ at }) => at < before)
    .sort((a, b) => b.at - a.at);
  return ok({
    items: all.slice(0, limit).map(({ message, at }) => ({
      pinned_at: timestamp(at),
      message: restMessage(world, message, restViewer(bot)),
    })),
    has_more: all.length > limit,
  });
}

function pin(call: BotCall): Answer {
  const { channel, message } = pinTarget(call);
  pinMessage(call.world, channel, message, call.bot.id);
  return noContent;
}

function unpin(call: BotCall): Answer {
  const { channel, message } = pinTarget(call);
  unpinMessage(call.world, channel, message);
  return noContent;
}

const PINS = "/channels/{channel_id}/messages/pins";

export const pinRoutes: readonly Route[] = [
  { method: "GET", path: PINS, auth: "bot", query: ["before", "limit"], handle: pins },
  { method: "PUT", path: `${PINS}/{message_id}`, auth: "bot", handle: pin },
  { method: "DELETE", path: `${PINS}/{message_id}`, auth: "bot", handle: unpin },
];
