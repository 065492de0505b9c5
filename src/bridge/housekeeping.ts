// Removes from disk what nobody will ask for again, and takes up what an admin asked for; `app.ts` starts it.

import type { Clock, Timer } from "../model/clock.ts";
import type { Log } from "./ports.ts";
import type { Store, StoreTx } from "./store-port.ts";

/** How long each thing is kept; milliseconds. The message map is kept for ever. */
export interface Retention {
  /** Updates that were carried, and the steps of their stories. */
  readonly journalMs: number;
  /** The texts of joined messages: after it an edit of one of them crosses no more. */
  readonly joinedMs: number;
  readonly deadLettersMs: number;
}

export interface HousekeepingParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Log;
  readonly retention: Retention;
  /** Parses buried updates again that an admin asked for. */
  readonly carryAgain: (tx: StoreTx) => Promise<void>;
  /** Dead letters may have been put back into their lanes. */
  readonly wakeAll: () => Promise<void>;
}

const TIDY_EVERY_MS = 60_000;
/** The commands run in another process and can only leave a mark on disk. */
const LOOK_EVERY_MS = 5_000;

export function keepHouse(parts: HousekeepingParts): { stop(): Promise<void> } {
  const { clock, log } = parts;
  const tidying = repeat(clock, TIDY_EVERY_MS, (isOver) =>
    tidy(parts, isOver).catch((error: unknown) =>
      log.warn({ err: error }, "old rows could not be removed; trying again later"),
    ),
  );
  const looking = repeat(clock, LOOK_EVERY_MS, () =>
    look(parts).catch((error: unknown) =>
      log.warn({ err: error }, "storage could not be asked for what an admin wants; trying again later"),
    ),
  );
  return {
    async stop() {
      await Promise.all([tidying.stop(), looking.stop()]);
    },
  };
}

async function tidy(
  { store, clock, log, retention }: HousekeepingParts,
  isOver: () => boolean,
): Promise<void> {
  const now = clock.now();
  const works: readonly ((tx: StoreTx) => Promise<number>)[] = [
    (tx) => tx.held.expire(now),
    (tx) => tx.journal.prune(now - retention.journalMs),
    (tx) => tx.trace.prune(now - retention.journalMs),
    (tx) => tx.joined.prune(now - retention.joinedMs),
    (tx) => tx.outbox.pruneDead(now - retention.deadLettersMs),
    (tx) => tx.records.prune(),
  ];
  let removed = 0;
  // Each removes a little at a time, in a transaction of its own: messages go in between.
  for (const work of works) {
    for (let some = 1; some > 0 && !isOver(); removed += some) some = await store.transaction(work);
  }
  if (removed > 0) log.debug({ removed }, "old rows were removed");
}

async function look({ store, carryAgain, wakeAll }: HousekeepingParts): Promise<void> {
  await store.transaction(carryAgain);
  await wakeAll();
}

/** Runs `work` every `everyMs`, never twice at a time; it is told when it is not wanted any more. */
function repeat(
  clock: Clock,
  everyMs: number,
  work: (isOver: () => boolean) => Promise<void>,
): { stop(): Promise<void> } {
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;
  const schedule = () => {
    timer = clock.after(everyMs, () => {
      running = work(() => stopped).then(() => {
        if (!stopped) schedule();
      });
    });
  };
  schedule();
  return {
    async stop() {
      stopped = true;
      timer?.cancel();
      await running;
    },
  };
}
