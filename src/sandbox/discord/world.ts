// The state of the simulated Discord and the look-ups that refuse as Discord does; routes and playground share it.

import type { Clock } from "../../model/clock.ts";
import type { Picture } from "./cdn/pictures.ts";
import type { CommandRecord } from "./interactions/command-records.ts";
import type { InteractionRecord } from "./interactions/records.ts";
import {
  channelPermissions,
  directPermissions,
  PERMISSION,
  type PermissionName,
  withImplicitDenials,
  withTimeout,
} from "./permissions.ts";
import type {
  AttachmentRecord,
  BotRecord,
  ChannelRecord,
  GuildRecord,
  MessageRecord,
  Snowflake,
  UserRecord,
  WebhookRecord,
} from "./records.ts";
import { type ErrorCode, refuse } from "./rest/errors.ts";
import { compareIds, snowflakes } from "./snowflake.ts";

/** Who looks at a message: an application, and whether it may read what does not concern it. */
export interface Viewer {
  readonly bot: BotRecord;
  readonly readsContent: boolean;
}

/** Something that happened, before the Gateway decides who is told. */
export interface Dispatch {
  readonly type: string;
  /** Absent: a direct message or something personal. */
  readonly guildId?: Snowflake;
  /** Only those who can view this channel are told. */
  readonly channel?: ChannelRecord;
  /** Of this person: a bot hears of itself whatever its intents. Discord docs, events/gateway. */
  readonly about?: Snowflake;
  /** Only this bot is told. */
  readonly only?: Snowflake;
  /** The payload as this viewer gets it; undefined: not told after all. */
  readonly data: (viewer: Viewer) => unknown;
}

export interface World {
  readonly clock: Clock;
  readonly random: () => number;
  /** `http://127.0.0.1:PORT`, known once the server listens. */
  origin: string;
  readonly newId: () => Snowflake;
  readonly users: Map<Snowflake, UserRecord>;
  readonly bots: Map<Snowflake, BotRecord>;
  readonly guilds: Map<Snowflake, GuildRecord>;
  readonly channels: Map<Snowflake, ChannelRecord>;
  /** Per channel, every message ever sent, in order; `deleted` marks the gone. */
  readonly messages: Map<Snowflake, MessageRecord[]>;
  readonly webhooks: Map<Snowflake, WebhookRecord>;
  /** By token. */
  readonly interactions: Map<string, InteractionRecord>;
  /** By application and guild (`scopeOf`), in the order of their registration. */
  readonly commands: Map<string, readonly CommandRecord[]>;
  /** When commands were created in each scope; milliseconds. */
  readonly commandCreates: Map<string, number[]>;
  /** Files that were given to commands, by id. */
  readonly uploads: Map<Snowflake, AttachmentRecord>;
  /** Who takes no direct messages. */
  readonly closedToDirect: Set<Snowflake>;
  /** PEM: the certificates that count as those of public authorities; those of the system, unless told. */
  readonly trust: string | undefined;
  /** `author nonce` -> message, for enforce_nonce. */
  readonly nonces: Map<string, { readonly message: MessageRecord; readonly at: number }>;
  /** By the hash of an avatar or the id of an emoji or sticker. */
  readonly pictures: Map<string, Picture>;
  /** Key of the signatures in attachment URLs. */
  readonly cdnKey: string;
  /** Tells the Gateway and whoever watches. */
  emit(dispatch: Dispatch): void;
  readonly listeners: Set<(dispatch: Dispatch) => void>;
}

export function createWorld(clock: Clock, random: () => number, trust?: string): World {
  const listeners = new Set<(dispatch: Dispatch) => void>();
  return {
    clock,
    random,
    origin: "",
    newId: snowflakes(clock),
    users: new Map(),
    bots: new Map(),
    guilds: new Map(),
    channels: new Map(),
    messages: new Map(),
    webhooks: new Map(),
    interactions: new Map(),
    commands: new Map(),
    commandCreates: new Map(),
    uploads: new Map(),
    closedToDirect: new Set(),
    trust,
    nonces: new Map(),
    pictures: new Map(),
    cdnKey: hex(random, 16),
    listeners,
    emit(dispatch) {
      for (const listener of listeners) listener(dispatch);
    },
  };
}

/** Random lower-case hex digits, two per byte. */
export function hex(random: () => number, bytes: number): string {
  let out = "";
  for (let i = 0; i < bytes; i++)
    out += Math.floor(random() * 256)
      .toString(16)
      .padStart(2, "0");
  return out;
}

const WORD = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Random characters of a token. */
export function tokenText(random: () => number, length: number): string {
  return Array.from({ length }, () => WORD[Math.floor(random() * WORD.length)]).join("");
}

function found<T>(value: T | undefined, code: ErrorCode): T {
  if (value === undefined) throw refuse(code);
  return value;
}

/** @throws ApiFailure 10003 */
export function findChannel(world: World, id: Snowflake): ChannelRecord {
  return found(world.channels.get(id), 10003);
}

/** @throws ApiFailure 10004, also for guilds the bot is not in */
export function findGuild(world: World, id: Snowflake, bot: BotRecord): GuildRecord {
  const guild = found(world.guilds.get(id), 10004);
  if (!guild.members.has(bot.id)) throw refuse(10004);
  return guild;
}

/** @throws ApiFailure 10008, also for deleted messages */
export function findMessage(world: World, channelId: Snowflake, id: Snowflake): MessageRecord {
  return found(
    world.messages.get(channelId)?.find((message) => message.id === id && !message.deleted),
    10008,
  );
}

/** Messages that still exist, oldest first. */
export function liveMessages(world: World, channelId: Snowflake): MessageRecord[] {
  return (world.messages.get(channelId) ?? [])
    .filter((message) => !message.deleted)
    .sort((a, b) => compareIds(a.id, b.id));
}

export function guildOf(world: World, channel: ChannelRecord): GuildRecord | undefined {
  return channel.guildId === undefined ? undefined : world.guilds.get(channel.guildId);
}

/** The channel whose overwrites and webhooks count: the parent of a thread, else the channel itself. */
function holderOf(world: World, channel: ChannelRecord): ChannelRecord {
  if (!channel.thread || channel.parentId === null) return channel;
  return world.channels.get(channel.parentId) ?? channel;
}

/** What a user may do in a channel, as bits; implicit denials are applied. */
export function permissionsIn(world: World, channel: ChannelRecord, userId: Snowflake): bigint {
  const guild = guildOf(world, channel);
  const bits = guild
    ? withTimeout(
        guild,
        userId,
        channelPermissions(guild, holderOf(world, channel), userId),
        world.clock.now(),
      )
    : directPermissions(channel, userId);
  const hidden =
    channel.type === 12 && !channel.thread?.members.has(userId) && !(bits & PERMISSION.MANAGE_THREADS);
  return hidden ? 0n : withImplicitDenials(bits, channel.thread !== undefined);
}

export function may(world: World, channel: ChannelRecord, userId: Snowflake, name: PermissionName): boolean {
  return (permissionsIn(world, channel, userId) & PERMISSION[name]) !== 0n;
}

/**
 * The channel, when the bot may do all of this there.
 * @throws ApiFailure 10003, 50001 without VIEW_CHANNEL, 50013 without one of the others
 */
export function enter(
  world: World,
  id: Snowflake,
  bot: BotRecord,
  ...needs: readonly PermissionName[]
): ChannelRecord {
  const channel = findChannel(world, id);
  if (!may(world, channel, bot.id, "VIEW_CHANNEL")) throw refuse(50001);
  for (const need of needs) if (!may(world, channel, bot.id, need)) throw refuse(50013);
  return channel;
}

/** The right that sending needs here: threads have their own. */
export function sendRight(channel: ChannelRecord): PermissionName {
  return channel.thread ? "SEND_MESSAGES_IN_THREADS" : "SEND_MESSAGES";
}

export function isForum(channel: ChannelRecord): boolean {
  return channel.type === 15 || channel.type === 16;
}

/** The live bot with this token. */
export function botByToken(world: World, token: string): BotRecord | undefined {
  for (const bot of world.bots.values()) if (bot.token === token) return bot;
  return undefined;
}
