// What people do in the simulated Discord: speak, edit, delete, react, pin; `index.ts` offers it to tests and the demo.

import type { MessageForm } from "../forms/message.ts";
import { FLAG } from "../forms/message.ts";
import { readPoll } from "../forms/poll.ts";
import { replyTo } from "../forms/reference.ts";
import { ALLOW_ALL } from "../mentions.ts";
import { type SandboxMessage, sandboxMessage } from "../message-shape.ts";
import {
  announceUpdate,
  bulkDelete,
  createMessage,
  deleteMessage,
  editMessage,
  type NewMessage,
} from "../messages.ts";
import { addReaction, readEmoji, removeReaction } from "../reactions.ts";
import type { AttachmentRecord, AuthorRecord, ChannelRecord, MessageRecord, Snowflake } from "../records.ts";
import { announceTyping } from "../rest/channels.ts";
import { refuse } from "../rest/errors.ts";
import { pinMessage, unpinMessage } from "../rest/pins.ts";
import { directChannel } from "../rest/self.ts";
import type { DiscordSandbox, EditInput, SayInput } from "../sandbox.ts";
import { findChannel, findMessage, liveMessages, type World } from "../world.ts";

type People = Pick<
  DiscordSandbox,
  | "createDm"
  | "say"
  | "edit"
  | "remove"
  | "bulkRemove"
  | "unfurl"
  | "suppressEmbeds"
  | "react"
  | "unreact"
  | "pin"
  | "unpin"
  | "type"
  | "messages"
  | "everSent"
>;

const SPOILER = 8;

/** The files a person sends, as the channel keeps them. */
export function filesOf(
  world: World,
  channelId: Snowflake,
  input: Pick<SayInput, "attachments">,
): AttachmentRecord[] {
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

/** `id`: the starter of a post has that of its thread. */
export function say(
  world: World,
  channelId: Snowflake,
  userId: Snowflake,
  input: SayInput,
  id?: Snowflake,
): SandboxMessage {
  const channel = findChannel(world, channelId);
  // A poll as it is asked for, or one as it would arrive.
  const poll = input.poll && "expiry" in input.poll ? input.poll : readPoll(world, input.poll);
  const form: MessageForm = {
    content: (input.content ?? "").trim(),
    attachments: filesOf(world, channelId, input),
    allowed: { ...ALLOW_ALL, repliedUser: input.replyPings ?? true },
    tts: false,
    ...(input.embeds ? { embeds: input.embeds } : {}),
    ...(input.flags === undefined ? {} : { flags: input.flags }),
    ...(input.components ? { components: input.components } : {}),
    ...(poll ? { poll } : {}),
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
    ...(id === undefined ? {} : { id }),
  });
  return sandboxMessage(world, message);
}

function editForm(message: MessageRecord, change: EditInput): MessageForm {
  const { content, keep, embeds, components } = change;
  const attachments = keep && message.attachments.filter(({ id }) => keep.includes(id));
  return {
    ...(content === undefined ? {} : { content: content.trim() }),
    ...(attachments ? { attachments } : {}),
    ...(embeds ? { embeds } : {}),
    ...(components ? { components } : {}),
    allowed: ALLOW_ALL,
    tts: false,
  };
}

function changes(world: World): Pick<People, "edit" | "remove" | "bulkRemove" | "unfurl" | "suppressEmbeds"> {
  return {
    edit(channelId, messageId, change) {
      const message = findMessage(world, channelId, messageId);
      const form = editForm(message, change);
      editMessage(world, findChannel(world, channelId), message, form, message.author.id);
      return sandboxMessage(world, message);
    },
    remove: (channelId, messageId) =>
      deleteMessage(world, findChannel(world, channelId), findMessage(world, channelId, messageId)),
    bulkRemove(channelId, ids) {
      const gone = liveMessages(world, channelId).filter((message) => ids.includes(message.id));
      bulkDelete(world, findChannel(world, channelId), gone);
    },
    suppressEmbeds(channelId, messageId) {
      const message = findMessage(world, channelId, messageId);
      message.flags |= FLAG.SUPPRESS_EMBEDS;
      message.embeds = [];
      announceUpdate(world, findChannel(world, channelId), message);
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
    createDm: (botId, userId) => ({ id: directChannel(world, botId, userId).id }),
    say: (channelId, userId, input) => say(world, channelId, userId, input),
    messages: (channelId) => liveMessages(world, channelId).map((message) => sandboxMessage(world, message)),
    everSent: (channelId) =>
      (world.messages.get(channelId) ?? []).map((message) => sandboxMessage(world, message)),
  };
}
