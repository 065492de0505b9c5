// Waits that may last weeks, which one timer of the system cannot; the polls of both simulators end by it.

import type { Clock } from "../model/clock.ts";

const MOST_MS = 2 ** 30;

/** Runs `work` once at that time (milliseconds since 1970), or at once when it is past. */
export function runAt(clock: Clock, at: number, work: () => void): void {
  const left = at - clock.now();
  clock.after(Math.min(MOST_MS, Math.max(0, left)), () => {
    if (left > MOST_MS) runAt(clock, at, work);
    else work();
  });
}
