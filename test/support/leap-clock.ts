// A clock that runs with the real one and can leap ahead, so that days pass in a test that talks over real sockets.

import type { Clock, Timer } from "../../src/model/clock.ts";

interface Waiting {
  readonly at: number;
  readonly work: () => void;
  timer: NodeJS.Timeout;
}

/** Owns its timers: a leap makes those that became due fire at once, each a single time. */
export class LeapClock implements Clock {
  #aheadMs: number;
  readonly #waiting = new Set<Waiting>();

  /** Negative: it starts in the past. */
  constructor(aheadMs = 0) {
    this.#aheadMs = aheadMs;
  }

  now(): number {
    return Date.now() + this.#aheadMs;
  }

  after(ms: number, work: () => void): Timer {
    const waiting: Waiting = {
      at: this.now() + ms,
      work: () => {
        this.#waiting.delete(waiting);
        work();
      },
      timer: setTimeout(() => waiting.work(), ms),
    };
    this.#waiting.add(waiting);
    return {
      cancel: () => {
        clearTimeout(waiting.timer);
        this.#waiting.delete(waiting);
      },
    };
  }

  leap(ms: number): void {
    this.#aheadMs += ms;
    for (const waiting of this.#waiting) {
      clearTimeout(waiting.timer);
      waiting.timer = setTimeout(waiting.work, Math.max(0, waiting.at - this.now()));
    }
  }
}
