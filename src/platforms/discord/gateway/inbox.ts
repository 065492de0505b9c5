// Puts the Gateway's events on disk in order and knows up to which one they are there; `gateway.ts` pushes into it.
//
// Why a stored position never passes an event that is not on disk, however `accept` behaves: events go to `accept`
// in batches. A batch is what arrived while the batch before was being stored (so the batches are those of the group
// commit, and nothing waits longer for it), and it starts only when that one is on disk, whole. Only the first update
// of a batch carries a position, its own: all before it is on disk, and it is stored with it. The end of a batch
// becomes a position with the next batch, or `flushMs` later. A crash in between replays a batch, whose keys are known.

import type { Clock, Timer } from "../../../model/clock.ts";
import type { RawUpdate } from "../../../model/delivery.ts";

/** An event's place in a Gateway session. */
export interface Position {
  readonly session: string;
  readonly sequence: number;
  /** The newest message heard of up to here, in whichever channel: its id tells the time by Discord's own clock. */
  readonly seen?: string;
}

/** An update without its position; or what stands for it: a promise that resolves once it is on disk in another way. */
export type Arrival = Omit<RawUpdate, "position"> | Promise<void>;

export interface InboxParts {
  readonly accept: (raw: RawUpdate) => Promise<void>;
  readonly clock: Clock;
  /** Stores a position by itself. */
  readonly savePosition: (position: Position) => Promise<void>;
  /** An update could not be stored: it and all after it are forgotten here and must come again. */
  readonly onFault: (error: unknown) => void;
}

/** Owns the events between the socket and the disk. */
export interface Inbox {
  /** Takes the next event; without an arrival it is one that needs no storing. */
  push(position: Position, arrival?: Arrival): void;
  /** Everything up to here is on disk (or needed no storing). */
  readonly reached: Position | undefined;
  /** A session begins or goes on at `position`: what comes is counted from there. */
  begin(position: Position): void;
  /** Resolves when all that was pushed is stored or has failed, and the position too. */
  settle(): Promise<void>;
}

export const positionName = "gateway-sequence";

const flushMs = 5_000;

interface Entry {
  readonly position: Position;
  readonly arrival?: Arrival;
}

export function createInbox(parts: InboxParts): Inbox {
  const place = createBookmark(parts);
  let queue: Entry[] = [];
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      const failure = await store(batch, parts.accept);
      if (failure === undefined) {
        place.advance(batch.at(-1)?.position);
        continue;
      }
      // What came of a newer session meanwhile is not behind the fault.
      const failed = batch[failure.index]?.position.session;
      queue = queue.filter(({ position }) => position.session !== failed);
      place.advance(batch[failure.index - 1]?.position);
      parts.onFault(failure.error);
    }
    // In the same turn that saw the queue empty: an event that comes a microtask later must start anew.
    running = undefined;
  }

  return {
    push(position, arrival) {
      if (arrival === undefined && queue.length === 0 && running === undefined)
        return place.advance(position);
      // Many events may wait for the same promise, for long.
      if (arrival instanceof Promise && queue.at(-1)?.arrival === arrival) queue.pop();
      queue.push(arrival === undefined ? { position } : { position, arrival });
      running ??= run();
    },
    get reached() {
      return place.reached();
    },
    begin: place.begin,
    async settle() {
      await running;
      await place.settle();
    },
  };
}

/** How far the session is on disk; told to the disk by itself when no update carries it there. */
function createBookmark({ clock, savePosition }: InboxParts) {
  let reached: Position | undefined;
  let timer: Timer | undefined;
  let flushing: Promise<void> = Promise.resolve();

  function flush(): void {
    timer?.cancel();
    timer = undefined;
    // A position that is not stored costs a replay, nothing else; the disk's fault shows at the next update.
    if (reached) flushing = savePosition(reached).catch(() => undefined);
  }

  return {
    reached: () => reached,
    begin(position: Position): void {
      reached = position;
    },
    /** A position of a session that has ended is of no use any more. */
    advance(position: Position | undefined): void {
      if (position === undefined || position.session !== reached?.session) return;
      if (position.sequence <= reached.sequence) return;
      reached = position;
      timer ??= clock.after(flushMs, flush);
    },
    async settle(): Promise<void> {
      if (timer) flush();
      await flushing;
    },
  };
}

/** Starts every update of the batch at once, in order; undefined when all are on disk, else the first that is not. */
async function store(
  batch: readonly Entry[],
  accept: InboxParts["accept"],
): Promise<{ readonly index: number; readonly error: unknown } | undefined> {
  // Behind a promise nothing is known to be on disk yet, and a position would say so.
  const first = batch.find(({ arrival }) => arrival !== undefined);
  const results = await Promise.allSettled(
    batch.map(async (entry) => {
      const { arrival } = entry;
      if (arrival === undefined || arrival instanceof Promise) return arrival;
      const position = { name: positionName, value: JSON.stringify(entry.position) };
      await accept(entry === first ? { ...arrival, position } : arrival);
    }),
  );
  const index = results.findIndex(({ status }) => status === "rejected");
  const failed = results[index];
  return failed?.status === "rejected" ? { index, error: failed.reason } : undefined;
}
