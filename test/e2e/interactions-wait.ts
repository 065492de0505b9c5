// Turns the clock until something holds; `interactions.test.ts` waits with it for real sockets.

import { setTimeout as pause } from "node:timers/promises";
import type { ManualClock } from "../../src/sandbox/manual-clock.ts";

/** Turns the clock by `ms` every 5 real ms; gives up after 10 s. */
export async function turnUntil(clock: ManualClock, condition: () => boolean, ms: number): Promise<void> {
  const end = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`waited in vain for ${condition}`);
    await pause(5);
    if (ms > 0 && !condition()) await clock.advance(ms);
  }
}
