// Reads `message_reference`: a reply or a forward; the route that sends bot messages calls it.

import { canRead, restViewer } from "../message-shape.ts";
import type { NewMessage } from "../messages.ts";
import type { ChannelRecord, MessageRecord } from "../records.ts";
import { badField, refuse } from "../rest/errors.ts";
import type { BotCall } from "../rest/route.ts";
import { enter, may } from "../world.ts";
import { fieldsAt, integerAt, snowflakeAt } from "./form.ts";
import { checkKeys, KEYS } from "./keys.ts";

type Reference = Pick<NewMessage, "type" | "reference" | "repliedTo" | "forwarded">;

const unknown = () => badField(["message_reference"], "REPLIES_UNKNOWN_MESSAGE", "Unknown message");

function reply(channel: ChannelRecord, target: MessageRecord): Reference {
  // Discord docs, resources/message: not to system messages.
  if (target.type !== 0 && target.type !== 19 && target.type !== 20 && target.type !== 23)
    throw badField(
      ["message_reference"],
      "REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE",
      "Cannot reply to a system message",
    );
  return replyTo(channel, target);
}

/** What makes a message an answer to `target`. */
export function replyTo(channel: ChannelRecord, target: MessageRecord): Reference {
  return {
    type: 19,
    reference: {
      type: 0,
      message_id: target.id,
      channel_id: channel.id,
      ...(channel.guildId === undefined ? {} : { guild_id: channel.guildId }),
    },
    ...(target.author.kind === "user" ? { repliedTo: target.author.id } : {}),
  };
}

function forward(call: BotCall, source: ChannelRecord, target: MessageRecord): Reference {
  if (!canRead(call.world, target, restViewer(call.bot))) throw refuse(160014);
  return forwardOf(source, target);
}

/** What makes a message a forward of `target`. */
export function forwardOf(source: ChannelRecord, target: MessageRecord): Reference {
  return {
    reference: {
      type: 1,
      message_id: target.id,
      channel_id: source.id,
      ...(source.guildId === undefined ? {} : { guild_id: source.guildId }),
    },
    forwarded: { ...(target.forwarded ?? target) },
  };
}

/**
 * {} without a reference, and for a reply to a lost message with `fail_if_not_exists: false`.
 * @throws ApiFailure 50035 for an unknown or foreign message, 160002, 160014
 */
export function readReference(call: BotCall, channel: ChannelRecord, value: unknown): Reference {
  const fields = fieldsAt(value, ["message_reference"]);
  if (!fields) return {};
  checkKeys(fields, KEYS.reference, "message_reference");
  const { world, bot } = call;
  const type = integerAt(fields.type, ["message_reference", "type"], { min: 0, max: 1 }) ?? 0;
  const id = snowflakeAt(fields.message_id, ["message_reference", "message_id"]);
  const given = fields.channel_id ?? undefined;
  const sourceId = given === undefined ? channel.id : snowflakeAt(given, ["message_reference", "channel_id"]);
  if (type === 1 && given === undefined)
    throw badField(["message_reference", "channel_id"], "BASE_TYPE_REQUIRED", "This field is required");
  if (type === 0 && sourceId !== channel.id)
    throw badField(
      ["message_reference"],
      "REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL",
      "Cannot reply to a message in a different channel",
    );
  if (!may(world, channel, bot.id, "READ_MESSAGE_HISTORY")) throw refuse(160002);
  const source = type === 1 ? enter(world, sourceId, bot, "READ_MESSAGE_HISTORY") : channel;
  const target = world.messages.get(source.id)?.find((message) => message.id === id && !message.deleted);
  if (!target) {
    if (type === 0 && fields.fail_if_not_exists === false) return {};
    throw unknown();
  }
  return type === 0 ? reply(channel, target) : forward(call, source, target);
}
