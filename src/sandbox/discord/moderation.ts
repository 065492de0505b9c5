// Bans, kicks and timeouts, and what the Gateway tells of them; routes and people's actions end here.

import { guildPermissions, PERMISSION } from "./permissions.ts";
import type { GuildRecord, MemberRecord, Snowflake } from "./records.ts";
import { refuse } from "./rest/errors.ts";
import { memberShape, userShape } from "./shapes.ts";
import { timestamp } from "./snowflake.ts";
import type { Dispatch, World } from "./world.ts";

/** Who does it, and why. */
export interface Deed {
  readonly by: Snowflake;
  readonly reason: string | null;
}

// Discord docs, resources/audit-log: events.
const AUDIT = { kick: 20, ban: 22, unban: 23, change: 24 } as const;

/** The member. @throws ApiFailure 10007 */
export function memberOf(guild: GuildRecord, userId: Snowflake): MemberRecord {
  const member = guild.members.get(userId);
  if (!member) throw refuse(10007);
  return member;
}

/** Writes it in the audit log, which only those hear of who may read it. */
function audit(
  world: World,
  guild: GuildRecord,
  action: number,
  target: Snowflake,
  { by, reason }: Deed,
  changes: readonly object[] = [],
): void {
  const data = {
    ...{ guild_id: guild.id, id: world.newId(), user_id: by, target_id: target, action_type: action },
    ...(changes.length > 0 && { changes }),
    ...(reason !== null && { reason }),
  };
  const reads = (id: Snowflake) => (guildPermissions(guild, id) & PERMISSION.VIEW_AUDIT_LOG) !== 0n;
  world.emit({
    type: "GUILD_AUDIT_LOG_ENTRY_CREATE",
    guildId: guild.id,
    data: ({ bot }) => (reads(bot.id) ? data : undefined),
  });
}

function tell(world: World, guild: GuildRecord, type: string, userId: Snowflake): void {
  const data = () => ({ guild_id: guild.id, user: userShape(world, userId) });
  world.emit({ type, guildId: guild.id, data });
}

/** Tells of a member as it is now. */
export function announceMember(world: World, guild: GuildRecord, userId: Snowflake): void {
  const member = memberOf(guild, userId);
  const data = () => ({ ...memberShape(world, member), guild_id: guild.id });
  world.emit({ type: "GUILD_MEMBER_UPDATE", guildId: guild.id, about: userId, data });
}

/** Takes somebody out of a guild; a bot that goes loses its role, and hears that the guild is gone. */
export function expel(world: World, guild: GuildRecord, userId: Snowflake): void {
  memberOf(guild, userId);
  guild.members.delete(userId);
  for (const role of [...guild.roles.values()]) {
    if (role.botId !== userId) continue;
    guild.roles.delete(role.id);
    const data = () => ({ guild_id: guild.id, role_id: role.id });
    world.emit({ type: "GUILD_ROLE_DELETE", guildId: guild.id, data });
  }
  tell(world, guild, "GUILD_MEMBER_REMOVE", userId);
  if (!world.bots.has(userId)) return;
  // Without `unavailable`: gone, not an outage.
  const gone: Dispatch = {
    ...{ type: "GUILD_DELETE", guildId: guild.id, only: userId },
    data: () => ({ id: guild.id }),
  };
  world.emit(gone);
}

export function kick(world: World, guild: GuildRecord, userId: Snowflake, deed: Deed): void {
  expel(world, guild, userId);
  audit(world, guild, AUDIT.kick, userId, deed);
}

/** Also of somebody who is not there; the second time it changes nothing. */
export function ban(world: World, guild: GuildRecord, userId: Snowflake, deed: Deed): void {
  if (guild.bans.has(userId)) return;
  guild.bans.set(userId, deed.reason);
  tell(world, guild, "GUILD_BAN_ADD", userId);
  if (guild.members.has(userId)) expel(world, guild, userId);
  audit(world, guild, AUDIT.ban, userId, deed);
}

/** @throws ApiFailure 10026 */
export function unban(world: World, guild: GuildRecord, userId: Snowflake, deed: Deed): void {
  if (!guild.bans.delete(userId)) throw refuse(10026);
  tell(world, guild, "GUILD_BAN_REMOVE", userId);
  audit(world, guild, AUDIT.unban, userId, deed);
}

/** `until` in milliseconds since 1970; undefined ends it. */
export function timeout(
  world: World,
  guild: GuildRecord,
  userId: Snowflake,
  until: number | undefined,
  deed: Deed,
): void {
  const member = memberOf(guild, userId);
  const before = member.timeoutUntil;
  if (until === undefined) delete member.timeoutUntil;
  else member.timeoutUntil = until;
  announceMember(world, guild, userId);
  const key = "communication_disabled_until";
  const change = {
    key,
    ...(before !== undefined && { old_value: timestamp(before) }),
    ...(until !== undefined && { new_value: timestamp(until) }),
  };
  audit(world, guild, AUDIT.change, userId, deed, [change]);
}

function rank(guild: GuildRecord, userId: Snowflake): number {
  const roles = guild.members.get(userId)?.roles ?? [];
  return Math.max(0, ...roles.map((id) => guild.roles.get(id)?.position ?? 0));
}

/** Owners stand above all, and nobody moderates their equals. Discord docs, topics/permissions. */
export function isAbove(guild: GuildRecord, userId: Snowflake, otherId: Snowflake): boolean {
  if (otherId === guild.ownerId) return false;
  return userId === guild.ownerId || rank(guild, userId) > rank(guild, otherId);
}
