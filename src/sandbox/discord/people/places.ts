// What people do to threads, channels, webhooks, guilds and themselves; `index.ts` offers it.

import { keepPicture, ownPicture, type Picture } from "../cdn/pictures.ts";
import { FLAG } from "../forms/message.ts";
import type { SandboxMessage } from "../message-shape.ts";
import { announceUpdate } from "../messages.ts";
import { announceMember, expel, memberOf } from "../moderation.ts";
import type {
  ChannelRecord,
  ForumTag,
  GuildRecord,
  Snowflake,
  StickerRecord,
  WebhookRecord,
} from "../records.ts";
import { refuse } from "../rest/errors.ts";
import type { DiscordSandbox, SayInput, WebhookView } from "../sandbox.ts";
import { emojiShape, guildShape, stickerShape } from "../shapes.ts";
import { announceInParent, rename } from "../thread-changes.ts";
import { announceChannel, announceThread, createThread, removeChannel } from "../threads.ts";
import { createWebhook, removeWebhook } from "../webhooks.ts";
import { findChannel, findMessage, type World } from "../world.ts";
import { say } from "./people.ts";

export interface ThreadView {
  readonly id: Snowflake;
  readonly name: string;
  readonly type: number;
  readonly archived: boolean;
  readonly locked: boolean;
  readonly tags: readonly Snowflake[];
}

export interface PlaceActions {
  /** A post of a forum: a thread whose starter message has its id. */
  createPost(
    forumId: Snowflake,
    userId: Snowflake,
    post: SayInput & { readonly title: string; readonly tags?: readonly Snowflake[] },
  ): { readonly id: Snowflake; readonly message: SandboxMessage };
  /** The tags of a forum, in order; gives their ids. With `required`, posts must have one. */
  setTags(
    forumId: Snowflake,
    tags: readonly { readonly name: string; readonly emoji?: string; readonly moderated?: boolean }[],
    required?: boolean,
  ): readonly Snowflake[];
  /** The threads and posts of a channel, oldest first. */
  threads(channelId: Snowflake): readonly ThreadView[];
  /** 0-3: how large files may be. */
  setBoostTier(guildId: Snowflake, tier: 0 | 1 | 2 | 3): void;
  /** A picture for everywhere, or for one guild; undefined takes it away. */
  setAvatar(userId: Snowflake, picture: Picture | undefined, guildId?: Snowflake): void;
  setNick(guildId: Snowflake, userId: Snowflake, nick: string | null): void;
  removeMember(guildId: Snowflake, userId: Snowflake): void;
  /** 1 PNG, 2 APNG, 3 Lottie (JSON), 4 GIF; the CDN serves the bytes. */
  createSticker(
    guildId: Snowflake,
    sticker: {
      readonly name: string;
      readonly format: StickerRecord["format"];
      readonly bytes: Buffer;
      readonly tags?: string;
    },
  ): { readonly id: Snowflake; readonly name: string; readonly format_type: StickerRecord["format"] };
  /** What stands behind an `avatar_url` on Discord's own CDN, fetched as Discord does: without a signature. */
  pictureAt(url: string): Picture | undefined;
}

type Places = Pick<
  DiscordSandbox,
  | "createEmoji"
  | "createThread"
  | "archiveThread"
  | "createWebhook"
  | "webhooks"
  | "deleteWebhook"
  | "deleteChannel"
  | "renameChannel"
> &
  PlaceActions;

const STICKER_TYPES = { 1: "image/png", 2: "image/png", 3: "application/json", 4: "image/gif" } as const;

function guildById(world: World, id: Snowflake): GuildRecord {
  const guild = world.guilds.get(id);
  if (!guild) throw refuse(10004);
  return guild;
}

function view(hook: WebhookRecord): WebhookView {
  const { id, name, token, channelId, applicationId } = hook;
  return { id, name, token, channelId, applicationId };
}

function openThread(world: World, channelId: Snowflake, input: Parameters<Places["createThread"]>[1]) {
  const parent = findChannel(world, channelId);
  const type = input.type ?? (parent.type === 5 ? 10 : 11);
  const { name, ownerId, messageId } = input;
  const id = messageId === undefined ? {} : { id: messageId };
  const thread = createThread(world, parent, { name, ownerId, type, ...id });
  if (messageId !== undefined) {
    const starter = findMessage(world, channelId, messageId);
    starter.flags |= FLAG.HAS_THREAD;
    announceUpdate(world, parent, starter);
  } else if (input.announced) announceInParent(world, parent, thread, ownerId);
  return { id: thread.id };
}

function openPost(
  world: World,
  forumId: Snowflake,
  userId: Snowflake,
  input: Parameters<Places["createPost"]>[2],
) {
  const { title, tags = [], ...words } = input;
  const forum = findChannel(world, forumId);
  const thread = createThread(world, forum, { name: title, ownerId: userId, type: 11, appliedTags: tags });
  forum.lastMessageId = thread.id;
  return { id: thread.id, message: say(world, thread.id, userId, words, thread.id) };
}

function archive(world: World, threadId: Snowflake, change: Parameters<Places["archiveThread"]>[1]): void {
  const channel = findChannel(world, threadId);
  if (!channel.thread) throw refuse(50024);
  channel.thread.archived = change.archived ?? channel.thread.archived;
  channel.thread.locked = change.locked ?? channel.thread.locked;
  channel.thread.archiveChangedAt = world.clock.now();
  announceThread(world, "THREAD_UPDATE", channel);
}

function humanWebhook(
  world: World,
  channelId: Snowflake,
  input: { name: string; userId: Snowflake },
): WebhookView {
  const channel = findChannel(world, channelId);
  if (channel.guildId === undefined) throw refuse(50024);
  return view(createWebhook(world, { ...channel, guildId: channel.guildId }, { ...input, avatar: null }));
}

/** Whoever shares a guild with somebody learns of a new picture as of any change of a member. */
function setAvatar(
  world: World,
  userId: Snowflake,
  picture: Picture | undefined,
  guildId: Snowflake | undefined,
): void {
  const hash = picture ? keepPicture(world, picture) : null;
  const user = world.users.get(userId);
  if (!user) throw refuse(10013);
  if (guildId === undefined) user.avatar = hash;
  for (const guild of world.guilds.values()) {
    const member = guild.members.get(userId);
    if (!member || (guildId !== undefined && guild.id !== guildId)) continue;
    if (guildId !== undefined) member.avatar = hash;
    announceMember(world, guild, userId);
  }
}

function createEmoji(world: World, guildId: Snowflake, input: Parameters<Places["createEmoji"]>[1]) {
  const guild = guildById(world, guildId);
  const emoji = { id: world.newId(), name: input.name, animated: input.animated ?? false };
  guild.emojis.push(emoji);
  if (input.picture) world.pictures.set(emoji.id, input.picture);
  const emojis = guild.emojis.map(emojiShape);
  world.emit({ type: "GUILD_EMOJIS_UPDATE", guildId, data: () => ({ guild_id: guildId, emojis }) });
  return { id: emoji.id };
}

function createSticker(world: World, guildId: Snowflake, input: Parameters<Places["createSticker"]>[1]) {
  const guild = guildById(world, guildId);
  const { name, format, bytes, tags = "" } = input;
  const sticker = { id: world.newId(), name, tags, format };
  guild.stickers.push(sticker);
  world.pictures.set(sticker.id, { bytes, contentType: STICKER_TYPES[format] });
  const stickers = guild.stickers.map((each) => stickerShape(guild, each));
  world.emit({
    type: "GUILD_STICKERS_UPDATE",
    guildId,
    data: () => ({ guild_id: guildId, stickers }),
  });
  return { id: sticker.id, name, format_type: format };
}

function setTags(world: World, forumId: Snowflake, ...[tags, required = false]: TagArguments) {
  const forum = findChannel(world, forumId);
  forum.tags = tags.map(
    ({ name, emoji, moderated }): ForumTag => ({
      id: world.newId(),
      name,
      moderated: moderated ?? false,
      emojiName: emoji ?? null,
    }),
  );
  forum.requiresTag = required;
  announceChannel(world, "CHANNEL_UPDATE", forum);
  return forum.tags.map(({ id }) => id);
}

type TagArguments = Parameters<Places["setTags"]> extends [Snowflake, ...infer Rest] ? Rest : never;

function members(world: World): Pick<Places, "setAvatar" | "setNick" | "removeMember" | "setBoostTier"> {
  return {
    setAvatar: (userId, picture, guildId) => setAvatar(world, userId, picture, guildId),
    setNick(guildId, userId, nick) {
      const guild = guildById(world, guildId);
      memberOf(guild, userId).nick = nick;
      announceMember(world, guild, userId);
    },
    removeMember: (guildId, userId) => expel(world, guildById(world, guildId), userId),
    setBoostTier(guildId, tier) {
      const guild = guildById(world, guildId);
      guild.premiumTier = tier;
      world.emit({ type: "GUILD_UPDATE", guildId, data: () => guildShape(guild) });
    },
  };
}

function ownerOf(world: World, channel: ChannelRecord): Snowflake {
  return guildById(world, channel.guildId ?? "").ownerId;
}

export function placesOf(world: World): Places {
  return {
    ...members(world),
    createThread: (channelId, input) => openThread(world, channelId, input),
    createPost: (forumId, userId, post) => openPost(world, forumId, userId, post),
    threads: (channelId) =>
      [...world.channels.values()].flatMap(({ id, name, type, parentId, thread }) => {
        if (!thread || parentId !== channelId) return [];
        const { archived, locked, appliedTags: tags } = thread;
        return [{ id, name, type, archived, locked, tags }];
      }),
    archiveThread: (threadId, change) => archive(world, threadId, change),
    setTags: (forumId, ...rest) => setTags(world, forumId, ...rest),
    createWebhook: (channelId, input) => humanWebhook(world, channelId, input),
    createEmoji: (guildId, emoji) => createEmoji(world, guildId, emoji),
    createSticker: (guildId, sticker) => createSticker(world, guildId, sticker),
    pictureAt: (url) => ownPicture(world, url),
    webhooks: (channelId) =>
      [...world.webhooks.values()].filter((hook) => hook.channelId === channelId).map(view),
    deleteWebhook(id) {
      const hook = world.webhooks.get(id);
      if (!hook) throw refuse(10015);
      removeWebhook(world, hook);
    },
    deleteChannel: (id) => removeChannel(world, findChannel(world, id)),
    renameChannel(id, name) {
      const channel = findChannel(world, id);
      rename(world, channel, name, ownerOf(world, channel));
    },
  };
}
