// Which message ids this account has seen in its chats, in memory; what passes is noted here, `reconcile.ts` asks.

/** Ids remembered one by one for each counter, and counters remembered at once; what is older is forgotten. */
const recentIds = 128;
const mostCounters = 10_000;

/**
 * Supergroups and channels (-100…) count their own messages. All private chats and basic groups of an account draw
 * from one counter, so that each of them has gaps (MTProto; Bot API ids show it).
 */
export function hasOwnCounter(chat: string): boolean {
  return Number(chat) < -1_000_000_000_000;
}

interface Counter {
  highest: number;
  readonly recent: Set<number>;
  /** Of a chat with an own counter; undefined until an update told. */
  isChannel: boolean | undefined;
}

/** Owns what was seen since the account was made. */
export class Seen {
  readonly #counters = new Map<string, Counter>();

  /** A message stands there, or stood: another's, or one of ours that was answered. */
  note(chat: string, id: number, isChannel?: boolean): void {
    const counter = this.#touch(chat);
    counter.highest = Math.max(counter.highest, id);
    counter.isChannel = isChannel ?? counter.isChannel;
    counter.recent.delete(id);
    counter.recent.add(id);
    if (counter.recent.size <= recentIds) return;
    for (const oldest of counter.recent) {
      counter.recent.delete(oldest);
      return;
    }
  }

  /** Nothing is known of the chat, and nobody need be asked again. */
  expect(chat: string): void {
    this.#touch(chat);
  }

  knows(chat: string): boolean {
    return this.#counters.has(nameOf(chat));
  }

  /** The highest id of the chat's counter that was seen. */
  highest(chat: string): number | undefined {
    return this.#counters.get(nameOf(chat))?.highest || undefined;
  }

  has(chat: string, id: number): boolean {
    return this.#counters.get(nameOf(chat))?.recent.has(id) === true;
  }

  /** Undefined when no update of the chat told. */
  isChannel(chat: string): boolean | undefined {
    return this.#counters.get(nameOf(chat))?.isChannel;
  }

  #touch(chat: string): Counter {
    const name = nameOf(chat);
    const counter = this.#counters.get(name) ?? { highest: 0, recent: new Set(), isChannel: undefined };
    this.#counters.delete(name);
    this.#counters.set(name, counter);
    if (this.#counters.size > mostCounters) {
      const [oldest] = this.#counters.keys();
      if (oldest !== undefined) this.#counters.delete(oldest);
    }
    return counter;
  }
}

function nameOf(chat: string): string {
  return hasOwnCounter(chat) ? chat : "account";
}
