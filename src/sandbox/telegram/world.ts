// All that exists in the simulated Telegram: users, bots, chats, files; the methods and the people act on it.

import type { Clock } from "../../model/clock.ts";
import type { BotState } from "./bots.ts";
import { type ChatState, isMember, makeMember } from "./chats.ts";
import { Files, type StoredFile } from "./files/files.ts";
import { badRequest, forbidden } from "./http/api-error.ts";
import { messageJson, type StoredMessage } from "./messages.ts";
import type { Press } from "./people/press.ts";
import type { PollState } from "./polls.ts";
import type { ChatType, Content, Message, User } from "./types.ts";
import { announceMessage } from "./updates/updates.ts";

export type Change =
  | { readonly kind: "created" | "edited"; readonly chatId: number; readonly message: Message }
  | { readonly kind: "deleted"; readonly chatId: number; readonly messageId: number };

/** What `World.post` needs to know of a new message; the rest is optional. */
export interface Draft {
  readonly authorId: number;
  readonly from?: User;
  readonly senderChat?: ChatState;
  readonly thread?: number;
  readonly inTopic?: boolean;
  readonly replyTo?: number;
  readonly service?: boolean;
  readonly extra?: Content;
  readonly content: Content;
  readonly poll?: PollState;
  readonly replyMarkup?: unknown;
}

/** Owns the state. Everything that changes a message goes through `post`, `edit` and `erase`. */
export class World {
  readonly clock: Clock;
  readonly random: () => number;
  readonly local: boolean;
  readonly files: Files;
  readonly users = new Map<number, User>();
  readonly bots = new Map<string, BotState>();
  readonly chats = new Map<number, ChatState>();
  /** Of users, the newest first. */
  readonly photos = new Map<number, readonly StoredFile[]>();
  /** By the largest size. */
  readonly photoSizes = new Map<string, readonly Content[]>();
  /** The sticker of each custom emoji, by its id. */
  readonly customEmoji = new Map<string, Content>();
  /** Private chats, by `<bot>:<user>`. */
  readonly privates = new Map<string, ChatState>();
  /** By the id of their callback query. */
  readonly presses = new Map<string, Press>();
  readonly #listeners = new Set<(change: Change) => void>();
  #nextUserId: number;
  #nextChat: number;
  #box = 0;

  constructor(clock: Clock, random: () => number, local: boolean) {
    this.clock = clock;
    this.random = random;
    this.local = local;
    this.files = new Files(clock);
    // User ids go beyond 32 bits (Bot API: up to 52 significant bits).
    this.#nextUserId = 5_000_000_000 + Math.floor(random() * 1_000_000);
    this.#nextChat = 1_500_000_000 + Math.floor(random() * 1_000_000);
  }

  seconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  addUser(user: Omit<User, "id">): User {
    const known = { id: this.#nextUserId++, ...user };
    this.users.set(known.id, known);
    return known;
  }

  addChat(chat: {
    title: string;
    type: ChatType;
    forum?: boolean;
    username?: string;
    ownerId: number;
  }): ChatState {
    const number = this.#nextChat++;
    const inBox = chat.type === "group";
    let last = 0;
    const state: ChatState = {
      id: inBox ? -number : -1_000_000_000_000 - number,
      type: chat.type,
      title: chat.title,
      forum: chat.forum ?? false,
      ...(chat.username !== undefined && { username: chat.username }),
      members: new Map(),
      messages: new Map(),
      topics: new Map(),
      nextId: inBox ? () => ++this.#box : () => ++last,
      pins: [],
    };
    this.chats.set(state.id, state);
    state.members.set(chat.ownerId, makeMember(state, "creator", { is_anonymous: false }));
    return state;
  }

  /** The private chat of a bot and a user, made at the user's first word. */
  privateChat(bot: BotState, user: User): ChatState {
    const key = `${bot.user.id}:${user.id}`;
    const known = this.privates.get(key);
    if (known) return known;
    const { id, first_name, last_name, username } = user;
    const person = {
      id,
      first_name,
      ...(last_name !== undefined && { last_name }),
      ...(username !== undefined && { username }),
      type: "private" as const,
    };
    const state: ChatState = {
      id,
      type: "private",
      title: first_name,
      forum: false,
      person,
      members: new Map(),
      messages: new Map(),
      topics: new Map(),
      nextId: () => ++this.#box,
      pins: [],
    };
    state.members.set(id, makeMember(state, "member"));
    state.members.set(bot.user.id, makeMember(state, "member"));
    this.privates.set(key, state);
    return state;
  }

  /** @throws Error when a test names a chat that was never made */
  chat(id: number): ChatState {
    const chat = this.chats.get(id);
    if (!chat) throw new Error(`SANDBOX: no chat ${id}`);
    return chat;
  }

  /** @throws Error when a test names a user that was never made */
  user(id: number): User {
    const user = this.users.get(id);
    if (!user) throw new Error(`SANDBOX: no user ${id}`);
    return user;
  }

  /** Whether the bot may act in the chat; every method asks here first. @throws ApiError with the texts of Client.cpp */
  access(bot: BotState, chatId: string, needsMembership = true): ChatState {
    if (chatId === "") throw badRequest("chat_id is empty");
    const id = Number(chatId);
    const chat = chatId.startsWith("@")
      ? [...this.chats.values()].find((c) => c.username?.toLowerCase() === chatId.slice(1).toLowerCase())
      : (this.privates.get(`${bot.user.id}:${id}`) ?? this.chats.get(id));
    if (!chat) {
      const user = this.users.get(id);
      if (user?.is_bot) throw forbidden("the bot can't send messages to the bot");
      if (user) throw forbidden("bot can't initiate conversation with a user");
      throw badRequest("chat not found");
    }
    if (chat.migratedTo !== undefined) {
      throw badRequest("group chat was upgraded to a supergroup chat", {
        migrate_to_chat_id: chat.migratedTo,
      });
    }
    if (chat.type === "private") return chat;
    const member = chat.members.get(bot.user.id);
    if (!member && chat.username === undefined) throw badRequest("chat not found");
    if (member?.status === "kicked") throw forbidden(`bot was kicked from the ${chat.type} chat`);
    if (needsMembership && !isMember(chat, bot.user.id)) {
      throw forbidden(`bot is not a member of the ${chat.type} chat`);
    }
    return chat;
  }

  /** A new message at the end of the chat; bots that may see it get their update. */
  post(chat: ChatState, draft: Draft): StoredMessage {
    return this.#place(chat, chat.nextId(), draft);
  }

  /** The message that begins a forum topic: its id is the topic's. */
  postTopicStart(chat: ChatState, draft: Draft): StoredMessage {
    const id = chat.nextId();
    return this.#place(chat, id, { ...draft, thread: id, inTopic: true });
  }

  #place(chat: ChatState, id: number, draft: Draft): StoredMessage {
    const message: StoredMessage = {
      inTopic: false,
      service: false,
      extra: {},
      ...draft,
      id,
      chat,
      date: this.seconds(),
      deleted: false,
      earlier: [],
      reactions: new Map(),
    };
    chat.messages.set(message.id, message);
    const author = this.users.get(draft.authorId);
    if (author?.is_bot && !message.service) chat.lastBot = author.id;
    announceMessage(this, message, "new");
    this.changed({ kind: "created", chatId: chat.id, message: messageJson(message) });
    return message;
  }

  /** Replaces what the message says. */
  edit(message: StoredMessage, content: Content): void {
    message.earlier.push(message.content);
    message.content = content;
    message.editDate = this.seconds();
    announceMessage(this, message, "edit");
    this.changed({ kind: "edited", chatId: message.chat.id, message: messageJson(message) });
  }

  /** Replaces the keyboard alone: an edit without a date. */
  editMarkup(message: StoredMessage, markup: unknown): void {
    message.replyMarkup = markup;
    announceMessage(this, message, "edit");
    this.changed({ kind: "edited", chatId: message.chat.id, message: messageJson(message) });
  }

  /** What the message shows changed, and no update tells of it (votes, tasks): only onlookers hear. */
  refreshed(message: StoredMessage, content: Content = message.content): void {
    message.content = content;
    this.changed({ kind: "edited", chatId: message.chat.id, message: messageJson(message) });
  }

  /** Bots are told nothing: there is no such update. */
  erase(message: StoredMessage): void {
    message.deleted = true;
    this.changed({ kind: "deleted", chatId: message.chat.id, messageId: message.id });
  }

  /** A message that stands in the chat now. */
  find(chat: ChatState, messageId: number): StoredMessage | undefined {
    const message = chat.messages.get(messageId);
    return message?.deleted ? undefined : message;
  }

  changed(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  onChange(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
