// What rooms and people have chosen: in memory for every message, on disk before it counts; `robot.ts` owns both.

import type { BridgeTable } from "../bridge/bridge-table.ts";
import type { Store } from "../bridge/store-port.ts";
import type { Json } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Author } from "../model/message.ts";
import { type ConversationRef, conversationKey, type UserRef } from "../model/refs.ts";
import type { PersonWishes, RoomSettings } from "../model/room.ts";
import type { Language } from "../model/texts.ts";
import type { Moving, People, Rooms } from "./world.ts";

/** The kinds of their records. */
export const ROOM = "room";
export const PERSON = "person";

interface Kept<T> {
  get(key: string): T;
  set(key: string, change: object): Promise<void>;
  move(from: string, to: string): Moving;
  all(): Iterable<readonly [string, T]>;
  load(): Promise<void>;
}

function kept<T extends object>(store: Store, kind: string, nothing: T): Kept<T> {
  const all = new Map<string, T>();
  return {
    get: (key) => all.get(key) ?? nothing,
    all: () => all,
    async set(key, change) {
      const next = without({ ...all.get(key), ...change });
      const isEmpty = Object.keys(next).length === 0;
      await store.transaction(async (tx) => {
        if (isEmpty) await tx.records.delete(kind, key);
        else await tx.records.put(kind, key, next as Json);
      });
      if (isEmpty) all.delete(key);
      else all.set(key, next as T);
    },
    move(from, to) {
      const old = all.get(from);
      const next = old && { ...old, ...all.get(to) };
      return {
        async keep(tx) {
          if (!next) return;
          await tx.records.put(kind, to, next as Json);
          await tx.records.delete(kind, from);
        },
        after() {
          if (!next) return;
          all.set(to, next);
          all.delete(from);
        },
      };
    },
    async load() {
      all.clear();
      for (const { key, value } of await store.transaction((tx) => tx.records.list(kind)))
        all.set(key, value as unknown as T);
    },
  };
}

function without(value: object): object {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));
}

/** Topics and threads share what their chat has chosen. */
function chatKey({ account, id }: ConversationRef): string {
  return conversationKey({ account, id });
}

export interface LoadedRooms extends Rooms {
  load(): Promise<void>;
}

export function createRooms(store: Store, table: BridgeTable, fallback: Language): LoadedRooms {
  const rooms = kept<RoomSettings>(store, ROOM, {});
  const get = (room: ConversationRef) => rooms.get(chatKey(room));
  return {
    get,
    set: (room, change) => rooms.set(chatKey(room), change),
    move: (from, to) => rooms.move(chatKey(from), chatKey(to)),
    language: (room) => get(room).language ?? table.bridgeOf(room)?.language ?? fallback,
    load: rooms.load,
  };
}

/** So many people are remembered in a room, and so many rooms. */
const MOST_SEEN = 200;
const MOST_ROOMS = 500;
/** So many names by which people are called. */
const MOST_HANDLES = 10_000;

export interface LoadedPeople extends People {
  load(): Promise<void>;
  /** Remembers who writes. */
  note(event: BridgeEvent): void;
}

export function createPeople(store: Store): LoadedPeople {
  const people = kept<PersonWishes>(store, PERSON, {});
  const keyOf = ({ account, id }: UserRef) => `${account}:${id}`;
  const seen = new Map<string, Map<string, Author>>();
  const handles = new Map<string, UserRef>();
  const handleKey = (account: string, handle: string) => `${account}:${handle.toLowerCase()}`;
  const noteHandle = (user: UserRef, handle: string) => {
    const key = handleKey(user.account, handle);
    handles.delete(key);
    handles.set(key, user);
    shorten(handles, MOST_HANDLES);
  };
  return {
    get: (user) => people.get(keyOf(user)),
    async set(user, change) {
      const was = people.get(keyOf(user)).handle;
      await people.set(keyOf(user), change);
      if ("handle" in change && was !== undefined) handles.delete(handleKey(user.account, was));
      if (change.handle !== undefined) noteHandle(user, change.handle);
    },
    named: (account, handle) => handles.get(handleKey(account, handle)),
    async load() {
      await people.load();
      for (const [key, { handle }] of people.all()) {
        const [account = "", id = ""] = key.split(/:(.*)/s);
        if (handle !== undefined) noteHandle({ account, id }, handle);
      }
    },
    note(event) {
      if (event.kind !== "message.created") return;
      const { author, ref } = event.message;
      if (author.kind !== "person" || !author.user) return;
      if (author.username !== undefined) noteHandle(author.user, author.username);
      const room = chatKey(ref.conversation);
      const known = seen.get(room) ?? new Map<string, Author>();
      known.delete(author.user.id);
      known.set(author.user.id, author);
      shorten(known, MOST_SEEN);
      seen.delete(room);
      seen.set(room, known);
      shorten(seen, MOST_ROOMS);
    },
    seen(room, name) {
      const wanted = name.replace(/^@/, "").toLowerCase();
      const known = [...(seen.get(chatKey(room))?.values() ?? [])].reverse();
      return (
        known.find(({ username, user }) => username?.toLowerCase() === wanted || user?.id === wanted) ??
        known.find((author) => author.name.toLowerCase() === wanted)
      );
    },
  };
}

/** The oldest go first. */
function shorten<T>(all: Map<string, T>, most: number): void {
  for (const key of all.keys()) {
    if (all.size <= most) return;
    all.delete(key);
  }
}
