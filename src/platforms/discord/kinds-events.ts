// What becomes of every event of Discord's Gateway; `dispatch.ts` stores what it names, and its test proves it whole.

import { GatewayDispatchEvents as Event } from "discord-api-types/v10";
import { type Kind, kind } from "./kinds.ts";

const noIntent = (name: string) => kind("nothing", `not asked for: it needs the intent ${name}`);
const state = kind("inside", "names of channels, threads and roles, and the bot's rights");
const connection = kind("inside", "the connection itself");
const business = kind("nothing", "about the application's sales");

export const GATEWAY_EVENTS = {
  [Event.MessageCreate]: kind("message", "the message"),
  [Event.MessageUpdate]: kind("edit", "the change; a poll's end; an unpinned message"),
  [Event.MessageDelete]: kind("deletion", "the message goes"),
  [Event.MessageDeleteBulk]: kind("deletion", "the messages go"),
  [Event.MessageReactionAdd]: kind("reaction", "the reaction, and whose it is"),
  [Event.MessageReactionRemove]: kind("reaction", "the reaction goes"),
  [Event.MessageReactionRemoveAll]: kind("reaction", "all reactions go"),
  [Event.MessageReactionRemoveEmoji]: kind("reaction", "all reactions with this emoji go"),
  [Event.MessagePollVoteAdd]: kind("vote", "the vote is counted"),
  [Event.MessagePollVoteRemove]: kind("vote", "the vote is counted no more"),
  [Event.ThreadCreate]: kind("thread", "a topic for the new thread or forum post"),
  [Event.ThreadUpdate]: kind("thread", "the topic is closed or opened again"),
  [Event.ThreadDelete]: kind("thread", "the topic's end"),
  [Event.ChannelUpdate]: kind("notice", "the channel's new name or topic"),
  [Event.TypingStart]: kind("typing", "that somebody writes, where the bridge shows it"),

  [Event.Ready]: connection,
  [Event.Resumed]: connection,
  [Event.RateLimited]: kind("nothing", "answers to requests that are not made"),
  [Event.GuildCreate]: state,
  [Event.GuildUpdate]: state,
  [Event.GuildDelete]: state,
  [Event.GuildRoleCreate]: state,
  [Event.GuildRoleUpdate]: state,
  [Event.GuildRoleDelete]: state,
  [Event.GuildMemberUpdate]: state,
  [Event.ChannelCreate]: state,
  [Event.ChannelDelete]: state,
  [Event.ThreadListSync]: state,
  [Event.WebhooksUpdate]: kind("inside", "whether our webhook is still there"),
  [Event.ThreadMemberUpdate]: kind("nothing", "about the bot's own membership"),
  [Event.ThreadMembersUpdate]: kind("nothing", "messages tell who was added to a thread"),
  [Event.ChannelPinsUpdate]: kind("nothing", "names no message; messages tell what was pinned"),
  [Event.ChannelInfo]: kind("nothing", "answers to requests that are not made"),
  [Event.StageInstanceCreate]: kind("nothing", "messages tell when a stage begins"),
  [Event.StageInstanceUpdate]: kind("nothing", "messages tell what a stage is about"),
  [Event.StageInstanceDelete]: kind("nothing", "messages tell when a stage ends"),
  [Event.UserUpdate]: kind("nothing", "about the bot's own user"),
  [Event.InteractionCreate]: kind("nothing", "commands to the bot are answered where they were given"),
  [Event.ApplicationCommandPermissionsUpdate]: kind("nothing", "about who may use commands"),
  [Event.VoiceServerUpdate]: kind(
    "nothing",
    "comes to those who joined a voice channel; a bridge joins none",
  ),
  [Event.VoiceChannelStartTimeUpdate]: kind("nothing", "who talks in a voice channel is not bridged"),
  [Event.VoiceChannelStatusUpdate]: kind("nothing", "who talks in a voice channel is not bridged"),
  [Event.EntitlementCreate]: business,
  [Event.EntitlementUpdate]: business,
  [Event.EntitlementDelete]: business,
  [Event.SubscriptionCreate]: business,
  [Event.SubscriptionUpdate]: business,
  [Event.SubscriptionDelete]: business,

  [Event.GuildMemberAdd]: kind("nothing", "messages tell who joined"),
  [Event.GuildMemberRemove]: kind(
    "inside",
    "to the robot: who left, where the bot has the intent GUILD_MEMBERS",
  ),
  [Event.GuildMembersChunk]: kind("nothing", "answers to requests that are not made"),
  [Event.PresenceUpdate]: noIntent("GUILD_PRESENCES"),
  [Event.VoiceStateUpdate]: noIntent("GUILD_VOICE_STATES"),
  [Event.VoiceChannelEffectSend]: noIntent("GUILD_VOICE_STATES"),
  [Event.GuildAuditLogEntryCreate]: kind("inside", "to the robot: who put out, banned or silenced whom"),
  [Event.GuildBanAdd]: kind("inside", "to the robot: who was banned, where it may not read the audit log"),
  [Event.GuildBanRemove]: kind(
    "inside",
    "to the robot: who was let in again, where it may not read that log",
  ),
  [Event.AutoModerationActionExecution]: noIntent("AUTO_MODERATION_EXECUTION"),
  [Event.AutoModerationRuleCreate]: noIntent("AUTO_MODERATION_CONFIGURATION"),
  [Event.AutoModerationRuleUpdate]: noIntent("AUTO_MODERATION_CONFIGURATION"),
  [Event.AutoModerationRuleDelete]: noIntent("AUTO_MODERATION_CONFIGURATION"),
  [Event.GuildEmojisUpdate]: noIntent("GUILD_EXPRESSIONS"),
  [Event.GuildStickersUpdate]: noIntent("GUILD_EXPRESSIONS"),
  [Event.GuildSoundboardSoundCreate]: noIntent("GUILD_EXPRESSIONS"),
  [Event.GuildSoundboardSoundUpdate]: noIntent("GUILD_EXPRESSIONS"),
  [Event.GuildSoundboardSoundDelete]: noIntent("GUILD_EXPRESSIONS"),
  [Event.GuildSoundboardSoundsUpdate]: noIntent("GUILD_EXPRESSIONS"),
  [Event.SoundboardSounds]: kind("nothing", "answers to requests that are not made"),
  [Event.GuildIntegrationsUpdate]: noIntent("GUILD_INTEGRATIONS"),
  [Event.IntegrationCreate]: noIntent("GUILD_INTEGRATIONS"),
  [Event.IntegrationUpdate]: noIntent("GUILD_INTEGRATIONS"),
  [Event.IntegrationDelete]: noIntent("GUILD_INTEGRATIONS"),
  [Event.InviteCreate]: noIntent("GUILD_INVITES"),
  [Event.InviteDelete]: noIntent("GUILD_INVITES"),
  [Event.GuildScheduledEventCreate]: noIntent("GUILD_SCHEDULED_EVENTS"),
  [Event.GuildScheduledEventUpdate]: noIntent("GUILD_SCHEDULED_EVENTS"),
  [Event.GuildScheduledEventDelete]: noIntent("GUILD_SCHEDULED_EVENTS"),
  [Event.GuildScheduledEventUserAdd]: noIntent("GUILD_SCHEDULED_EVENTS"),
  [Event.GuildScheduledEventUserRemove]: noIntent("GUILD_SCHEDULED_EVENTS"),
} as const satisfies Readonly<Record<Event, Kind>>;

const storing: ReadonlySet<Kind["as"]> = new Set([
  "message",
  "edit",
  "deletion",
  "reaction",
  "vote",
  "thread",
  "notice",
]);

/** Is it put into the journal? */
export function isStored(event: string): boolean {
  const known: Kind | undefined = Object.hasOwn(GATEWAY_EVENTS, event)
    ? GATEWAY_EVENTS[event as Event]
    : undefined;
  return known !== undefined && storing.has(known.as);
}
