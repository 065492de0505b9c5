// What the robot and its commands live on; `robot.ts` makes one for all of them.

import type { BridgeTable } from "../bridge/bridge-table.ts";
import type { Log } from "../bridge/ports.ts";
import type { Line, Social, Standing } from "../bridge/social.ts";
import type { Store, StoreTx } from "../bridge/store-port.ts";
import type { FileAttachment } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";
import type { Author } from "../model/message.ts";
import type { AccountId, ConversationRef, UserRef } from "../model/refs.ts";
import type { PersonWishes, RoomSettings } from "../model/room.ts";
import type { Language, Texts } from "../model/texts.ts";
import type { Command, Role } from "./command.ts";
import type { RobotConfig } from "./config.ts";

export interface RobotWorld {
  readonly config: RobotConfig;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly store: Store;
  readonly table: BridgeTable;
  readonly accounts: readonly AccountId[];
  /** The platform an account is on (`telegram`, `discord`), for words. */
  platformOf(account: AccountId): string;
  social(account: AccountId): Social | undefined;
  texts(language: Language): Texts;
  readonly rooms: Rooms;
  readonly people: People;
  readonly files: RobotFiles;
  /** All of them, hidden ones too, in the order of the lists. */
  commands(): readonly Command[];
  /** The command a word means here; undefined when none, or when it is switched off. */
  command(word: string): Command | undefined;
  roleOf(user: UserRef, room: ConversationRef, signal: AbortSignal): Promise<Role>;
  /** By the platform's word, asked now; `none` when it cannot be asked. */
  standingOf(user: UserRef, room: ConversationRef, signal: AbortSignal): Promise<Standing>;
  /** Says it, durably and in its place; what a command answers goes by its `Answer` instead. */
  say(line: Line): Promise<void>;
  /** There is something new in this lane: somebody else than `say` or an answer put it there. */
  readonly wake: (lane: ConversationRef) => void;
  /** What is going on, for the log room; without bodies of messages, without secrets. */
  report(
    level: "info" | "warn" | "error",
    key: string,
    values?: Readonly<Record<string, string | number>>,
  ): void;
}

/** What is written, and what is so in memory then. */
export interface Moving {
  keep(tx: StoreTx): Promise<void>;
  after(): void;
}

/** In memory, and on disk before `set` resolves. */
export interface Rooms {
  get(room: ConversationRef): RoomSettings;
  set(
    room: ConversationRef,
    change: Partial<{ [K in keyof RoomSettings]: RoomSettings[K] | undefined }>,
  ): Promise<void>;
  /** A group has another id now and keeps what it has chosen; doing it twice changes nothing. */
  move(from: ConversationRef, to: ConversationRef): Moving;
  /** Its own, else the language of its bridge, else the default. */
  language(room: ConversationRef): Language;
}

/** In memory, and on disk before `set` resolves. */
export interface People {
  get(user: UserRef): PersonWishes;
  set(
    user: UserRef,
    change: Partial<{ [K in keyof PersonWishes]: PersonWishes[K] | undefined }>,
  ): Promise<void>;
  /** Whose `@name` it is on an account, as far as they have written or linked their accounts; quick. */
  named(account: AccountId, handle: string): UserRef | undefined;
  /** Who was seen writing lately, by name or @name, in a room; for commands that name a person. */
  seen(room: ConversationRef, name: string): Author | undefined;
}

/** Files that the robot made: they can be sent as long as a lane may keep them. */
export interface RobotFiles {
  put(
    bytes: Uint8Array,
    as: { readonly name: string; readonly mime: string; readonly kind: FileAttachment["kind"] },
  ): Promise<FileAttachment>;
  /** Takes over a file on disk. */
  adopt(
    path: string,
    as: { readonly name: string; readonly mime: string; readonly kind: FileAttachment["kind"] },
  ): Promise<FileAttachment>;
  /** The bytes of any account's file. @throws PlatformError; Refusal (`robot.file-too-big`) */
  read(file: FileAttachment, mostBytes: number, signal: AbortSignal): Promise<Uint8Array>;
}
