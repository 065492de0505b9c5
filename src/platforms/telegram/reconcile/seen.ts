// Which message ids this account has seen in its chats, in memory; what passes is noted here, `reconcile.ts` asks.

/** Ids remembered one by one for each counter, and counters remembered at once; what is older is forgotten. */
const recentIds = 512;
const mostCounters = 10_000;

/**
 * Supergroups and channels (-100…) count their own messages. All private chats and basic groups of an account draw
 * from one counter, so that each of them has gaps (MTProto; Bot API ids show it).
 */
export function hasOwnCounter(chat: string): boolean {
  return Number(chat) < -1_000_000_000_000;
}

/** A kept mark may lag so far behind: it is no less true for it. */
const markEvery = 50;

interface Counter {
  highest: number;
  /** The highest id that was kept. */
  kept: number;
  /** What an earlier run had kept is in it. */
  recalled: boolean;
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

  /** What an earlier run had seen of the chat: up to `highest`; 0 when it is not known. */
  recall(chat: string, highest: number): void {
    const counter = this.#touch(chat);
    counter.highest = Math.max(counter.highest, highest);
    counter.recalled = true;
  }

  recalled(chat: string): boolean {
    return this.#counters.get(counterOf(chat))?.recalled === true;
  }

  /** The highest id of the chat's counter that was seen. */
  highest(chat: string): number | undefined {
    return this.#counters.get(counterOf(chat))?.highest || undefined;
  }

  /** The highest id, when it is time to keep it for the next start; `exactly` keeps every one. */
  toKeep(chat: string, exactly: boolean): number | undefined {
    const counter = this.#touch(chat);
    const due = exactly || counter.kept === 0 || counter.highest - counter.kept >= markEvery;
    if (!due) return undefined;
    counter.kept = counter.highest;
    return counter.highest;
  }

  has(chat: string, id: number): boolean {
    return this.#counters.get(counterOf(chat))?.recent.has(id) === true;
  }

  /** Undefined when no update of the chat told. */
  isChannel(chat: string): boolean | undefined {
    return this.#counters.get(counterOf(chat))?.isChannel;
  }

  #touch(chat: string): Counter {
    const name = counterOf(chat);
    const counter = this.#counters.get(name) ?? {
      highest: 0,
      kept: 0,
      recalled: false,
      recent: new Set(),
      isChannel: undefined,
    };
    this.#counters.delete(name);
    this.#counters.set(name, counter);
    if (this.#counters.size > mostCounters) {
      const [oldest] = this.#counters.keys();
      if (oldest !== undefined) this.#counters.delete(oldest);
    }
    return counter;
  }
}

/** The name of the counter a chat's ids come from. */
export function counterOf(chat: string): string {
  return hasOwnCounter(chat) ? chat : "account";
}
