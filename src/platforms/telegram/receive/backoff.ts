// How long the Telegram account waits after failures of its own connection, and how often it insists.

import type { Clock } from "../../../model/clock.ts";

const leastMs = 1_000;
const mostMs = 30_000;

/** Milliseconds to wait after the `failures`th failure in a row (1, 2, …): 1 s to 30 s, half of it random. */
export function backoffMs(failures: number, random: () => number): number {
  const full = Math.min(mostMs, leastMs * 2 ** failures);
  return Math.max(leastMs, Math.round(full * (0.5 + random() / 2)));
}

export interface Allowance {
  /** True as long as fewer than the allowed times were taken within the period. */
  take(): boolean;
}

export function createAllowance(clock: Clock, times: number, periodMs: number): Allowance {
  let taken: readonly number[] = [];
  return {
    take() {
      const now = clock.now();
      taken = taken.filter((at) => now - at < periodMs);
      if (taken.length >= times) return false;
      taken = [...taken, now];
      return true;
    },
  };
}
