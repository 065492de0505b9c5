// What every fuzzing entry is: it is given broken input, and says what it saw; `fuzz.ts` and `fuzz.test.ts` run them.

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

export interface FuzzCase {
  readonly seed: number;
  readonly cases: number;
  /** Called now and then with the number of cases that are done. */
  readonly progress?: (done: number) => void;
}

export interface FuzzResult {
  readonly cases: number;
  /** How often each outcome came. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Milliseconds of the slowest case. */
  readonly slowest: number;
  readonly heapBefore: number;
  readonly heapAfter: number;
  /** Each with what is needed to see it again. Empty is what is wanted; no more than ten are kept. */
  readonly faults: readonly string[];
}

export type FuzzEntry = (run: FuzzCase) => Promise<FuzzResult>;

const MOST_FAULTS = 10;

/** The seed of one case: it can be repeated without those before it. */
export function seedOf(seed: number, index: number): number {
  return (Math.imul(seed, 0x9e3779b1) + Math.imul(index, 0x85ebca6b)) >>> 0;
}

/** Bytes in use after everything that nobody holds was thrown away. */
export function heapInUse(): number {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage().heapUsed;
}

export interface Tally {
  count(outcome: string, ms: number): void;
  fault(words: string): void;
  /** The heap is measured for the first time once everything is warm. */
  warm(): void;
  result(): FuzzResult;
}

export function createTally(): Tally {
  const outcomes: Record<string, number> = {};
  const faults: string[] = [];
  let cases = 0;
  let slowest = 0;
  let heapBefore = heapInUse();
  return {
    count: (outcome, ms) => {
      cases += 1;
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      slowest = Math.max(slowest, ms);
    },
    fault: (words) => {
      if (faults.length < MOST_FAULTS) faults.push(words);
    },
    warm: () => {
      heapBefore = heapInUse();
    },
    result: () => ({ cases, outcomes, slowest, heapBefore, heapAfter: heapInUse(), faults }),
  };
}
