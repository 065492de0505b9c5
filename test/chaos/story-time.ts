// The time of a story: it stands still while anything happens and leaps to the next timer when nothing does; `stage.ts`
// gives it to the app, to both simulators and to the Discord library.

import { syncBuiltinESMExports } from "node:module";
import { performance } from "node:perf_hooks";
import timers from "node:timers";
import timersPromises from "node:timers/promises";
import type { Clock } from "../../src/model/clock.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";

/** So many turns of the event loop without input or output, and everything that is to happen now has happened. */
const CALM_TURNS = 12;
/** A wait for something that never comes ends here: a story lasts hours, not days. */
const LONGEST_MS = 48 * 60 * 60 * 1000;
/** Work of the thread pool, which shows in no turn of the event loop. */
const POOL_WORK =
  /^(FSReq|GetAddrInfo|GetNameInfo|HashJob|SignJob|.*DeriveBits|Random|KeyPairGen|Zlib|Brotli)/;

/** The platforms' time, and the app's, whose wall clock can be wrong. */
export class StoryTime {
  readonly clock: ManualClock;
  /** The app's: its timers run with the platforms', its idea of the hour may not. */
  readonly appClock: Clock;
  #aheadMs = 0;

  constructor(startMs: number) {
    this.clock = new ManualClock(startMs);
    this.appClock = {
      now: () => this.clock.now() + this.#aheadMs,
      after: (ms, work) => this.clock.after(Math.ceil(ms), work),
    };
  }

  now(): number {
    return this.clock.now();
  }

  /** The app's wall clock is set forward, or back. */
  leap(ms: number): void {
    this.#aheadMs += ms;
  }

  /** Lets `ms` pass. `between` runs whenever all is calm; what it does is part of the same instant. */
  async pass(ms: number, between: () => Promise<void> = async () => {}): Promise<void> {
    const end = this.clock.now() + ms;
    for (;;) {
      await calm();
      await between();
      const nextMs = this.clock.nextInMs;
      if (nextMs === undefined || this.clock.now() + nextMs > end) break;
      await this.clock.advance(Math.max(0, nextMs));
    }
    await this.clock.advance(Math.max(0, end - this.clock.now()));
    await calm();
  }

  /** Lets as much time pass as `work` needs. */
  async until<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const mark = () => {
      settled = true;
    };
    work.then(mark, mark);
    const end = this.clock.now() + LONGEST_MS;
    for (;;) {
      await calm();
      if (settled) return work;
      const nextMs = this.clock.nextInMs;
      if (nextMs === undefined) throw new Error("it waits for something that never comes");
      if (this.clock.now() > end) throw new Error("it takes more than two days");
      await this.clock.advance(Math.max(0, nextMs));
    }
  }
}

/** Resolves when nothing is left that would happen without time going on. */
async function calm(): Promise<void> {
  for (let turns = 0; turns < CALM_TURNS; ) {
    const before = performance.nodeTiming.uvMetricsInfo.events;
    await new Promise<void>((resolve) => setImmediate(resolve));
    turns = performance.nodeTiming.uvMetricsInfo.events === before ? turns + 1 : 0;
    if (turns < CALM_TURNS) continue;
    const active = process.getActiveResourcesInfo();
    // One short step after another, as at a start: each takes a turn of its own.
    if (active.includes("Immediate")) turns = 0;
    if (active.some((name) => POOL_WORK.test(name))) {
      turns = 0;
      await new Promise<void>((resolve) => realTimeout(resolve, 1));
    }
  }
}

const realTimeout = setTimeout;
const real = {
  now: Date.now,
  random: Math.random,
  setTimeout: timers.setTimeout,
  clearTimeout: timers.clearTimeout,
  setInterval: timers.setInterval,
  clearInterval: timers.clearInterval,
  sleep: timersPromises.setTimeout,
};

/**
 * Puts the Discord library, which asks Node for time and chance, under the story's as well: it imports `node:timers`
 * and calls `Date.now` and `Math.random`, and nothing else in a story does. Returns how to undo it.
 */
export function ruleLibraries(time: StoryTime, random: () => number): () => void {
  const { appClock } = time;
  const handleOf = (cancel: () => void) => {
    const handle = { cancel, ref: () => handle, unref: () => handle, hasRef: () => false };
    return handle;
  };
  const later = (work: (...given: unknown[]) => void, ms = 1, ...given: unknown[]) => {
    const timer = appClock.after(ms, () => work(...given));
    return handleOf(() => timer.cancel());
  };
  const repeated = (work: (...given: unknown[]) => void, ms = 1, ...given: unknown[]) => {
    const again = () => {
      timer = appClock.after(ms, again);
      work(...given);
    };
    let timer = appClock.after(ms, again);
    return handleOf(() => timer.cancel());
  };
  const cancel = (handle?: { readonly cancel?: () => void }) => handle?.cancel?.();
  const sleep = (ms = 1, value?: unknown, options: { readonly signal?: AbortSignal } = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      const refuse = () => reject(new DOMException("called off", "AbortError"));
      if (signal?.aborted) return refuse();
      const timer = appClock.after(ms, () => resolve(value));
      signal?.addEventListener("abort", () => {
        timer.cancel();
        refuse();
      });
    });
  Object.assign(timers, {
    setTimeout: later,
    setInterval: repeated,
    clearTimeout: cancel,
    clearInterval: cancel,
  });
  Object.assign(timersPromises, { setTimeout: sleep });
  Date.now = () => appClock.now();
  Math.random = random;
  syncBuiltinESMExports();
  return () => {
    const { setTimeout, setInterval, clearTimeout, clearInterval } = real;
    Object.assign(timers, { setTimeout, setInterval, clearTimeout, clearInterval });
    Object.assign(timersPromises, { setTimeout: real.sleep });
    Date.now = real.now;
    Math.random = real.random;
    syncBuiltinESMExports();
  };
}
