// Removes from disk what nobody will ask for again; `app.ts` starts it.

import type { Clock, Timer } from "../model/clock.ts";
import type { Log, Store } from "./ports.ts";

/** Telegram sends an update again for 24 hours; twice that makes sure none is taken for a new one. */
const JOURNAL_MS = 48 * 60 * 60 * 1000;
const EVERY_MS = 60_000;

/** Every minute: edits that waited in vain for their message, and journal rows that no source can send again. */
export function keepTidy(store: Store, clock: Clock, log: Log): { stop(): Promise<void> } {
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();
  let stopped = false;

  const sweep = async () => {
    try {
      const { expired, pruned } = await store.transaction(async (tx) => ({
        expired: await tx.held.expire(clock.now()),
        pruned: await tx.journal.prune(clock.now() - JOURNAL_MS),
      }));
      if (expired + pruned > 0) log.debug({ expired, pruned }, "old rows were removed");
    } catch (error) {
      log.warn({ err: error }, "old rows could not be removed; trying again later");
    }
    if (!stopped) schedule();
  };
  const schedule = () => {
    timer = clock.after(EVERY_MS, () => {
      running = sweep();
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
