// Does what a plugin asks of MateBot through its `api`: storage, lines for rooms, what there is; `plugins.ts` owns it.

import type { Clock } from "../model/clock.ts";
import { type ConversationRef, conversationKey, parseConversation } from "../model/refs.ts";
import type { RobotWorld } from "../robot/world.ts";
import { sayingOf } from "./answers.ts";
import type { PluginBridge, PluginRoom } from "./api.ts";
import type { Sheet } from "./sheet.ts";
import { checkedAnswer, type Request } from "./wire.ts";

const MOST_STORED = 1024 * 1024;
const MOST_KEYS = 5_000;
const LINES_A_MINUTE = 30;
const MINUTE_MS = 60_000;
const MOST_ROOMS = 1_000;

export interface Desk {
  /** A question was asked there: plugins may speak there, too. */
  visited(room: ConversationRef): void;
  /** @throws Error whose words are for the plugin's author */
  serve(sheet: Sheet, request: Request, bytes: Buffer): Promise<unknown>;
}

export function createDesk(world: RobotWorld): Desk {
  const visited = new Set<string>();
  const paces = new Map<string, () => boolean>();
  const mayBeSaid = (name: string) => {
    const pace = paces.get(name) ?? createPace(world.clock);
    paces.set(name, pace);
    return pace();
  };
  return {
    visited(room) {
      const key = conversationKey(room);
      visited.delete(key);
      visited.add(key);
      const [oldest] = visited;
      if (visited.size > MOST_ROOMS && oldest !== undefined) visited.delete(oldest);
    },
    async serve(sheet, request, bytes) {
      switch (request.what) {
        case "rooms":
          return roomsOf(world);
        case "bridges":
          return bridgesOf(world);
        case "say": {
          const room = parseConversation(request.room);
          if (!room || !(world.table.bridgeOf(room) || visited.has(request.room))) {
            throw new Error(`${request.room} is no bridged room, and nobody asked anything there`);
          }
          if (!mayBeSaid(sheet.name))
            throw new Error(`a plugin says at most ${LINES_A_MINUTE} lines a minute`);
          const answer = checkedAnswer(request.answer);
          if ("wrong" in answer) throw new Error(answer.wrong);
          const saying = await sayingOf(answer.ok, bytes, sheet, world.files);
          if (!saying) return null;
          await world.say({ to: room, saying });
          return null;
        }
        default:
          return store(world, `plugin:${sheet.name}`, request);
      }
    },
  };
}

type Stored = Extract<Request, { what: "get" | "set" | "delete" | "list" }>;

function store(world: RobotWorld, kind: string, request: Stored): Promise<unknown> {
  return world.store.transaction(async ({ records }) => {
    switch (request.what) {
      case "get":
        return records.get(kind, request.key);
      case "delete":
        return records.delete(kind, request.key);
      case "list": {
        const rows = await records.list(kind, request.prefix);
        return rows.map(({ key, value }) => ({ key, json: value }));
      }
      case "set": {
        const [size, old] = [await records.size(kind), await records.get(kind, request.key)];
        // The store counts its own JSON of it.
        const lengthOf = (value: unknown) => (value === undefined ? 0 : JSON.stringify(value).length);
        const bytes = size.bytes - lengthOf(old) + lengthOf(request.json);
        if (bytes > MOST_STORED)
          throw new Error("the storage of the plugin is full: 1 MiB; delete something first");
        if (old === undefined && size.count >= MOST_KEYS) {
          throw new Error(`the storage of the plugin is full: ${MOST_KEYS} keys; delete some first`);
        }
        await records.put(kind, request.key, request.json);
        return null;
      }
    }
  });
}

function roomsOf(world: RobotWorld): readonly PluginRoom[] {
  return world.table.all().flatMap(({ name, members }) =>
    members.map((member) => ({
      ...{ room: conversationKey(member), platform: world.platformOf(member.account), bridge: name },
    })),
  );
}

function bridgesOf(world: RobotWorld): readonly PluginBridge[] {
  return world.table.all().map(({ name, members, paused }) => ({
    ...{ name, rooms: members.map(conversationKey), isPaused: paused === true },
  }));
}

function createPace(clock: Clock): () => boolean {
  let said: number[] = [];
  return () => {
    const now = clock.now();
    said = said.filter((at) => now - at < MINUTE_MS);
    if (said.length >= LINES_A_MINUTE) return false;
    said.push(now);
    return true;
  };
}
