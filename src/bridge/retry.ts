// Decides what follows from a failed call; the lane obeys. The only place that acts on fates.

import type { Fate } from "../model/errors.ts";

export type Decision =
  /** Send the same call again after `inMs`. `counted` tells whether it was the call's own failure. */
  | { readonly verdict: "again"; readonly inMs: number; readonly counted: boolean }
  /** A right is missing: the lane waits, and tries again after `inMs` or as soon as it hears that the right is back. */
  | { readonly verdict: "blocked"; readonly inMs: number }
  /** The target is gone: as good as done. */
  | { readonly verdict: "done" }
  /** Keep it as a dead letter and go on. */
  | { readonly verdict: "bury" }
  /** The whole account is refused: its lanes stop. */
  | { readonly verdict: "halt" }
  /** The conversation has the id `to` now. */
  | { readonly verdict: "move"; readonly to: string };

const FIRST_MS = 500;
const LONGEST_MS = 60_000;
const BLOCKED_FIRST_MS = 5_000;
const BLOCKED_LONGEST_MS = 5 * 60_000;
/** As long as Telegram itself keeps an update: an outage of a night must not cost a message. */
const GIVE_UP_AFTER_MS = 24 * 60 * 60 * 1000;

/**
 * `attempts` counts the failures before this one, `failingMs` is the time since the first of them; `random` spreads
 * the lanes (0 <= x < 1). Waits for a limit are never counted and never give up; for a missing right `failingMs` is
 * how old the delivery is, so that those behind it are not given a day each.
 */
export function decide(fate: Fate, attempts: number, failingMs: number, random: number): Decision {
  switch (fate.kind) {
    case "wait":
      return { verdict: "again", inMs: fate.ms + Math.round(random * 250), counted: false };
    case "retry": {
      if (failingMs >= GIVE_UP_AFTER_MS) return { verdict: "bury" };
      return { verdict: "again", inMs: backoffMs(attempts, random), counted: true };
    }
    case "blocked": {
      if (failingMs >= GIVE_UP_AFTER_MS) return { verdict: "bury" };
      return { verdict: "blocked", inMs: growing(BLOCKED_FIRST_MS, BLOCKED_LONGEST_MS, attempts, random) };
    }
    case "gone":
      return { verdict: "done" };
    case "refused":
      return { verdict: "bury" };
    case "halt":
      return { verdict: "halt" };
    case "moved":
      return { verdict: "move", to: fate.to };
  }
}

/** Doubles from half a second to a minute; half of it is chance, so that lanes do not come back all at once. */
export function backoffMs(attempts: number, random: number): number {
  return growing(FIRST_MS, LONGEST_MS, attempts, random);
}

function growing(firstMs: number, longestMs: number, attempts: number, random: number): number {
  const full = Math.min(longestMs, firstMs * 2 ** Math.min(attempts, 16));
  return Math.round(full * (0.5 + random / 2));
}
