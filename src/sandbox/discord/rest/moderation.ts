// Routes with which a bot bans, kicks, silences and leaves.

import { integerAt } from "../forms/form.ts";
import { KEYS } from "../forms/keys.ts";
import { bulkDelete, deleteMessage } from "../messages.ts";
import { ban, type Deed, expel, isAbove, kick, memberOf, timeout, unban } from "../moderation.ts";
import { guildPermissions, PERMISSION, type PermissionName } from "../permissions.ts";
import type { GuildRecord, Snowflake } from "../records.ts";
import { memberShape, userShape } from "../shapes.ts";
import { compareIds } from "../snowflake.ts";
import { findGuild, liveMessages } from "../world.ts";
import { badField, refuse } from "./errors.ts";
import { type Answer, type BotCall, noContent, ok, param, type Route } from "./route.ts";

// Discord docs, resources/guild.
const LONGEST_TIMEOUT_MS = 28 * 24 * 3_600_000;
const MOST_DELETED_SECONDS = 604_800;

/** @throws ApiFailure 10004, 50013 */
function guildWith(call: BotCall, need: PermissionName): GuildRecord {
  const guild = findGuild(call.world, param(call, "guild_id"), call.bot);
  if (!(guildPermissions(guild, call.bot.id) & PERMISSION[need])) throw refuse(50013);
  return guild;
}

/** The guild and the person, whom the bot stands above. @throws ApiFailure 10004, 10013, 50013 */
function target(call: BotCall, need: PermissionName): readonly [GuildRecord, Snowflake] {
  const guild = guildWith(call, need);
  const userId = param(call, "user_id");
  if (!call.world.users.has(userId)) throw refuse(10013);
  if (guild.members.has(userId) && !isAbove(guild, call.bot.id, userId)) throw refuse(50013);
  return [guild, userId];
}

const deedOf = ({ bot, reason }: BotCall): Deed => ({ by: bot.id, reason });

/** What somebody wrote in the last seconds goes with the ban. */
function forget({ world }: BotCall, guild: GuildRecord, userId: Snowflake, seconds: number): void {
  const since = world.clock.now() - seconds * 1000;
  for (const channel of [...world.channels.values()].filter(({ guildId }) => guildId === guild.id)) {
    const gone = liveMessages(world, channel.id).filter(
      ({ author, createdAt }) => author.kind === "user" && author.id === userId && createdAt > since,
    );
    const [only] = gone;
    if (only && gone.length === 1) deleteMessage(world, channel, only);
    else if (only) bulkDelete(world, channel, gone);
  }
}

function putBan(call: BotCall): Answer {
  const [guild, userId] = target(call, "BAN_MEMBERS");
  const range = { min: 0, max: MOST_DELETED_SECONDS };
  const seconds = integerAt(call.body.delete_message_seconds, ["delete_message_seconds"], range) ?? 0;
  ban(call.world, guild, userId, deedOf(call));
  if (seconds > 0) forget(call, guild, userId, seconds);
  return noContent;
}

function dropBan(call: BotCall): Answer {
  unban(call.world, guildWith(call, "BAN_MEMBERS"), param(call, "user_id"), deedOf(call));
  return noContent;
}

function banShape({ world }: BotCall, guild: GuildRecord, userId: Snowflake) {
  return { user: userShape(world, userId), reason: guild.bans.get(userId) ?? null };
}

function readBan(call: BotCall): Answer {
  const guild = guildWith(call, "BAN_MEMBERS");
  const userId = param(call, "user_id");
  if (!guild.bans.has(userId)) throw refuse(10026);
  return ok(banShape(call, guild, userId));
}

function readBans(call: BotCall): Answer {
  const guild = guildWith(call, "BAN_MEMBERS");
  const { query } = call;
  const limit = integerAt(Number(query.get("limit") ?? 1000), ["limit"], { min: 1, max: 1000 }) ?? 1000;
  const [before, after] = [query.get("before"), query.get("after")];
  const ids = [...guild.bans.keys()].sort(compareIds).filter((id) => {
    if (before !== null) return compareIds(id, before) < 0;
    return after === null || compareIds(id, after) > 0;
  });
  return ok(
    (before === null ? ids.slice(0, limit) : ids.slice(-limit)).map((id) => banShape(call, guild, id)),
  );
}

function putOut(call: BotCall): Answer {
  const [guild, userId] = target(call, "KICK_MEMBERS");
  kick(call.world, guild, userId, deedOf(call));
  return noContent;
}

/** @throws ApiFailure 50035 for what is no time, or too far away */
function readUntil(value: unknown, now: number): number | undefined {
  const path = ["communication_disabled_until"];
  if (value === null) return undefined;
  const until = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(until)) throw badField(path, "DATE_TIME_TYPE_PARSE", `Could not parse ${String(value)}.`);
  if (until > now + LONGEST_TIMEOUT_MS)
    throw badField(path, "COMMUNICATION_DISABLED_TOO_LONG", "Timeouts last 28 days at most.");
  return until <= now ? undefined : until;
}

function changeMember(call: BotCall): Answer {
  const [guild, userId] = target(call, "MODERATE_MEMBERS");
  const member = memberOf(guild, userId);
  const { communication_disabled_until: wished } = call.body;
  if (wished === undefined) return ok(memberShape(call.world, member));
  // Administrators cannot be silenced.
  if (guildPermissions(guild, userId) & PERMISSION.ADMINISTRATOR) throw refuse(50013);
  timeout(call.world, guild, userId, readUntil(wished, call.world.clock.now()), deedOf(call));
  return ok(memberShape(call.world, member));
}

function leave(call: BotCall): Answer {
  expel(call.world, findGuild(call.world, param(call, "guild_id"), call.bot), call.bot.id);
  return noContent;
}

const BANS = "/guilds/{guild_id}/bans";
const BAN = `${BANS}/{user_id}`;
const MEMBER = "/guilds/{guild_id}/members/{user_id}";

export const moderationRoutes: readonly Route[] = [
  { method: "GET", path: BANS, auth: "bot", query: ["limit", "before", "after"], handle: readBans },
  { method: "GET", path: BAN, auth: "bot", handle: readBan },
  { method: "PUT", path: BAN, auth: "bot", keys: [KEYS.ban], handle: putBan },
  { method: "DELETE", path: BAN, auth: "bot", handle: dropBan },
  { method: "DELETE", path: MEMBER, auth: "bot", handle: putOut },
  { method: "PATCH", path: MEMBER, auth: "bot", keys: [KEYS.memberEdit], handle: changeMember },
  { method: "DELETE", path: "/users/@me/guilds/{guild_id}", auth: "bot", handle: leave },
];
