// What a room's admins taught the robot to answer: in memory for every message, on disk before it counts.

import type { StoreTx } from "../../bridge/store-port.ts";
import { type ConversationRef, conversationKey } from "../../model/refs.ts";
import type { RobotWorld } from "../world.ts";

/** The kind of their records; the key is the chat and the name. */
const KIND = "everyday.reply";
export const MOST_REPLIES = 50;
export const MOST_REPLY_TEXT = 1_000;

export interface CustomReplies {
  load(world: RobotWorld): Promise<void>;
  get(room: ConversationRef, name: string): string | undefined;
  /** In the order of the alphabet. */
  names(room: ConversationRef): readonly string[];
  /** For `Answer.keep` and `Answer.after`: on disk first, then in memory. */
  put(room: ConversationRef, name: string, words: string): Change;
  remove(room: ConversationRef, name: string): Change;
  /** The chat has another id now; where both were taught the same name, what the new one knows stays. Twice is no harm. */
  move(from: ConversationRef, to: ConversationRef): Change;
}

interface Change {
  keep(tx: StoreTx): Promise<void>;
  after(): void;
}

export function createCustomReplies(): CustomReplies {
  const rooms = new Map<string, Map<string, string>>();
  const of = (room: string) => {
    const known = rooms.get(room) ?? new Map<string, string>();
    rooms.set(room, known);
    return known;
  };
  return {
    async load({ store }) {
      rooms.clear();
      for (const { key, value } of await store.transaction((tx) => tx.records.list(KIND))) {
        const [room = "", name = ""] = key.split(" ");
        if (typeof value === "string") of(room).set(name, value);
      }
    },
    get: (room, name) => rooms.get(chatKey(room))?.get(name),
    names: (room) => [...(rooms.get(chatKey(room))?.keys() ?? [])].sort(),
    put(room, name, words) {
      const chat = chatKey(room);
      return {
        keep: (tx) => tx.records.put(KIND, `${chat} ${name}`, words),
        after: () => void of(chat).set(name, words),
      };
    },
    remove(room, name) {
      const chat = chatKey(room);
      return {
        keep: async (tx) => void (await tx.records.delete(KIND, `${chat} ${name}`)),
        after: () => void of(chat).delete(name),
      };
    },
    move(from, to) {
      const [old, chat] = [chatKey(from), chatKey(to)];
      const moved = [...(rooms.get(old) ?? [])];
      const news = moved.filter(([name]) => !rooms.get(chat)?.has(name));
      return {
        async keep(tx) {
          for (const [name, words] of news) await tx.records.put(KIND, `${chat} ${name}`, words);
          for (const [name] of moved) await tx.records.delete(KIND, `${old} ${name}`);
        },
        after() {
          for (const [name, words] of news) of(chat).set(name, words);
          rooms.delete(old);
        },
      };
    },
  };
}

/** Topics and threads share what their chat was taught. */
function chatKey({ account, id }: ConversationRef): string {
  return conversationKey({ account, id });
}
