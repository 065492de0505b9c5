// What people do to chats, topics and themselves: titles, photos, forwards, topics; the sandbox offers it.

import type { ChatState, Topic } from "../chats.ts";
import type { StoredFile } from "../files/files.ts";
import { ownerOf } from "../membership.ts";
import { messageJson, type StoredMessage } from "../messages.ts";
import { mediaContent, photoSizes } from "../methods/media-content.ts";
import { originOf } from "../methods/reply-target.ts";
import { postTopicService } from "../methods/topic.ts";
import { type Content, isRecord, type Message, type Reaction } from "../types.ts";
import type { World } from "../world.ts";
import { react, type Saying, say, standing } from "./people.ts";

export interface PlaceActions {
  renameTopic(chatId: number, topicId: number, name: string, userId?: number): void;
  closeTopic(chatId: number, topicId: number, userId?: number): void;
  reopenTopic(chatId: number, topicId: number, userId?: number): void;
  /** `hidden`: the author of the source lets nobody link to the account. */
  forward(
    chatId: number,
    userId: number,
    source: { readonly chatId: number; readonly messageId: number; readonly hidden?: boolean },
    saying?: Saying,
  ): Message;
  /** A reaction in the name of a channel, or (with the chat's own id) of an anonymous admin. */
  reactAs(chatId: number, messageId: number, senderChatId: number, emoji: readonly string[]): void;
  /** Takes one pin away, or the newest; no bot is told. */
  unpin(chatId: number, messageId?: number): void;
  setTitle(chatId: number, title: string, userId?: number): void;
  /** Undefined takes the photo away. */
  setChatPhoto(chatId: number, bytes: Buffer | undefined, userId?: number): void;
  /** The newest profile photo; undefined takes all away. */
  setUserPhoto(userId: number, bytes: Buffer | undefined): void;
  /** A custom emoji for `custom_emoji` entities and reactions; gives its id. */
  addCustomEmoji(emoji: {
    readonly emoji: string;
    readonly bytes: Buffer;
    readonly setName?: string;
  }): string;
  /** Who reacts to a message with what, as `react` names it; bots too. */
  reactions(chatId: number, messageId: number): ReadonlyMap<number, readonly string[]>;
  /** The ids of what is pinned, oldest first. */
  pins(chatId: number): readonly number[];
  topics(chatId: number): readonly { readonly id: number; readonly name: string; readonly closed: boolean }[];
  /** The bytes behind a `file_id` of any bot or a `file_unique_id`: what arrived. */
  file(id: string): { readonly bytes: Buffer; readonly name?: string; readonly mime?: string };
}

function topicOf(chat: ChatState, topicId: number): Topic {
  const topic = chat.topics.get(topicId);
  if (!topic) throw new Error(`SANDBOX: no topic ${topicId}`);
  return topic;
}

function setClosed(world: World, chat: ChatState, topic: Topic, closed: boolean, userId: number): void {
  topic.closed = closed;
  const content = closed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} };
  postTopicService(world, chat, world.user(userId), topic, content);
}

/** The content of a message without what belongs to its place there. */
function copied(source: StoredMessage): Content {
  const { media_group_id: _, ...content } = source.content;
  return source.poll ? { ...content, poll: messageJson(source).poll } : content;
}

function forward(
  world: World,
  chat: ChatState,
  userId: number,
  { source, hidden }: { readonly source: StoredMessage; readonly hidden: boolean },
  saying: Saying,
): Message {
  const origin = originOf(source);
  const sender = isRecord(origin.sender_user) ? origin.sender_user : {};
  const unnamed = { type: "hidden_user", date: source.date, sender_user_name: sender.first_name };
  const known = source.extra.forward_origin;
  const forwardOrigin = isRecord(known) ? known : hidden ? unnamed : origin;
  return say(world, chat, userId, { ...saying, ...copied(source), forwardOrigin });
}

function service(world: World, chat: ChatState, userId: number, content: Content): void {
  const sender = chat.type === "channel" ? { senderChat: chat } : { from: world.user(userId) };
  world.post(chat, { authorId: userId, ...sender, service: true, content });
}

function picture(world: World, bytes: Buffer): StoredFile {
  return world.files.store(bytes, { kind: "photo", name: "photo.jpg", mime: "image/jpeg" });
}

function setChatPhoto(world: World, chat: ChatState, bytes: Buffer | undefined, userId: number): void {
  if (!bytes) {
    delete chat.photo;
    service(world, chat, userId, { delete_chat_photo: true });
    return;
  }
  chat.photo = picture(world, bytes);
  service(world, chat, userId, { new_chat_photo: photoSizes(world, chat.photo) });
}

function addCustomEmoji(world: World, input: Parameters<PlaceActions["addCustomEmoji"]>[0]): string {
  const id = String(5_400_000_000_000_000_000n + BigInt(world.customEmoji.size));
  const file = { ...world.files.store(input.bytes, { kind: "sticker" }), kind: "sticker" as const };
  const { sticker } = mediaContent(world, file, { emoji: input.emoji });
  const set_name = input.setName ?? "Emojis";
  world.customEmoji.set(id, {
    ...(isRecord(sticker) ? sticker : {}),
    type: "custom_emoji",
    custom_emoji_id: id,
    set_name,
    width: 100,
    height: 100,
  });
  return id;
}

function fileOf(world: World, id: string) {
  const own = id.startsWith("BQAC") ? Buffer.from(id.slice(4), "base64url").toString().split(":")[1] : id;
  const file = world.files.get(own ?? id);
  if (!file) throw new Error(`SANDBOX: no file ${id}`);
  return file;
}

export function placeActions(world: World): PlaceActions {
  const by = (chatId: number, userId: number | undefined) => userId ?? ownerOf(world.chat(chatId));
  return {
    renameTopic(chatId, topicId, name, userId) {
      const chat = world.chat(chatId);
      const topic = topicOf(chat, topicId);
      topic.name = name;
      const content = { forum_topic_edited: { name } };
      postTopicService(world, chat, world.user(by(chatId, userId)), topic, content);
    },
    closeTopic: (chatId, topicId, userId) => {
      const chat = world.chat(chatId);
      setClosed(world, chat, topicOf(chat, topicId), true, by(chatId, userId));
    },
    reopenTopic: (chatId, topicId, userId) => {
      const chat = world.chat(chatId);
      setClosed(world, chat, topicOf(chat, topicId), false, by(chatId, userId));
    },
    forward(chatId, userId, { chatId: from, messageId, hidden = false }, saying = {}) {
      const source = standing(world, world.chat(from), messageId);
      return forward(world, world.chat(chatId), userId, { source, hidden }, saying);
    },
    reactAs: (chatId, messageId, senderChatId, emoji) =>
      react(world, world.chat(chatId), messageId, world.chat(senderChatId), emoji),
    unpin(chatId, messageId) {
      const { pins } = world.chat(chatId);
      const place = messageId === undefined ? pins.length - 1 : pins.indexOf(messageId);
      if (place >= 0) pins.splice(place, 1);
    },
    setTitle(chatId, title, userId) {
      const chat = world.chat(chatId);
      chat.title = title;
      service(world, chat, by(chatId, userId), { new_chat_title: title });
    },
    setChatPhoto: (chatId, bytes, userId) =>
      setChatPhoto(world, world.chat(chatId), bytes, by(chatId, userId)),
    setUserPhoto(userId, bytes) {
      const { id } = world.user(userId);
      const before = world.photos.get(id) ?? [];
      world.photos.set(id, bytes ? [picture(world, bytes), ...before] : []);
    },
    reactions(chatId, messageId) {
      const { reactions } = standing(world, world.chat(chatId), messageId);
      const name = ({ emoji, custom_emoji_id: id, type }: Reaction) => emoji ?? id ?? type;
      return new Map([...reactions].map(([userId, list]) => [userId, list.map(name)]));
    },
    pins: (chatId) => [...world.chat(chatId).pins],
    topics: (chatId) =>
      [...world.chat(chatId).topics.values()].map(({ id, name, closed }) => ({ id, name, closed })),
    addCustomEmoji: (emoji) => addCustomEmoji(world, emoji),
    file: (id) => fileOf(world, id),
  };
}
