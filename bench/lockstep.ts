// Two processes on one clock that leaps: `load-hour.ts` turns it, and the process of `hour-app.ts` follows.

import { performance } from "node:perf_hooks";
import type { ManualClock } from "../src/sandbox/manual-clock.ts";

/** So many turns of the event loop without input or output, and everything that is to happen now has happened. */
const CALM_TURNS = 8;

/** What the other process is asked, and what it answers. */
export type Order =
  | { readonly order: "calm" | "memory" }
  | { readonly order: "advance"; readonly ms: number };
export interface Calm {
  /** Something happened since the last question. */
  readonly wasBusy: boolean;
  /** Until its next timer. */
  readonly nextInMs?: number;
  readonly started: boolean;
}
export interface Memory {
  readonly heapBytes: number;
  readonly rssBytes: number;
}

/** The process that follows. */
export interface Follower {
  calm(): Promise<Calm>;
  advance(ms: number): Promise<void>;
}

/** Lets `ms` pass in both, or less when the other one has `started` and that is waited for. */
export async function pass(
  clock: ManualClock,
  follower: Follower,
  ms: number,
  untilStarted = false,
): Promise<void> {
  const end = clock.now() + ms;
  for (;;) {
    const { nextInMs = Number.POSITIVE_INFINITY, started } = await bothCalm(follower);
    if (untilStarted && started) return;
    const leapMs = Math.min(end - clock.now(), clock.nextInMs ?? Number.POSITIVE_INFINITY, nextInMs);
    await clock.advance(Math.max(0, leapMs));
    await follower.advance(Math.max(0, leapMs));
    if (clock.now() >= end && !untilStarted) return void (await bothCalm(follower));
  }
}

/** What one sends the other receives in its next calm: two quiet looks at both, and nothing is on its way. */
async function bothCalm(follower: Follower): Promise<Calm> {
  for (let quiet = 0; ; ) {
    const theirs = await follower.calm();
    const busy = await calm();
    quiet = theirs.wasBusy || busy ? 0 : quiet + 1;
    if (quiet === 2) return theirs;
  }
}

/** Resolves when this process has nothing left to do without time going on. Whether it had. */
export async function calm(): Promise<boolean> {
  let wasBusy = false;
  // The question itself is counted when the turn in which it came is over.
  await turn();
  for (let turns = 0; turns < CALM_TURNS; ) {
    const before = performance.nodeTiming.uvMetricsInfo.events;
    await turn();
    const quiet = performance.nodeTiming.uvMetricsInfo.events === before;
    wasBusy ||= !quiet;
    turns = quiet ? turns + 1 : 0;
  }
  return wasBusy;
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
