// What people do in Telegram: write, edit, delete, react, pin, join and leave; the tests and the demo act through it.

import type { BotState } from "../bots.ts";
import { type ChatState, isAdmin, isMember, makeMember } from "../chats.ts";
import { GROUP_BOT, ownerOf } from "../membership.ts";
import { completeContent, messageJson, type StoredMessage } from "../messages.ts";
import { formatText } from "../methods/formatted-text.ts";
import { externalReply } from "../methods/reply-target.ts";
import type { PollState } from "../polls.ts";
import { type Content, type Entity, isRecord, type Message, type Reaction, type User } from "../types.ts";
import { announceReaction } from "../updates/updates.ts";
import type { World } from "../world.ts";

/** What a user says: these options, and any content field of Message (`text`, `photo`, `caption`, `poll`, …). */
export interface Saying extends Content {
  readonly text?: string;
  readonly entities?: readonly Entity[];
  readonly caption?: string;
  readonly caption_entities?: readonly Entity[];
  /** The id of the answered message; with `replyToChat`, one of another chat. */
  readonly replyTo?: number;
  readonly replyToChat?: number;
  /** The topic. */
  readonly thread?: number;
  /** The chosen words of the answered message. */
  readonly quote?: string;
  /** Written in the group's own name; the text is the admin's title. */
  readonly asAnonymousAdmin?: boolean | string;
  /** Written in the name of this channel. */
  readonly asChannel?: number;
  /** The id of an inline bot. */
  readonly viaBot?: number;
  readonly forwardOrigin?: Content;
  /** Text of a channel's author, or the admin's title. */
  readonly authorSignature?: string;
  /** A channel post that Telegram itself copied into its discussion group; with `asChannel`. */
  readonly automaticForward?: boolean;
}

const CHANNEL_BOT: User = { id: 136817688, is_bot: true, first_name: "Channel", username: "Channel_Bot" };
const TELEGRAM: User = { id: 777000, is_bot: false, first_name: "Telegram" };

/** @throws Error when a test lets somebody write who cannot */
export function say(
  world: World,
  chat: ChatState,
  userId: number,
  saying: Saying,
  poll?: PollState,
): Message {
  const user = world.user(userId);
  if (!isMember(chat, userId)) throw new Error(`SANDBOX: user ${userId} is no member of chat ${chat.id}`);
  if (chat.type === "channel" && !isAdmin(chat, userId))
    throw new Error("SANDBOX: only admins write in a channel");
  if (chat.migratedTo !== undefined) throw new Error(`SANDBOX: chat ${chat.id} was upgraded`);
  const { replyTo, thread } = saying;
  const target = targetOf(world, chat, saying);
  const near = target?.chat === chat;
  const topic = thread ?? (near && chat.forum ? target?.thread : undefined);
  if (topic !== undefined && !chat.topics.has(topic) && chat.forum)
    throw new Error(`SANDBOX: no topic ${topic}`);
  const root = near && !chat.forum && chat.type === "supergroup" ? (target.thread ?? target.id) : undefined;
  const placed = topic ?? root;
  const message = world.post(chat, {
    authorId: userId,
    ...sender(world, chat, user, saying),
    ...(placed !== undefined && { thread: placed }),
    inTopic: chat.forum && topic !== undefined,
    ...(near && replyTo !== undefined && { replyTo }),
    extra: extraOf(world, chat, saying, target),
    content: contentOf(world, saying, poll !== undefined),
    ...(poll && { poll }),
  });
  return messageJson(message);
}

function targetOf(
  world: World,
  chat: ChatState,
  { replyTo, replyToChat }: Saying,
): StoredMessage | undefined {
  if (replyTo === undefined) return undefined;
  const target = (replyToChat === undefined ? chat : world.chat(replyToChat)).messages.get(replyTo);
  if (!target) throw new Error(`SANDBOX: no message ${replyTo} to reply to`);
  return target;
}

function sender(world: World, chat: ChatState, user: User, saying: Saying) {
  if (saying.automaticForward) {
    return { from: TELEGRAM, senderChat: world.chat(saying.asChannel ?? 0) };
  }
  if (chat.type === "channel") return { senderChat: chat };
  if (saying.asChannel !== undefined) return { from: CHANNEL_BOT, senderChat: world.chat(saying.asChannel) };
  if (saying.asAnonymousAdmin) return { from: GROUP_BOT, senderChat: chat };
  return { from: user };
}

function extraOf(world: World, chat: ChatState, saying: Saying, target: StoredMessage | undefined): Content {
  const { asAnonymousAdmin: title, authorSignature, forwardOrigin, viaBot, quote } = saying;
  const signature = authorSignature ?? (typeof title === "string" ? title : undefined);
  return {
    ...(signature !== undefined && { author_signature: signature }),
    ...(saying.automaticForward && { is_automatic_forward: true }),
    ...(forwardOrigin && { forward_origin: forwardOrigin }),
    ...(viaBot !== undefined && { via_bot: world.user(viaBot) }),
    ...(target && target.chat !== chat && { external_reply: externalReply(target) }),
    ...(quote !== undefined && { quote: quoteOf(quote, target) }),
  };
}

function quoteOf(quote: string, target: StoredMessage | undefined): Content {
  const { text, caption } = target?.content ?? {};
  const words = typeof text === "string" ? text : typeof caption === "string" ? caption : "";
  const position = words.indexOf(quote);
  if (position < 0) throw new Error("SANDBOX: the quote is no part of the answered message");
  return { text: quote, position, is_manual: true };
}

const OPTIONS: readonly string[] = [
  "replyTo",
  "replyToChat",
  "thread",
  "quote",
  "asAnonymousAdmin",
  "asChannel",
  "viaBot",
  "forwardOrigin",
  "authorSignature",
  "automaticForward",
];

/** Words get the marks Telegram finds by itself; files that are named become known. */
function contentOf(world: World, saying: Saying, wordless = false): Content {
  const { text, entities, caption, caption_entities, ...rest } = saying;
  const media = Object.fromEntries(Object.entries(rest).filter(([key]) => !OPTIONS.includes(key)));
  adoptFiles(world, media);
  const words = text === undefined ? undefined : formatText(text, entities ?? []);
  const below = caption === undefined ? undefined : formatText(caption, caption_entities ?? []);
  if (words?.text === "" || (words === undefined && !wordless && Object.keys(media).length === 0)) {
    throw new Error("SANDBOX: Telegram sends no empty message");
  }
  return {
    ...(words && { text: words.text, ...(words.entities.length > 0 && { entities: words.entities }) }),
    ...completeContent(media),
    ...(below?.text && {
      caption: below.text,
      ...(below.entities.length > 0 && { caption_entities: below.entities }),
    }),
  };
}

function adoptFiles(world: World, value: unknown): void {
  if (Array.isArray(value)) for (const item of value) adoptFiles(world, item);
  if (!isRecord(value)) return;
  const { file_unique_id: unique, file_size: size } = value;
  if (typeof unique === "string") world.files.adopt(unique, typeof size === "number" ? size : 0);
  for (const item of Object.values(value)) adoptFiles(world, item);
}

/** Replaces the fields given and keeps the rest; `text` and `caption` are formatted like a new message's. */
export function edit(world: World, chat: ChatState, messageId: number, saying: Saying): Message {
  const message = standing(world, chat, messageId);
  const { text: _, entities: __, caption: ___, caption_entities: ____, ...media } = message.content;
  const keepsText = saying.text === undefined && saying.caption === undefined;
  const base = keepsText ? message.content : media;
  world.edit(message, { ...base, ...contentOf(world, saying, saying.caption !== undefined) });
  return messageJson(message);
}

/** A user or admin deletes: no bot is told. */
export function remove(world: World, chat: ChatState, messageId: number): void {
  world.erase(standing(world, chat, messageId));
}

export function standing(world: World, chat: ChatState, messageId: number): StoredMessage {
  const message = world.find(chat, messageId);
  if (!message) throw new Error(`SANDBOX: no message ${messageId} in chat ${chat.id}`);
  return message;
}

function reactionOf(value: string): Reaction {
  if (value === "paid") return { type: "paid" };
  if (/^\d{5,}$/.test(value)) return { type: "custom_emoji", custom_emoji_id: value };
  return { type: "emoji", emoji: value };
}

/** `emoji` replaces what was there of the user or chat; [] takes it away. Digits are the id of a custom emoji, `paid` is a star. */
export function react(
  world: World,
  chat: ChatState,
  messageId: number,
  by: User | ChatState,
  emoji: readonly string[],
): void {
  const message = standing(world, chat, messageId);
  const before = message.reactions.get(by.id) ?? [];
  const after = emoji.map(reactionOf);
  if (after.length === 0) message.reactions.delete(by.id);
  else message.reactions.set(by.id, after);
  announceReaction(world, message, by, before, after);
}

export function pin(world: World, chat: ChatState, messageId: number, userId: number): void {
  const message = standing(world, chat, messageId);
  chat.pins.push(messageId);
  const user = world.user(userId);
  world.post(chat, {
    authorId: userId,
    ...(chat.type === "channel" ? { senderChat: chat } : { from: user }),
    ...(message.thread !== undefined && { thread: message.thread }),
    inTopic: message.inTopic,
    replyTo: messageId,
    service: true,
    content: { pinned_message: messageId },
  });
}

/** A basic group becomes a supergroup: new id, new message ids, a service message on both sides. */
export function upgrade(world: World, chat: ChatState): ChatState {
  if (chat.type !== "group") throw new Error("SANDBOX: only a basic group can be upgraded");
  const ownerId = ownerOf(chat);
  const owner = world.user(ownerId);
  const next = world.addChat({ title: chat.title, type: "supergroup", ownerId });
  for (const [id, member] of chat.members)
    next.members.set(id, makeMember(next, member.status, member.rights));
  world.post(chat, {
    authorId: ownerId,
    from: owner,
    service: true,
    content: { migrate_to_chat_id: next.id },
  });
  chat.migratedTo = next.id;
  world.post(next, {
    authorId: ownerId,
    from: GROUP_BOT,
    senderChat: next,
    service: true,
    content: { migrate_from_chat_id: chat.id },
  });
  return next;
}

/** A word of a user to a bot alone. */
export function sayPrivately(world: World, bot: BotState, userId: number, saying: Saying): Message {
  return say(world, world.privateChat(bot, world.user(userId)), userId, saying);
}
