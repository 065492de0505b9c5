// Does things a little later, and none of them once the demo has ended; both sides of the demo use it.

import type { Clock, Timer } from "../model/clock.ts";

export interface Timers {
  /** What throws is left out: the message may be gone by then. */
  later(ms: number, work: () => void): void;
  stop(): void;
}

export function createTimers(clock: Clock): Timers {
  const waiting = new Set<Timer>();
  return {
    later(ms, work) {
      const timer = clock.after(ms, () => {
        waiting.delete(timer);
        try {
          work();
        } catch {
          // Somebody deleted it, and nothing hangs on it.
        }
      });
      waiting.add(timer);
    },
    stop() {
      for (const timer of waiting) timer.cancel();
      waiting.clear();
    },
  };
}
