// Routes about channels themselves: create, read, change, remove, and typing.

import { fieldsAt, integerAt, listAt, snowflakeAt, textAt } from "../forms/form.ts";
import { checkKeys, KEYS } from "../forms/keys.ts";
import { guildPermissions, PERMISSION } from "../permissions.ts";
import type { ChannelRecord, Overwrite } from "../records.ts";
import { channelShape, memberShape } from "../shapes.ts";
import { rename } from "../thread-changes.ts";
import { createGuildChannel, readTags, removeChannel } from "../threads.ts";
import { enter, findGuild, guildOf, may, sendRight, type World } from "../world.ts";
import { badField, refuse } from "./errors.ts";
import { type Answer, type BotCall, noContent, ok, param, type Route } from "./route.ts";

function changeThread(call: BotCall, channel: ChannelRecord): void {
  const { world, bot, body } = call;
  const { thread } = channel;
  if (!thread) return;
  const manages = may(world, channel, bot.id, "MANAGE_THREADS");
  // Whoever may send may open an archived thread again; the rest is for its owner and managers.
  const onlyOpens = Object.keys(body).every((key) => key === "archived") && body.archived === false;
  if (!manages && thread.ownerId !== bot.id && !(onlyOpens && !thread.locked)) throw refuse(50013);
  if (thread.archived && body.archived !== false) throw refuse(50083);
  if (typeof body.archived === "boolean" && body.archived !== thread.archived) {
    thread.archived = body.archived;
    thread.archiveChangedAt = world.clock.now();
  }
  if (typeof body.locked === "boolean") {
    if (!manages) throw refuse(50013);
    thread.locked = body.locked;
  }
  thread.autoArchiveMinutes =
    integerAt(body.auto_archive_duration, ["auto_archive_duration"], { min: 60, max: 10080 }) ??
    thread.autoArchiveMinutes;
  const forum = world.channels.get(channel.parentId ?? "");
  if (body.applied_tags !== undefined && forum) thread.appliedTags = [...readTags(body.applied_tags, forum)];
}

function change(call: BotCall): Answer {
  const { world, bot, body } = call;
  const channel = enter(world, param(call, "channel_id"), bot);
  if (channel.guildId === undefined) throw refuse(50003);
  const name = textAt(body.name, ["name"], { min: 1, max: 100 });
  if (channel.thread) changeThread(call, channel);
  else if (!may(world, channel, bot.id, "MANAGE_CHANNELS")) throw refuse(50013);
  if (body.topic !== undefined)
    channel.topic = textAt(body.topic, ["topic"], { max: channel.type === 15 ? 4096 : 1024 }) ?? null;
  // Tells of all the changes at once.
  rename(world, channel, name ?? channel.name, bot.id);
  return ok(channelShape(world, channel));
}

/** Discord docs, resources/guild: types a bot may make. */
const CREATABLE = [0, 2, 4, 5, 13, 15, 16];

function bitsAt(value: unknown, path: readonly (string | number)[]): bigint {
  if (value === undefined || value === null) return 0n;
  if (!/^\d{1,19}$/.test(String(value)))
    throw badField(path, "NUMBER_TYPE_COERCE", `Value "${String(value)}" is not int.`);
  return BigInt(String(value));
}

function readOverwrites(value: unknown): Overwrite[] {
  return (listAt(value, ["permission_overwrites"], 100) ?? []).map((item, index) => {
    const path = ["permission_overwrites", index];
    const row = fieldsAt(item, path) ?? {};
    checkKeys(row, KEYS.overwrite, "permission_overwrites");
    return {
      id: snowflakeAt(row.id, [...path, "id"]),
      type: integerAt(row.type, [...path, "type"], { min: 0, max: 1 }) === 1 ? 1 : 0,
      allow: bitsAt(row.allow, [...path, "allow"]),
      deny: bitsAt(row.deny, [...path, "deny"]),
    };
  });
}

/** A bot allows and denies only what it may do itself. Discord docs, resources/guild. @throws ApiFailure 50013 */
function create(call: BotCall): Answer {
  const { world, bot, body } = call;
  const guild = findGuild(world, param(call, "guild_id"), bot);
  const own = guildPermissions(guild, bot.id);
  if (!(own & PERMISSION.MANAGE_CHANNELS)) throw refuse(50013);
  const name = textAt(body.name, ["name"], { min: 1, max: 100 });
  if (name === undefined) throw badField(["name"], "BASE_TYPE_REQUIRED", "This field is required");
  const type = integerAt(body.type, ["type"], { min: 0, max: 16 }) ?? 0;
  if (!CREATABLE.includes(type))
    throw badField(["type"], "BASE_TYPE_CHOICES", "Value is not a channel type.");
  const overwrites = readOverwrites(body.permission_overwrites);
  if (overwrites.some(({ allow, deny }) => ((allow | deny) & ~own) !== 0n)) throw refuse(50013);
  const topic = textAt(body.topic, ["topic"], { max: type === 15 ? 4096 : 1024 });
  const parent = body.parent_id ?? undefined;
  const channel = createGuildChannel(world, guild, {
    // Names of text channels have no capitals and no spaces.
    name: type === 0 ? name.toLowerCase().replace(/\s+/g, "-") : name,
    type,
    overwrites,
    ...(topic === undefined ? {} : { topic }),
    ...(parent === undefined ? {} : { parent: snowflakeAt(parent, ["parent_id"]) }),
  });
  return { status: 201, body: channelShape(world, channel) };
}

function remove(call: BotCall): Answer {
  const { world, bot } = call;
  const channel = enter(world, param(call, "channel_id"), bot);
  if (channel.guildId !== undefined) {
    if (!may(world, channel, bot.id, channel.thread ? "MANAGE_THREADS" : "MANAGE_CHANNELS"))
      throw refuse(50013);
    removeChannel(world, channel);
  }
  return ok(channelShape(world, channel));
}

/** Dispatches TYPING_START, with the member in guilds. */
export function announceTyping(world: World, channel: ChannelRecord, userId: string): void {
  const member = guildOf(world, channel)?.members.get(userId);
  const data = {
    channel_id: channel.id,
    ...(channel.guildId === undefined ? {} : { guild_id: channel.guildId }),
    user_id: userId,
    timestamp: Math.floor(world.clock.now() / 1000),
    ...(member ? { member: memberShape(world, member) } : {}),
  };
  world.emit({
    type: "TYPING_START",
    channel,
    ...(channel.guildId === undefined ? {} : { guildId: channel.guildId }),
    data: () => data,
  });
}

function typing(call: BotCall): Answer {
  const channel = enter(call.world, param(call, "channel_id"), call.bot);
  if (!may(call.world, channel, call.bot.id, sendRight(channel))) throw refuse(50013);
  announceTyping(call.world, channel, call.bot.id);
  return noContent;
}

const ONE = "/channels/{channel_id}";

export const channelRoutes: readonly Route[] = [
  {
    method: "GET",
    path: ONE,
    auth: "bot",
    handle: (call) => ok(channelShape(call.world, enter(call.world, param(call, "channel_id"), call.bot))),
  },
  { method: "PATCH", path: ONE, auth: "bot", keys: [KEYS.channelEdit], handle: change },
  { method: "DELETE", path: ONE, auth: "bot", handle: remove },
  { method: "POST", path: `${ONE}/typing`, auth: "bot", handle: typing },
  {
    method: "POST",
    path: "/guilds/{guild_id}/channels",
    auth: "bot",
    keys: [KEYS.channelCreate],
    handle: create,
  },
];
