// The world of a command, without any platform: an empty store, rooms and people that a test makes up, and all that was said.

import { createBridgeTable } from "../../src/bridge/bridge-table.ts";
import type { Line, Moderation, RoomFacts, Social, Standing } from "../../src/bridge/social.ts";
import type { Store } from "../../src/bridge/store-port.ts";
import type { Ask, Asked } from "../../src/model/ask.ts";
import type { Bridge } from "../../src/model/bridge.ts";
import type { Author } from "../../src/model/message.ts";
import {
  type ConversationRef,
  conversationKey,
  type MessageRef,
  type UserRef,
} from "../../src/model/refs.ts";
import { plainText, type RichText } from "../../src/model/rich-text.ts";
import type { PersonWishes, RoomSettings } from "../../src/model/room.ts";
import type { Language } from "../../src/model/texts.ts";
import type { Answer, Arguments, Command, Question, Role } from "../../src/robot/command.ts";
import type { RobotConfig } from "../../src/robot/config.ts";
import type { RobotWorld } from "../../src/robot/world.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { openStore } from "../../src/storage/open.ts";
import { loadTexts } from "../../src/texts.ts";

export const group: ConversationRef = { account: "telegram", id: "-1001" };
export const channel: ConversationRef = { account: "discord", id: "200000000000000001" };
export const ana: Author & { readonly user: UserRef } = {
  kind: "person",
  name: "Ana",
  user: { account: "telegram", id: "11" },
  username: "ana",
};
export const carla: Author & { readonly user: UserRef } = {
  kind: "person",
  name: "Carla",
  user: { account: "discord", id: "300000000000000001" },
};

export const robotConfig: RobotConfig = {
  ...{
    owners: [],
    trusted: [],
    mayBridge: "admins",
    personality: "neutra",
    rough: false,
    links: {},
    replies: {},
  },
  ...{ donate: [], flood: { personPerMinute: 10, roomPerMinute: 40 }, off: [], dataFolder: "" },
  network: { archive: false, download: false, price: false, services: {}, allowPrivate: false },
};

export interface RobotBench {
  readonly world: RobotWorld;
  readonly store: Store;
  readonly clock: ManualClock;
  /** What rooms are; a room that is not here is none. */
  readonly facts: Map<string, RoomFacts>;
  /** `account:user account:room` -> what the platform says they are there; `none` without. */
  readonly standings: Map<string, Standing>;
  readonly lacks: Map<string, readonly string[]>;
  /** Lines said elsewhere by `world.say`. */
  readonly said: Line[];
  readonly moderated: Moderation[];
  readonly removed: MessageRef[];
  readonly left: ConversationRef[];
  readonly reported: { readonly level: string; readonly key: string }[];
  readonly files: Map<string, Uint8Array>;
  ask(asked: Asked, more?: Partial<Ask>): Ask;
  /** As the robot would ask it. `then` of the answer's `keep` is done, too. */
  command(command: Command, args?: Arguments, more?: Partial<Ask> & QuestionMore): Promise<Answer>;
  press(command: Command, action: string, more?: Partial<Ask> & QuestionMore): Promise<Answer>;
  close(): Promise<void>;
}

export interface QuestionMore {
  readonly role?: Role;
  readonly language?: Language;
  readonly words?: string;
}

export interface BenchOptions {
  readonly bridges?: readonly Bridge[];
  readonly config?: Partial<RobotConfig>;
  readonly random?: () => number;
  readonly commands?: readonly Command[];
}

export async function robotBench(options: BenchOptions = {}): Promise<RobotBench> {
  const clock = new ManualClock(1_700_000_000_000);
  const store = await openStore("sqlite::memory:", { clock });
  const made = {
    ...{ facts: new Map<string, RoomFacts>(), standings: new Map<string, Standing>() },
    ...{ lacks: new Map<string, readonly string[]>(), said: [] as Line[], moderated: [] as Moderation[] },
    ...{ removed: [] as MessageRef[], left: [] as ConversationRef[] },
    ...{ reported: [] as { level: string; key: string }[], files: new Map<string, Uint8Array>() },
  };
  const world = worldOf(options, store, clock, made);
  let count = 0;
  const ask = (asked: Asked, more: Partial<Ask> = {}): Ask => ({
    ...{
      id: `ask${count++}`,
      account: more.room?.account ?? "telegram",
      room: group,
      isPrivate: false,
      by: ana,
    },
    ...{ can: { forms: false, whispers: false }, asked, at: clock.now() },
    ...more,
  });
  const question = (given: Ask, args: Arguments, { role, language = "pt-BR" }: QuestionMore): Question => ({
    ...{ ask: given, args, language, texts: loadTexts(language), role: role ?? "everyone", world },
    signal: new AbortController().signal,
  });
  const done = async (answer: Promise<Answer> | Answer) => {
    const given = await answer;
    const { keep } = given;
    if (keep) await store.transaction(keep);
    await given.after?.();
    return given;
  };
  return {
    ...{ world, store, clock, ask, ...made },
    command(command, args = {}, { role, language, words = "", ...more } = {}) {
      const asked: Asked = { kind: "command", name: command.name, words, files: [] };
      const given = question(ask(more.asked ?? asked, more), args, {
        ...(role && { role }),
        ...(language && { language }),
      });
      return done((async () => command.answer(given))());
    },
    press(command, action, { role, language, ...more } = {}) {
      const given = question(
        ask({ kind: "press", action }, more),
        {},
        {
          ...(role && { role }),
          ...(language && { language }),
        },
      );
      const words = action.slice(command.name.length + 1);
      return done((async () => (await command.press?.(given, words)) ?? {})());
    },
    close: () => store.close(),
  };
}

function worldOf(
  { bridges = [], config = {}, random = () => 0.5, commands = [] }: BenchOptions,
  store: Store,
  clock: ManualClock,
  made: Pick<
    RobotBench,
    "facts" | "standings" | "lacks" | "said" | "moderated" | "removed" | "left" | "reported" | "files"
  >,
): RobotWorld {
  const rooms = new Map<string, RoomSettings>();
  const people = new Map<string, PersonWishes>();
  const standingOf = async (user: UserRef, room: ConversationRef) =>
    made.standings.get(`${user.account}:${user.id} ${conversationKey(room)}`) ?? "none";
  const put: RobotWorld["files"]["put"] = async (bytes, as) => {
    const source = `file${made.files.size}`;
    made.files.set(source, bytes);
    return { ...as, account: "robot", source, bytes: bytes.length };
  };
  return {
    ...{ config: { ...robotConfig, ...config }, clock, random, store, table: createBridgeTable(bridges) },
    log: { debug() {}, info() {}, warn() {}, error() {} },
    accounts: ["telegram", "discord"],
    platformOf: (account) => account,
    social: (account) => socialOf(account, made, standingOf),
    texts: (language) => loadTexts(language),
    rooms: {
      get: (room) => rooms.get(conversationKey(room)) ?? {},
      set: async (room, change) => {
        const key = conversationKey(room);
        rooms.set(key, withChange(rooms.get(key) ?? {}, change));
      },
      move: (from, to) => ({
        keep: async () => {},
        after() {
          const old = rooms.get(conversationKey(from));
          if (old) rooms.set(conversationKey(to), old);
          rooms.delete(conversationKey(from));
        },
      }),
      language: (room) => rooms.get(conversationKey(room))?.language ?? "pt-BR",
    },
    people: {
      get: (user) => people.get(`${user.account}:${user.id}`) ?? {},
      set: async (user, change) => {
        const key = `${user.account}:${user.id}`;
        people.set(key, withChange(people.get(key) ?? {}, change));
      },
      named: (account, handle) =>
        [ana, carla].find(({ user, username }) => user.account === account && username === handle)?.user,
      seen: (_room, name) => [ana, carla].find((one) => one.name === name || `@${one.username}` === name),
    },
    files: {
      put,
      adopt: (path, as) => put(new TextEncoder().encode(path), as),
      read: async (file) => made.files.get(file.source ?? "") ?? new Uint8Array(),
    },
    commands: () => commands,
    command: (word) => commands.find(({ name }) => name === word),
    roleOf: async (user, room) => {
      const standing = await standingOf(user, room);
      return standing === "owner" || standing === "admin" ? "admin" : "everyone";
    },
    standingOf,
    say: async (line) => void made.said.push(line),
    wake: () => {},
    report: (level, key) => void made.reported.push({ level, key }),
  };
}

function socialOf(
  account: string,
  made: Pick<RobotBench, "facts" | "lacks" | "moderated" | "removed" | "left">,
  standing: Social["standing"],
): Social {
  return {
    ...{ handle: () => (account === "telegram" ? "ponte_bot" : undefined), standing },
    async room(ref) {
      const found = made.facts.get(conversationKey(ref));
      if (!found) throw new Error("no such room");
      return found;
    },
    lacks: async (room) => made.lacks.get(conversationKey(room)) ?? [],
    privateLink: (payload) =>
      account === "telegram" ? `https://t.me/ponte_bot?start=${payload}` : undefined,
    invitation: (code) =>
      account === "telegram" ? `https://t.me/ponte_bot?startgroup=${code}` : "https://discord.com/install",
    privateRoom: async (user) => ({ account, id: `private-${user.id}` }),
    announce: async () => {},
    endless: account === "discord" ? ["ban"] : [],
    leave: async (room) => void made.left.push(room),
    moderate: async (moderation) => void made.moderated.push(moderation),
    remove: async (message) => void made.removed.push(message),
  };
}

function withChange<T extends object>(was: T, change: object): T {
  const all = { ...was, ...change };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
}

/** The plain words of an answer, whichever way they are said. */
export function wordsOf(answer: Answer): string {
  const body: RichText = (answer.say ?? answer.change)?.body ?? [];
  return plainText(body) || (answer.toast ?? "");
}
