// READY and GUILD_CREATE, the first things a new session is told; the Gateway sends them after IDENTIFY.

import type { BotRecord, GuildRecord } from "../records.ts";
import { gatewayUrl } from "../rest/self.ts";
import { channelShape, guildShape, memberShape, userShape } from "../shapes.ts";
import { timestamp } from "../snowflake.ts";
import { activeThreads, guildChannels, threadMemberShape } from "../threads.ts";
import { may, type World } from "../world.ts";

export function guildsOf(world: World, bot: BotRecord): GuildRecord[] {
  return [...world.guilds.values()].filter((guild) => guild.members.has(bot.id));
}

export function readyData(world: World, bot: BotRecord, sessionId: string, shard: unknown) {
  return {
    v: 10,
    user: { ...userShape(world, bot.id), verified: true, mfa_enabled: true, email: null },
    user_settings: {},
    session_type: "normal",
    session_id: sessionId,
    // Another address than the first one's, as in reality: a client must keep to it.
    resume_gateway_url: `${gatewayUrl(world)}/resume`,
    relationships: [],
    private_channels: [],
    presences: [],
    guilds: guildsOf(world, bot).map((guild) => ({ id: guild.id, unavailable: true })),
    guild_join_requests: [],
    geo_ordered_rtc_regions: [],
    application: { id: bot.applicationId, flags: bot.flags },
    _trace: [],
    ...(Array.isArray(shard) ? { shard } : {}),
  };
}

/** The whole guild, with the channels, the active threads the bot can see, and the bot's own member. */
export function guildCreateData(world: World, guild: GuildRecord, bot: BotRecord) {
  const own = guild.members.get(bot.id);
  return {
    ...guildShape(guild),
    joined_at: timestamp(own?.joinedAt ?? world.clock.now()),
    large: false,
    unavailable: false,
    member_count: guild.members.size,
    members: own ? [memberShape(world, own)] : [],
    channels: guildChannels(world, guild).map((channel) => channelShape(world, channel)),
    threads: activeThreads(world, guild)
      .filter((thread) => may(world, thread, bot.id, "VIEW_CHANNEL"))
      .map((thread) => {
        const joined = thread.thread?.members.get(bot.id);
        const shape = channelShape(world, thread);
        return joined === undefined ? shape : { ...shape, member: threadMemberShape(thread, bot.id, joined) };
      }),
    voice_states: [],
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}
