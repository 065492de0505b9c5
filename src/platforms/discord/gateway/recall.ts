// Remembers what Discord's updates leave out: what was there before. `receive.ts` asks about each event.

import type { Directory } from "../account/directory.ts";
import { FLAGS, hasFlag, type MessagePayload } from "../parse/payload.ts";
import { type Dispatch, isAnswer, type News } from "./dispatch.ts";

/** More messages than these are forgotten, oldest first. */
const room = 5_000;

export interface Recall {
  /** What is new in an event that the directory has not taken in yet. Asked once for each. */
  newsIn(event: Dispatch): News;
}

export function createRecall(directory: Pick<Directory, "channel">): Recall {
  const pinned = createMemory();
  const deferred = createMemory();
  const answered = createMemory();

  function inMessage(message: MessagePayload, isUpdate: boolean): News {
    const isLoading = hasFlag(message, FLAGS.loading);
    if (isLoading) deferred.add(message.id);
    const unpinned = isUpdate && message.pinned === false && pinned.take(message.id);
    if (message.pinned) pinned.add(message.id);
    const filled = isUpdate && !isLoading ? isFilled(message.id) : undefined;
    if (!isLoading && isAnswer(message)) answered.add(message.id);
    return { ...(unpinned ? { unpinned } : {}), ...(filled === undefined ? {} : { filled }) };
  }

  /** Undefined when nobody remembers. */
  function isFilled(id: string): boolean | undefined {
    if (deferred.take(id)) return true;
    return answered.has(id) ? false : undefined;
  }

  return {
    newsIn({ t, d }) {
      const data = Object(d) as MessagePayload;
      switch (t) {
        case "MESSAGE_CREATE":
        case "MESSAGE_UPDATE":
          return inMessage(data, t === "MESSAGE_UPDATE");
        case "CHANNEL_UPDATE":
        case "THREAD_UPDATE":
        case "THREAD_DELETE": {
          const entry = directory.channel(data.id);
          if (!entry) return {};
          const { name, topic = "", closed } = entry;
          return { before: { name, topic, ...(closed === undefined ? {} : { closed }) } };
        }
        default:
          return {};
      }
    },
  };
}

function createMemory() {
  const ids = new Set<string>();
  return {
    add(id: string): void {
      ids.delete(id);
      ids.add(id);
      const [oldest] = ids;
      if (ids.size > room && oldest !== undefined) ids.delete(oldest);
    },
    has: (id: string): boolean => ids.has(id),
    /** Was it there? It is not any more. */
    take: (id: string): boolean => ids.delete(id),
  };
}
