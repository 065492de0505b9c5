// Stores, changes and removes messages and tells the Gateway; routes, webhooks and the playground all end here.

import type { MessageForm } from "./forms/message.ts";
import { FLAG } from "./forms/message.ts";
import { findMentions, type Speaker } from "./mentions.ts";
import { gatewayMessage } from "./message-shape.ts";
import { openPoll } from "./polls.ts";
import type {
  AuthorRecord,
  ChannelRecord,
  Interaction,
  MessageRecord,
  MessageReference,
  Snowflake,
  StickerItem,
} from "./records.ts";
import { announceThread } from "./threads.ts";
import type { World } from "./world.ts";

export interface NewMessage {
  readonly author: AuthorRecord;
  readonly form: MessageForm;
  /** Whose rights decide which mentions notify. */
  readonly speaker: Snowflake;
  readonly type?: number;
  readonly reference?: MessageReference;
  readonly repliedTo?: Snowflake;
  readonly snapshots?: readonly unknown[];
  readonly forwarded?: MessageRecord;
  readonly interaction?: Interaction;
  readonly stickers?: readonly StickerItem[];
  readonly nonce?: string | number;
  /** The id to use: the starter message of a forum post has the id of its thread. */
  readonly id?: Snowflake;
}

function location(channel: ChannelRecord) {
  return { channel, ...(channel.guildId === undefined ? {} : { guildId: channel.guildId }) };
}

/** Ids of a place, as in events about messages. */
export function placeOf(channel: ChannelRecord) {
  return {
    channel_id: channel.id,
    ...(channel.guildId === undefined ? {} : { guild_id: channel.guildId }),
  };
}

/** Archived threads open again when somebody speaks in them. Discord docs, topics/threads. */
function countInThread(world: World, channel: ChannelRecord, spoken: boolean): void {
  const { thread } = channel;
  if (!thread) return;
  thread.messageCount += 1;
  thread.totalSent += 1;
  if (!thread.archived || !spoken) return;
  thread.archived = false;
  thread.archiveChangedAt = world.clock.now();
  announceThread(world, "THREAD_UPDATE", channel);
}

function speakerOf(input: NewMessage): Speaker {
  return {
    userId: input.speaker,
    allowed: input.form.allowed,
    ...(input.repliedTo === undefined ? {} : { repliedTo: input.repliedTo }),
  };
}

/** The message, stored nowhere and told to nobody: so are those for one person's eyes. The form was checked before. */
export function buildMessage(world: World, channel: ChannelRecord, input: NewMessage): MessageRecord {
  const { form } = input;
  const content = form.content ?? "";
  const mentions = findMentions(world, channel, content, speakerOf(input));
  return {
    id: input.id ?? world.newId(),
    channelId: channel.id,
    type: input.type ?? 0,
    author: input.author,
    createdAt: world.clock.now(),
    content,
    mentions: mentions.users,
    mentionRoles: mentions.roles,
    mentionEveryone: mentions.everyone,
    pinged: mentions.pinged,
    attachments: form.attachments ?? [],
    embeds: form.embeds ?? [],
    components: form.components ?? [],
    flags: form.flags ?? 0,
    tts: form.tts,
    stickers: input.stickers ?? [],
    reactions: [],
    deleted: false,
    ...(input.nonce === undefined ? {} : { nonce: input.nonce }),
    ...(input.reference ? { reference: input.reference } : {}),
    ...(input.snapshots ? { snapshots: input.snapshots } : {}),
    ...(input.forwarded ? { forwarded: input.forwarded } : {}),
    ...(input.interaction ? { interaction: input.interaction } : {}),
    ...(form.poll ? { poll: form.poll } : {}),
  };
}

/** Stores the message and dispatches MESSAGE_CREATE. The form was checked before. */
export function createMessage(world: World, channel: ChannelRecord, input: NewMessage): MessageRecord {
  const message = buildMessage(world, channel, input);
  if (input.form.poll) openPoll(world, channel, message);
  const stored = world.messages.get(channel.id) ?? [];
  world.messages.set(channel.id, stored);
  stored.push(message);
  channel.lastMessageId = message.id;
  // Lines of Discord itself, such as that of a new name, open nothing.
  countInThread(world, channel, [0, 19, 20, 23].includes(message.type));
  world.emit({
    type: "MESSAGE_CREATE",
    ...location(channel),
    data: (viewer) => ({
      ...gatewayMessage(world, message, viewer),
      // Only the sender gets its nonce back.
      ...(message.nonce !== undefined && message.author.kind === "user" && message.author.id === viewer.bot.id
        ? { nonce: message.nonce }
        : {}),
    }),
  });
  return message;
}

/** Dispatches MESSAGE_UPDATE: a whole message since 2024-11, whatever the reason. Of whispers nobody hears. */
export function announceUpdate(world: World, channel: ChannelRecord, message: MessageRecord): void {
  if (message.flags & FLAG.EPHEMERAL) return;
  world.emit({
    type: "MESSAGE_UPDATE",
    ...location(channel),
    data: (viewer) => gatewayMessage(world, message, viewer),
  });
}

/** Applies an edit; mentions are parsed again, by the rules of this request alone. */
export function editMessage(
  world: World,
  channel: ChannelRecord,
  message: MessageRecord,
  form: MessageForm,
  speaker: Snowflake,
): void {
  if (form.content !== undefined) {
    message.content = form.content;
    const mentions = findMentions(world, channel, form.content, { userId: speaker, allowed: form.allowed });
    message.mentions = mentions.users;
    message.mentionRoles = mentions.roles;
    message.mentionEveryone = mentions.everyone;
    message.pinged = mentions.pinged;
  }
  if (form.embeds) message.embeds = form.embeds;
  if (form.attachments) message.attachments = form.attachments;
  if (form.components) message.components = form.components;
  if (form.flags !== undefined)
    message.flags =
      (message.flags & ~FLAG.SUPPRESS_EMBEDS) | (form.flags & (FLAG.SUPPRESS_EMBEDS | FLAG.COMPONENTS_V2));
  const fills = (message.flags & FLAG.LOADING) !== 0;
  message.flags &= ~FLAG.LOADING;
  // Real edits carry microseconds: a client must not take them for a strict version.
  // What fills an announced answer is no edit.
  if (!fills) message.editedAt = Math.floor(world.clock.now()) * 1000 + Math.floor(world.random() * 1000);
  announceUpdate(world, channel, message);
}

function mark(channel: ChannelRecord, message: MessageRecord): void {
  message.deleted = true;
  if (channel.thread) channel.thread.messageCount -= 1;
}

/** Removes a message and dispatches MESSAGE_DELETE, which names nobody. `last_message_id` keeps pointing at it. */
export function deleteMessage(world: World, channel: ChannelRecord, message: MessageRecord): void {
  if (message.flags & FLAG.EPHEMERAL) {
    message.deleted = true;
    return;
  }
  mark(channel, message);
  world.emit({
    type: "MESSAGE_DELETE",
    ...location(channel),
    data: () => ({ id: message.id, ...placeOf(channel) }),
  });
}

/** Removes several at once and dispatches one MESSAGE_DELETE_BULK. */
export function bulkDelete(world: World, channel: ChannelRecord, messages: readonly MessageRecord[]): void {
  for (const message of messages) mark(channel, message);
  const ids = messages.map((message) => message.id);
  world.emit({
    type: "MESSAGE_DELETE_BULK",
    ...location(channel),
    data: () => ({ ids, ...placeOf(channel) }),
  });
}
