// A clock that stands still until it is turned by hand; tests and both simulators use it in place of the system's.

import type { Clock, Timer } from "../model/clock.ts";

interface Waiting {
  readonly at: number;
  readonly order: number;
  readonly work: () => void;
}

/** Owns its timers: they fire in order of their time, those of one instant in the order they were set. */
export class ManualClock implements Clock {
  #now: number;
  #order = 0;
  readonly #timers = new Set<Waiting>();

  /** `startMs` is milliseconds since 1970; the default is a fixed day, so that tests do not depend on today. */
  constructor(startMs = Date.UTC(2026, 0, 15, 12)) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, work: () => void): Timer {
    const timer = { at: this.#now + Math.max(0, ms), order: this.#order++, work };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** How many timers still wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Milliseconds until the next timer; undefined when none waits. */
  get nextInMs(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : next.at - this.#now;
  }

  /** Turns the clock, firing what becomes due in order; promises and I/O run between two timers and at the end. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await settle();
    for (let timer = this.#next(); timer !== undefined && timer.at <= end; timer = this.#next()) {
      this.#timers.delete(timer);
      this.#now = Math.max(this.#now, timer.at);
      timer.work();
      await settle();
    }
    this.#now = Math.max(this.#now, end);
    await settle();
  }

  #next(): Waiting | undefined {
    let first: Waiting | undefined;
    for (const timer of this.#timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order))
        first = timer;
    }
    return first;
  }
}

/** Lets promises and ready I/O run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
