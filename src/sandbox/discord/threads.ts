// Creates, announces and removes channels and threads; routes, webhooks and the playground call it.

import { listAt, snowflakeAt } from "./forms/form.ts";
import type { ChannelRecord, GuildRecord, Overwrite, Snowflake, ThreadState } from "./records.ts";
import { badField, refuse } from "./rest/errors.ts";
import { channelShape } from "./shapes.ts";
import { timestamp } from "./snowflake.ts";
import type { World } from "./world.ts";

export interface NewThread {
  readonly name: string;
  readonly ownerId: Snowflake;
  /** 10 announcement, 11 public, 12 private. */
  readonly type: 10 | 11 | 12;
  /** The message it starts from: it gives the thread its id. */
  readonly id?: Snowflake;
  readonly autoArchiveMinutes?: number;
  readonly appliedTags?: readonly Snowflake[];
}

/** Tells those who can view the channel. `extra` widens the payload. */
export function announceChannel(world: World, type: string, channel: ChannelRecord, extra = {}): void {
  if (channel.guildId === undefined) return;
  world.emit({
    type,
    channel,
    guildId: channel.guildId,
    data: () => ({ ...channelShape(world, channel), ...extra }),
  });
}

export function threadMemberShape(thread: ChannelRecord, userId: Snowflake, joinedAt: number) {
  return { id: thread.id, user_id: userId, join_timestamp: timestamp(joinedAt), flags: 0 };
}

export interface NewChannel {
  readonly name: string;
  readonly type?: number;
  readonly parent?: Snowflake;
  readonly topic?: string;
  readonly overwrites: readonly Overwrite[];
}

/** Creates a channel at the end of its guild and dispatches CHANNEL_CREATE. */
export function createGuildChannel(world: World, guild: GuildRecord, input: NewChannel): ChannelRecord {
  const channel: ChannelRecord = {
    id: world.newId(),
    type: input.type ?? 0,
    guildId: guild.id,
    name: input.name,
    topic: input.topic ?? null,
    parentId: input.parent ?? null,
    position: guildChannels(world, guild).length,
    overwrites: [...input.overwrites],
    lastMessageId: null,
    lastPinAt: null,
    recipients: [],
  };
  world.channels.set(channel.id, channel);
  world.messages.set(channel.id, []);
  announceChannel(world, "CHANNEL_CREATE", channel);
  return channel;
}

/** Tells of a thread; a bot that takes part in it also gets its own `member`. */
export function announceThread(world: World, type: string, thread: ChannelRecord, extra = {}): void {
  if (thread.guildId === undefined) return;
  world.emit({
    type,
    channel: thread,
    guildId: thread.guildId,
    data: ({ bot }) => {
      const joined = thread.thread?.members.get(bot.id);
      const member = joined === undefined ? {} : { member: threadMemberShape(thread, bot.id, joined) };
      return { ...channelShape(world, thread), ...member, ...extra };
    },
  });
}

/** The tags of a new post. @throws ApiFailure 40067 when the forum wants one, 50035 for unknown ones and above five */
export function readTags(value: unknown, forum: ChannelRecord): readonly Snowflake[] {
  const tags = (listAt(value, ["applied_tags"], 5) ?? []).map((id, index) =>
    snowflakeAt(id, ["applied_tags", index]),
  );
  for (const [index, id] of tags.entries())
    if (!forum.tags?.some((tag) => tag.id === id))
      throw badField(["applied_tags", index], "TAG_NOT_FOUND", "Tag not found");
  if (tags.length === 0 && forum.requiresTag) throw refuse(40067);
  return tags;
}

/** Creates a thread and dispatches THREAD_CREATE with `newly_created`. */
export function createThread(world: World, parent: ChannelRecord, input: NewThread): ChannelRecord {
  const now = world.clock.now();
  const state: ThreadState = {
    ownerId: input.ownerId,
    archived: false,
    locked: false,
    autoArchiveMinutes: input.autoArchiveMinutes ?? 4320,
    archiveChangedAt: now,
    createdAt: now,
    messageCount: 0,
    totalSent: 0,
    members: new Map(world.users.has(input.ownerId) ? [[input.ownerId, now]] : []),
    appliedTags: [...(input.appliedTags ?? [])],
  };
  const thread: ChannelRecord = {
    id: input.id ?? world.newId(),
    type: input.type,
    ...(parent.guildId === undefined ? {} : { guildId: parent.guildId }),
    name: input.name,
    topic: null,
    parentId: parent.id,
    position: 0,
    overwrites: [],
    lastMessageId: null,
    lastPinAt: null,
    recipients: [],
    thread: state,
  };
  world.channels.set(thread.id, thread);
  world.messages.set(thread.id, []);
  announceThread(world, "THREAD_CREATE", thread, { newly_created: true });
  return thread;
}

/** Threads of the guild that are not archived. */
export function activeThreads(world: World, guild: GuildRecord): ChannelRecord[] {
  return [...world.channels.values()].filter(
    (channel) => channel.guildId === guild.id && channel.thread && !channel.thread.archived,
  );
}

/** Channels of the guild, threads excluded, in their order. */
export function guildChannels(world: World, guild: GuildRecord): ChannelRecord[] {
  return [...world.channels.values()]
    .filter((channel) => channel.guildId === guild.id && !channel.thread)
    .sort((a, b) => a.position - b.position);
}

/** Removes a channel with its threads and webhooks; everybody is told while they can still see it. */
export function removeChannel(world: World, channel: ChannelRecord): void {
  if (channel.thread && channel.guildId !== undefined) {
    const { id, guildId, parentId, type } = channel;
    world.emit({
      type: "THREAD_DELETE",
      channel,
      guildId,
      data: () => ({ id, guild_id: guildId, parent_id: parentId, type }),
    });
  } else {
    announceChannel(world, "CHANNEL_DELETE", channel);
  }
  for (const thread of [...world.channels.values()])
    if (thread.thread && thread.parentId === channel.id) world.channels.delete(thread.id);
  for (const hook of [...world.webhooks.values()])
    if (hook.channelId === channel.id) world.webhooks.delete(hook.id);
  world.channels.delete(channel.id);
}
