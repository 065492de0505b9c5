// Starts a strict simulator of Telegram on 127.0.0.1; the tests and `matebot demo` live on it.

import { lookup } from "node:dns/promises";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "../../model/clock.ts";
import { FaultScript, type RecordedRequest } from "../faults.ts";
import { createBot, findBot, revokeBot } from "./bot-father.ts";
import type { ChatState, MemberStatus, Rights } from "./chats.ts";
import { type Recorded, startServer } from "./http/server.ts";
import { ownerOf, setMember } from "./membership.ts";
import { messageJson, type StoredMessage } from "./messages.ts";
import { RateLimits } from "./methods/rate-limits.ts";
import { createTopic } from "./methods/topic.ts";
import { webhookInfo } from "./methods/updates.ts";
import { type MediaActions, mediaActions } from "./people/media.ts";
import { type MemberActions, memberActions } from "./people/members.ts";
import * as people from "./people/people.ts";
import { type PlaceActions, placeActions } from "./people/places.ts";
import { type PressActions, pressActions } from "./people/press.ts";
import type { ChatType, Content, Message } from "./types.ts";
import { DeliveryFaults, type DeliveryRecord } from "./updates/delivery-faults.ts";
import type { Update } from "./updates/update-queue.ts";
import { Webhook, type WebhookContext } from "./updates/webhook-delivery.ts";
import { methodInAnswer } from "./updates/webhook-method.ts";
import { type Change, World } from "./world.ts";

export interface SandboxOptions {
  readonly clock?: Clock;
  /** 0 <= x < 1. */
  readonly random?: () => number;
  readonly port?: number;
  /** Like telegram-bot-api --local: http webhooks, any port, private and loopback addresses. */
  readonly local?: boolean;
  /** Switches the real rate limits on. */
  readonly limits?: boolean;
  /** Milliseconds before every answer, on the clock. */
  readonly latency?: () => number;
  /** PEMs that stand for the system's trust store when a webhook comes without a certificate. */
  readonly systemCa?: readonly string[];
  /** DNS: the IPv4 address of a name. @throws when there is none */
  readonly resolve?: (host: string) => Promise<string>;
}

/** A message with its fate, as `everSent` lists them. */
export interface SentRecord {
  readonly message: Message;
  readonly deleted: boolean;
  /** What it said before each edit. */
  readonly earlier: readonly Content[];
  /** The user or bot that wrote it, whatever name it shows. */
  readonly authorId: number;
}

export interface TelegramSandbox extends MediaActions, PlaceActions, MemberActions, PressActions {
  /** `http://127.0.0.1:PORT`, the value of `api`. */
  readonly url: string;
  /** `hearsBots`: BotFather's Bot-to-Bot Communication Mode is on. */
  createBot(bot: { name: string; username: string; privacy?: boolean; hearsBots?: boolean }): {
    token: string;
    id: number;
  };
  /** The token stops working: 401 from now on. */
  revoke(token: string): void;
  createUser(user: {
    firstName: string;
    lastName?: string;
    username?: string;
    /** As the app is set, `pt-br`. */
    languageCode?: string;
  }): { id: number };
  /** Without `ownerId` the chat gets an owner of its own. */
  createChat(chat: {
    title: string;
    type: Exclude<ChatType, "private">;
    forum?: boolean;
    username?: string;
    ownerId?: number;
  }): { id: number };
  join(
    chatId: number,
    userId: number,
    status?: "member" | "administrator" | "restricted",
    rights?: Rights,
  ): void;
  leave(chatId: number, userId: number): void;
  kick(chatId: number, userId: number): void;
  createTopic(chatId: number, name: string, userId?: number): number;
  say(chatId: number, userId: number, saying: people.Saying): Message;
  sayPrivately(token: string, userId: number, saying: people.Saying): Message;
  edit(chatId: number, messageId: number, saying: people.Saying): Message;
  /** By a user: bots get no update. */
  remove(chatId: number, messageId: number): void;
  react(chatId: number, messageId: number, userId: number, emoji: readonly string[]): void;
  pin(chatId: number, messageId: number, userId?: number): void;
  /** Group to supergroup; gives the new id. */
  upgrade(chatId: number): number;
  /** Emoji allowed as reactions; undefined allows all. */
  allowReactions(chatId: number, emoji: readonly string[] | undefined): void;
  /** Makes bytes known as a file, for `say({ photo: [...] })`. */
  addFile(
    bytes: Buffer,
    info?: { name?: string; mime?: string },
  ): { file_id: string; file_unique_id: string; file_size: number };
  /** What the chat holds now, in order, service messages too. */
  messages(chatId: number): readonly Message[];
  /** Everything ever sent, deleted and edited too. */
  everSent(chatId: number): readonly SentRecord[];
  readonly requests: readonly RecordedRequest[];
  readonly faults: FaultScript;
  readonly deliveryFaults: DeliveryFaults;
  /** Every attempt to deliver to a webhook. */
  readonly deliveries: readonly DeliveryRecord[];
  webhookInfo(token: string): Readonly<Record<string, unknown>>;
  pendingUpdates(token: string): readonly Update[];
  /** For pages: new, edited and deleted messages. Returns how to stop. */
  onChange(listener: (change: Change) => void): () => void;
  close(): Promise<void>;
}

/** Listens on 127.0.0.1; with a ManualClock everything that waits, waits for its hand. */
export async function startTelegramSandbox(options: SandboxOptions = {}): Promise<TelegramSandbox> {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;
  const world = new World(clock, random, options.local ?? false);
  const requests: Recorded[] = [];
  const deliveries: DeliveryRecord[] = [];
  const faults = new FaultScript(random);
  const deliveryFaults = new DeliveryFaults();
  const resolve = options.resolve ?? (async (host: string) => (await lookup(host, { family: 4 })).address);
  const context: WebhookContext = {
    clock,
    random,
    resolve,
    faults: deliveryFaults,
    record: (record) => deliveries.push(record),
    runMethod: (bot, answer) => void methodInAnswer(answer, (params) => methodContext(bot, params)),
  };
  const methodContext: Parameters<typeof startServer>[0]["methodContext"] = (bot, params) => ({
    world,
    bot,
    params,
    resolve,
    ...(options.systemCa && { systemCa: options.systemCa }),
    openWebhook: (owner, settings) => new Webhook(owner, settings, context),
  });
  const server = startServer({
    world,
    faults,
    requests,
    ...(options.limits && { limits: new RateLimits(clock) }),
    ...(options.latency && { latency: options.latency }),
    methodContext,
  });
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(options.port ?? 0, "127.0.0.1", done);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    ...founding(world),
    ...talking(world),
    ...mediaActions(world),
    ...placeActions(world),
    ...memberActions(world),
    ...pressActions(world),
    ...views(world),
    requests,
    faults,
    deliveryFaults,
    deliveries,
    close: async () => {
      for (const bot of world.bots.values()) bot.webhook?.close();
      server.closeAllConnections();
      await new Promise<void>((done) => server.close(() => done()));
    },
  };
}

/** How bots, people, chats and memberships come and go. */
function founding(world: World) {
  return {
    createBot: (bot: { name: string; username: string; privacy?: boolean; hearsBots?: boolean }) =>
      createBot(world, bot),
    revoke: (token: string) => revokeBot(world, token),
    createUser: ({
      firstName,
      lastName,
      username,
      languageCode,
    }: {
      firstName: string;
      lastName?: string;
      username?: string;
      languageCode?: string;
    }) =>
      world.addUser({
        is_bot: false,
        first_name: firstName,
        ...(lastName !== undefined && { last_name: lastName }),
        ...(username !== undefined && { username }),
        ...(languageCode !== undefined && { language_code: languageCode }),
      }),
    createChat: (chat: {
      title: string;
      type: ChatType;
      forum?: boolean;
      username?: string;
      ownerId?: number;
    }) => {
      const ownerId = chat.ownerId ?? world.addUser({ is_bot: false, first_name: "Owner" }).id;
      return { id: world.addChat({ ...chat, ownerId }).id };
    },
    join: (chatId: number, userId: number, status: MemberStatus = "member", rights: Rights = {}) =>
      setMember(world, world.chat(chatId), userId, { status, rights }),
    leave: (chatId: number, userId: number) =>
      setMember(world, world.chat(chatId), userId, { status: "left", byId: userId }),
    kick: (chatId: number, userId: number) =>
      setMember(world, world.chat(chatId), userId, { status: "kicked" }),
    createTopic: (chatId: number, name: string, userId?: number) => {
      const chat = world.chat(chatId);
      if (!chat.forum) throw new Error("SANDBOX: the chat is no forum");
      return createTopic(world, chat, world.user(userId ?? ownerOf(chat)), name).id;
    },
  };
}

/** What people do in chats. */
function talking(world: World) {
  return {
    say: (chatId: number, userId: number, saying: people.Saying) =>
      people.say(world, world.chat(chatId), userId, saying),
    sayPrivately: (token: string, userId: number, saying: people.Saying) =>
      people.sayPrivately(world, findBot(world, token), userId, saying),
    edit: (chatId: number, messageId: number, saying: people.Saying) =>
      people.edit(world, world.chat(chatId), messageId, saying),
    remove: (chatId: number, messageId: number) => people.remove(world, world.chat(chatId), messageId),
    react: (chatId: number, messageId: number, userId: number, emoji: readonly string[]) =>
      people.react(world, world.chat(chatId), messageId, world.user(userId), emoji),
    pin: (chatId: number, messageId: number, userId?: number) => {
      const chat = world.chat(chatId);
      people.pin(world, chat, messageId, userId ?? ownerOf(chat));
    },
    upgrade: (chatId: number) => people.upgrade(world, world.chat(chatId)).id,
    allowReactions: (chatId: number, emoji: readonly string[] | undefined) => {
      const chat = world.chat(chatId);
      if (emoji) chat.reactions = emoji;
      else delete chat.reactions;
    },
    addFile: (bytes: Buffer, info: { name?: string; mime?: string } = {}) => {
      const { uniqueId, size } = world.files.store(bytes, info);
      return { file_id: uniqueId, file_unique_id: uniqueId, file_size: size };
    },
  };
}

/** What an onlooker sees. */
function views(world: World) {
  const inOrder = (chat: ChatState): readonly StoredMessage[] => [...chat.messages.values()];
  return {
    messages: (chatId: number) =>
      inOrder(world.chat(chatId)).flatMap((message) => (message.deleted ? [] : [messageJson(message)])),
    everSent: (chatId: number) =>
      inOrder(world.chat(chatId)).map((stored) => ({
        message: messageJson(stored),
        deleted: stored.deleted,
        earlier: stored.earlier,
        authorId: stored.authorId,
      })),
    webhookInfo: (token: string) => webhookInfo(findBot(world, token), world.clock.now()),
    pendingUpdates: (token: string) =>
      Array.from(findBot(world, token).updates.items(), (item) => item.update),
    onChange: (listener: (change: Change) => void) => world.onChange(listener),
  };
}
