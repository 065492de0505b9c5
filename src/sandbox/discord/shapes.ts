// How users, members, roles, channels, guilds, webhooks and applications look on the wire; routes and Gateway use it.

import type {
  BotRecord,
  ChannelRecord,
  ForumTag,
  GuildRecord,
  MemberRecord,
  RoleRecord,
  Snowflake,
  StickerRecord,
  ThreadState,
  WebhookRecord,
} from "./records.ts";
import { timestamp } from "./snowflake.ts";
import type { World } from "./world.ts";

export interface UserShape {
  readonly id: Snowflake;
  readonly username: string;
  readonly discriminator: string;
  readonly global_name: string | null;
  readonly avatar: string | null;
  readonly bot?: boolean;
  readonly public_flags: number;
  readonly flags: number;
  readonly primary_guild: null;
}

export function userShape(world: World, id: Snowflake): UserShape {
  const user = world.users.get(id);
  return {
    id,
    username: user?.username ?? "deleted_user",
    // Bots keep a four-digit tag; people have none any more.
    discriminator: user?.bot ? "0001" : "0",
    global_name: user?.globalName ?? null,
    avatar: user?.avatar ?? null,
    ...(user?.bot ? { bot: true } : {}),
    public_flags: 0,
    flags: 0,
    primary_guild: null,
  };
}

/** A member without `user`, as in messages. */
export function partialMemberShape(member: MemberRecord) {
  return {
    nick: member.nick,
    roles: member.roles,
    joined_at: timestamp(member.joinedAt),
    avatar: member.avatar,
    banner: null,
    premium_since: null,
    communication_disabled_until: member.timeoutUntil === undefined ? null : timestamp(member.timeoutUntil),
    flags: 0,
    pending: false,
    deaf: false,
    mute: false,
  };
}

export function memberShape(world: World, member: MemberRecord) {
  return { ...partialMemberShape(member), user: userShape(world, member.userId) };
}

export function roleShape(role: RoleRecord) {
  return {
    id: role.id,
    name: role.name,
    permissions: role.permissions.toString(),
    position: role.position,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    managed: role.botId !== undefined,
    mentionable: role.mentionable,
    icon: null,
    unicode_emoji: null,
    flags: 0,
    ...(role.botId === undefined ? {} : { tags: { bot_id: role.botId } }),
  };
}

function threadShape(thread: ThreadState) {
  return {
    owner_id: thread.ownerId,
    message_count: thread.messageCount,
    total_message_sent: thread.totalSent,
    member_count: thread.members.size,
    applied_tags: thread.appliedTags,
    thread_metadata: {
      archived: thread.archived,
      locked: thread.locked,
      auto_archive_duration: thread.autoArchiveMinutes,
      archive_timestamp: timestamp(thread.archiveChangedAt),
      create_timestamp: timestamp(thread.createdAt),
    },
  };
}

// Discord docs, resources/channel: REQUIRE_TAG.
const REQUIRE_TAG = 1 << 4;

function tagShape({ id, name, moderated, emojiName }: ForumTag) {
  return { id, name, moderated, emoji_id: null, emoji_name: emojiName };
}

export function channelShape(world: World, channel: ChannelRecord): Record<string, unknown> {
  const base = {
    id: channel.id,
    type: channel.type,
    flags: channel.requiresTag ? REQUIRE_TAG : 0,
    last_message_id: channel.lastMessageId,
    ...(channel.lastPinAt === null ? {} : { last_pin_timestamp: timestamp(channel.lastPinAt) }),
  };
  // As the bot sees it: with the others in there.
  const others = channel.recipients.filter((id) => !world.bots.has(id));
  if (channel.guildId === undefined) return { ...base, recipients: others.map((id) => userShape(world, id)) };
  const named = {
    ...base,
    guild_id: channel.guildId,
    name: channel.name,
    parent_id: channel.parentId,
    rate_limit_per_user: 0,
  };
  if (channel.thread) return { ...named, ...threadShape(channel.thread) };
  return {
    ...named,
    topic: channel.topic,
    position: channel.position,
    nsfw: false,
    permission_overwrites: channel.overwrites.map((row) => ({
      id: row.id,
      type: row.type,
      allow: row.allow.toString(),
      deny: row.deny.toString(),
    })),
    ...(channel.type === 15 || channel.type === 16
      ? { available_tags: (channel.tags ?? []).map(tagShape) }
      : {}),
  };
}

// Observed, documented nowhere.
const TIER_FEATURES = [[], [], ["MAX_FILE_SIZE_50_MB"], ["MAX_FILE_SIZE_100_MB"]];

function guildSettings(guild: GuildRecord) {
  return {
    id: guild.id,
    name: guild.name,
    owner_id: guild.ownerId,
    icon: null,
    description: null,
    home_header: null,
    splash: null,
    discovery_splash: null,
    features: TIER_FEATURES[guild.premiumTier] ?? [],
    banner: null,
    application_id: null,
    region: "brazil",
    afk_channel_id: null,
    afk_timeout: 300,
    system_channel_id: null,
    system_channel_flags: 0,
    widget_enabled: false,
    widget_channel_id: null,
    verification_level: 0,
    default_message_notifications: 0,
    mfa_level: 0,
    explicit_content_filter: 0,
    max_presences: null,
    max_members: 500000,
    max_stage_video_channel_users: 50,
    max_video_channel_users: 25,
    vanity_url_code: null,
    premium_tier: guild.premiumTier,
    premium_subscription_count: [0, 2, 7, 14][guild.premiumTier] ?? 0,
    preferred_locale: "pt-BR",
    rules_channel_id: null,
    safety_alerts_channel_id: null,
    public_updates_channel_id: null,
    premium_progress_bar_enabled: false,
    nsfw: false,
    nsfw_level: 0,
    incidents_data: null,
  };
}

export function emojiShape(emoji: {
  readonly id: Snowflake;
  readonly name: string;
  readonly animated: boolean;
}) {
  return { ...emoji, roles: [], require_colons: true, managed: false, available: true };
}

export function stickerShape(guild: GuildRecord, { id, name, tags, format }: StickerRecord) {
  const kind = { type: 2, format_type: format, available: true };
  return { id, name, tags, description: null, guild_id: guild.id, ...kind };
}

export function guildShape(guild: GuildRecord) {
  return {
    ...guildSettings(guild),
    roles: [...guild.roles.values()].map(roleShape),
    emojis: guild.emojis.map(emojiShape),
    stickers: guild.stickers.map((sticker) => stickerShape(guild, sticker)),
  };
}

/** `token` and `url` are shown to the application that owns the webhook, and to nobody else. */
export function webhookShape(world: World, hook: WebhookRecord, applicationId: Snowflake | undefined) {
  const owned = hook.applicationId !== null && hook.applicationId === applicationId;
  return {
    id: hook.id,
    type: 1,
    name: hook.name,
    avatar: hook.avatar,
    channel_id: hook.channelId,
    guild_id: hook.guildId,
    application_id: hook.applicationId,
    user: userShape(world, hook.userId),
    ...(owned ? { token: hook.token, url: `${world.origin}/api/webhooks/${hook.id}/${hook.token}` } : {}),
  };
}

export function applicationShape(world: World, bot: BotRecord) {
  const owner = [...world.guilds.values()].find((guild) => guild.members.has(bot.id))?.ownerId ?? bot.id;
  return {
    id: bot.applicationId,
    name: bot.name,
    icon: null,
    description: "",
    type: null,
    verify_key: bot.verifyKey,
    flags: bot.flags,
    flags_new: String(bot.flags),
    bot: userShape(world, bot.id),
    bot_public: true,
    bot_require_code_grant: false,
    redirect_uris: [],
    interactions_endpoint_url: null,
    event_webhooks_url: null,
    event_webhooks_status: 1,
    event_webhooks_types: [],
    role_connections_verification_url: null,
    owner: userShape(world, owner),
    approximate_guild_count: [...world.guilds.values()].filter((guild) => guild.members.has(bot.id)).length,
    approximate_user_install_count: 0,
    approximate_user_authorization_count: 0,
    explicit_content_filter: 0,
    team: null,
    eligible_oauth2_scopes: [],
    ...bot.settings,
  };
}
