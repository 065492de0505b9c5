// Permission bits and their computation with overwrites; the routes and the Gateway's visibility filter ask here.

import type { ChannelRecord, GuildRecord, Snowflake } from "./records.ts";

// Discord docs, topics/permissions.
export const PERMISSION = {
  KICK_MEMBERS: 1n << 1n,
  BAN_MEMBERS: 1n << 2n,
  ADMINISTRATOR: 1n << 3n,
  MANAGE_CHANNELS: 1n << 4n,
  MANAGE_GUILD: 1n << 5n,
  ADD_REACTIONS: 1n << 6n,
  VIEW_AUDIT_LOG: 1n << 7n,
  VIEW_CHANNEL: 1n << 10n,
  SEND_MESSAGES: 1n << 11n,
  SEND_TTS_MESSAGES: 1n << 12n,
  MANAGE_MESSAGES: 1n << 13n,
  EMBED_LINKS: 1n << 14n,
  ATTACH_FILES: 1n << 15n,
  READ_MESSAGE_HISTORY: 1n << 16n,
  MENTION_EVERYONE: 1n << 17n,
  USE_EXTERNAL_EMOJIS: 1n << 18n,
  CONNECT: 1n << 20n,
  CHANGE_NICKNAME: 1n << 26n,
  MANAGE_WEBHOOKS: 1n << 29n,
  MANAGE_THREADS: 1n << 34n,
  CREATE_PUBLIC_THREADS: 1n << 35n,
  CREATE_PRIVATE_THREADS: 1n << 36n,
  USE_EXTERNAL_STICKERS: 1n << 37n,
  SEND_MESSAGES_IN_THREADS: 1n << 38n,
  MODERATE_MEMBERS: 1n << 40n,
  SEND_VOICE_MESSAGES: 1n << 46n,
  SEND_POLLS: 1n << 49n,
  PIN_MESSAGES: 1n << 51n,
} as const;

export type PermissionName = keyof typeof PERMISSION;

const ALL_PERMISSIONS = (1n << 53n) - 1n;

/** What @everyone may do in a new guild: mentioning everyone is on by default, which is why bridges must be careful. */
export const DEFAULT_EVERYONE =
  PERMISSION.ADD_REACTIONS |
  PERMISSION.VIEW_CHANNEL |
  PERMISSION.SEND_MESSAGES |
  PERMISSION.EMBED_LINKS |
  PERMISSION.ATTACH_FILES |
  PERMISSION.READ_MESSAGE_HISTORY |
  PERMISSION.MENTION_EVERYONE |
  PERMISSION.USE_EXTERNAL_EMOJIS |
  PERMISSION.CONNECT |
  PERMISSION.CHANGE_NICKNAME |
  PERMISSION.CREATE_PUBLIC_THREADS |
  PERMISSION.CREATE_PRIVATE_THREADS |
  PERMISSION.USE_EXTERNAL_STICKERS |
  PERMISSION.SEND_MESSAGES_IN_THREADS |
  PERMISSION.SEND_VOICE_MESSAGES |
  PERMISSION.SEND_POLLS;

/** What a bot's own role gets when `addBot` is not told: the full bridge integer of the Discord reference. */
export const DEFAULT_BOT = 2885582905011264n;

const DIRECT_MESSAGE =
  DEFAULT_EVERYONE & ~(PERMISSION.CREATE_PUBLIC_THREADS | PERMISSION.CREATE_PRIVATE_THREADS);

/** Guild-wide permissions of a member; 0 for strangers. */
export function guildPermissions(guild: GuildRecord, userId: Snowflake): bigint {
  const member = guild.members.get(userId);
  if (!member) return 0n;
  if (guild.ownerId === userId) return ALL_PERMISSIONS;
  let bits = guild.roles.get(guild.id)?.permissions ?? 0n;
  for (const role of member.roles) bits |= guild.roles.get(role)?.permissions ?? 0n;
  return bits & PERMISSION.ADMINISTRATOR ? ALL_PERMISSIONS : bits;
}

/**
 * Permissions in a channel: base, then the overwrites of @everyone, of all roles together, of the member. `holder` is
 * the channel whose overwrites count: the parent for threads.
 */
export function channelPermissions(guild: GuildRecord, holder: ChannelRecord, userId: Snowflake): bigint {
  let bits = guildPermissions(guild, userId);
  const member = guild.members.get(userId);
  if (bits === ALL_PERMISSIONS || !member) return bits;
  const everyone = holder.overwrites.find((row) => row.id === guild.id);
  if (everyone) bits = (bits & ~everyone.deny) | everyone.allow;
  let allow = 0n;
  let deny = 0n;
  for (const row of holder.overwrites) {
    if (row.type !== 0 || row.id === guild.id || !member.roles.includes(row.id)) continue;
    allow |= row.allow;
    deny |= row.deny;
  }
  bits = (bits & ~deny) | allow;
  const own = holder.overwrites.find((row) => row.type === 1 && row.id === userId);
  if (own) bits = (bits & ~own.deny) | own.allow;
  return bits & PERMISSION.VIEW_CHANNEL ? bits : 0n;
}

/** Those in a timeout may only read; owners and administrators cannot be in one. Discord docs, topics/permissions. */
export function withTimeout(guild: GuildRecord, userId: Snowflake, bits: bigint, now: number): bigint {
  const until = guild.members.get(userId)?.timeoutUntil ?? 0;
  if (until <= now || bits & PERMISSION.ADMINISTRATOR) return bits;
  return bits & (PERMISSION.VIEW_CHANNEL | PERMISSION.READ_MESSAGE_HISTORY);
}

/** Permissions of a participant of a direct message; 0 for others. */
export function directPermissions(channel: ChannelRecord, userId: Snowflake): bigint {
  return channel.recipients.includes(userId) ? DIRECT_MESSAGE : 0n;
}

/** Without the right to send, the rights that decorate a sent message are lost too (implicit denial). */
export function withImplicitDenials(bits: bigint, thread: boolean): bigint {
  const send = thread ? PERMISSION.SEND_MESSAGES_IN_THREADS : PERMISSION.SEND_MESSAGES;
  if (bits & send) return bits;
  return (
    bits &
    ~(
      PERMISSION.MENTION_EVERYONE |
      PERMISSION.SEND_TTS_MESSAGES |
      PERMISSION.ATTACH_FILES |
      PERMISSION.EMBED_LINKS
    )
  );
}
