// What people do in the simulated Discord: speak, edit, delete, react, pin; `index.ts` offers it to tests and the demo.

import { refuse } from "./errors.ts";
import { ALLOW_ALL } from "./mentions.ts";
import type { MessageForm } from "./message-form.ts";
import { FLAG } from "./message-form.ts";
import { sandboxMessage } from "./message-shape.ts";
import {
  announceUpdate,
  bulkDelete,
  createMessage,
  deleteMessage,
  editMessage,
  type NewMessage,
} from "./messages.ts";
import { addReaction, readEmoji, removeReaction } from "./reactions.ts";
import type { AttachmentRecord, AuthorRecord, ChannelRecord, Snowflake, WebhookRecord } from "./records.ts";
import { replyTo } from "./reference-form.ts";
import { announceTyping, pinMessage, unpinMessage } from "./routes-channels.ts";
import { directChannel } from "./routes-self.ts";
import type { DiscordSandbox, SayInput, WebhookView } from "./sandbox.ts";
import { announceChannel, announceThread, createThread, removeChannel } from "./threads.ts";
import { createWebhook, removeWebhook } from "./webhooks.ts";
import { findChannel, findMessage, liveMessages, type World } from "./world.ts";

type People = Pick<
  DiscordSandbox,
  | "createThread"
  | "archiveThread"
  | "createDm"
  | "createWebhook"
  | "say"
  | "edit"
  | "remove"
  | "bulkRemove"
  | "unfurl"
  | "react"
  | "unreact"
  | "pin"
  | "unpin"
  | "type"
  | "messages"
  | "everSent"
  | "webhooks"
  | "deleteWebhook"
  | "deleteChannel"
  | "renameChannel"
>;

const SPOILER = 8;

function filesOf(world: World, channelId: Snowflake, input: SayInput): AttachmentRecord[] {
  return (input.attachments ?? []).map(({ spoiler, ...file }) => ({
    ...file,
    id: world.newId(),
    channelId,
    flags: spoiler ? SPOILER : 0,
  }));
}

function authorOf(world: World, userId: Snowflake, input: SayInput): AuthorRecord {
  const hook = input.asWebhook;
  if (!hook) {
    if (!world.users.has(userId)) throw refuse(10013);
    return { kind: "user", id: userId };
  }
  return {
    kind: "webhook",
    id: hook.id ?? world.newId(),
    name: hook.name,
    avatar: hook.avatar ?? null,
    applicationId: hook.applicationId ?? null,
  };
}

function replyOf(world: World, channel: ChannelRecord, input: SayInput): Partial<NewMessage> {
  if (input.replyTo === undefined) return {};
  return replyTo(channel, findMessage(world, channel.id, input.replyTo));
}

function say(world: World, channelId: Snowflake, userId: Snowflake, input: SayInput) {
  const channel = findChannel(world, channelId);
  const form: MessageForm = {
    content: (input.content ?? "").trim(),
    attachments: filesOf(world, channelId, input),
    allowed: { ...ALLOW_ALL, repliedUser: input.replyPings ?? true },
    tts: false,
    ...(input.embeds ? { embeds: input.embeds } : {}),
    ...(input.flags === undefined ? {} : { flags: input.flags }),
    ...(input.poll ? { poll: input.poll } : {}),
  };
  const message = createMessage(world, channel, {
    author: authorOf(world, userId, input),
    speaker: userId,
    form,
    ...replyOf(world, channel, input),
    ...(input.type === undefined ? {} : { type: input.type }),
    ...(input.messageReference ? { reference: input.messageReference } : {}),
    ...(input.snapshots ? { snapshots: input.snapshots } : {}),
    ...(input.stickers ? { stickers: input.stickers } : {}),
  });
  return sandboxMessage(world, message);
}

function view(hook: WebhookRecord): WebhookView {
  const { id, name, token, channelId, applicationId } = hook;
  return { id, name, token, channelId, applicationId };
}

function openThread(world: World, channelId: Snowflake, input: Parameters<People["createThread"]>[1]) {
  const parent = findChannel(world, channelId);
  const thread = createThread(world, parent, {
    name: input.name,
    ownerId: input.ownerId,
    type: input.type ?? (parent.type === 5 ? 10 : 11),
    ...(input.messageId === undefined ? {} : { id: input.messageId }),
  });
  if (input.messageId !== undefined) {
    const starter = findMessage(world, channelId, input.messageId);
    starter.flags |= FLAG.HAS_THREAD;
    announceUpdate(world, parent, starter);
  }
  return { id: thread.id };
}

function archive(world: World, threadId: Snowflake, change: Parameters<People["archiveThread"]>[1]): void {
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

function changes(world: World): Pick<People, "edit" | "remove" | "bulkRemove" | "unfurl"> {
  return {
    edit(channelId, messageId, { content }) {
      const message = findMessage(world, channelId, messageId);
      const form = { content: content.trim(), allowed: ALLOW_ALL, tts: false };
      editMessage(world, findChannel(world, channelId), message, form, message.author.id);
      return sandboxMessage(world, message);
    },
    remove: (channelId, messageId) =>
      deleteMessage(world, findChannel(world, channelId), findMessage(world, channelId, messageId)),
    bulkRemove(channelId, ids) {
      const gone = liveMessages(world, channelId).filter((message) => ids.includes(message.id));
      bulkDelete(world, findChannel(world, channelId), gone);
    },
    unfurl(channelId, messageId, embed) {
      const message = findMessage(world, channelId, messageId);
      const preview = { type: "link", url: "https://example.org/", title: "Example" };
      message.embeds = [...message.embeds, embed ?? preview];
      // Observed (discord-api-docs issue 8281): the preview of an edited message goes back by some microseconds.
      if (message.editedAt !== undefined) message.editedAt -= message.editedAt % 1000;
      announceUpdate(world, findChannel(world, channelId), message);
    },
  };
}

function gestures(world: World): Pick<People, "react" | "unreact" | "pin" | "unpin" | "type"> {
  const place = (channelId: Snowflake, messageId: Snowflake) =>
    [world, findChannel(world, channelId), findMessage(world, channelId, messageId)] as const;
  return {
    react: (channelId, messageId, userId, emoji) =>
      addReaction(...place(channelId, messageId), readEmoji(world, emoji), userId),
    unreact: (channelId, messageId, userId, emoji) =>
      removeReaction(...place(channelId, messageId), readEmoji(world, emoji), userId),
    pin: (channelId, messageId, userId) => pinMessage(...place(channelId, messageId), userId),
    unpin: (channelId, messageId) => unpinMessage(...place(channelId, messageId)),
    type: (channelId, userId) => announceTyping(world, findChannel(world, channelId), userId),
  };
}

export function peopleOf(world: World): People {
  return {
    ...changes(world),
    ...gestures(world),
    createThread: (channelId, input) => openThread(world, channelId, input),
    archiveThread: (threadId, change) => archive(world, threadId, change),
    createDm: (botId, userId) => ({ id: directChannel(world, botId, userId).id }),
    createWebhook: (channelId, input) => humanWebhook(world, channelId, input),
    say: (channelId, userId, input) => say(world, channelId, userId, input),
    messages: (channelId) => liveMessages(world, channelId).map((message) => sandboxMessage(world, message)),
    everSent: (channelId) =>
      (world.messages.get(channelId) ?? []).map((message) => sandboxMessage(world, message)),
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
      channel.name = name;
      if (channel.thread) announceThread(world, "THREAD_UPDATE", channel);
      else announceChannel(world, "CHANNEL_UPDATE", channel);
    },
  };
}
