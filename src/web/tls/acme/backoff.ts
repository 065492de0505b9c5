// Decides when an authority is asked again: renewal, pauses after failures, the limit of failed validations; `acme.ts` obeys.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const FIRST_PAUSE_MS = MINUTE_MS;
const LONGEST_PAUSE_MS = 6 * HOUR_MS;

/** Let's Encrypt: failed validations per account, host and hour. */
export const MOST_FAILED_VALIDATIONS = 5;

/** How far the renewal may come before its time, in parts of the life, so that many machines do not come at once. */
const SPREAD = 0.02;

/** Let's Encrypt's for addresses live 160 hours: an authority that is away for two days must not end one. */
const SHORT_LIFE_MS = 10 * 24 * HOUR_MS;

/**
 * When the last third of a life begins, or a little earlier; of a short one the last three fifths. All milliseconds since
 * 1970; `chance` is in [0, 1).
 */
export function renewalAt(life: { readonly from: number; readonly to: number }, chance: number): number {
  const length = life.to - life.from;
  const used = length <= SHORT_LIFE_MS ? 2 / 5 : 2 / 3;
  return Math.floor(life.from + length * (used - SPREAD * chance));
}

/** How long to wait after so many failures in a row (1 or more): doubling from a minute to six hours. */
export function pauseAfter(failures: number, chance: number): number {
  const pause = FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 20) * (1 + chance / 5);
  return Math.floor(Math.min(LONGEST_PAUSE_MS, pause));
}

/** When the authority may be asked again, as it said itself: no more than a week off, its longest limit. */
export function obeyed(retryAt: number | undefined, now: number): number {
  return Math.min(retryAt ?? 0, now + 7 * 24 * HOUR_MS);
}

/** From when on one more validation may fail without going over the limit; `failed` are the times of those that did. */
export function validationFreeAt(failed: readonly number[], now: number): number {
  const recent = recentOf(failed, now);
  const oldest = recent.at(-MOST_FAILED_VALIDATIONS);
  return oldest === undefined ? now : oldest + HOUR_MS;
}

/** Those that still count, in order. One from the future (the clock was set back) counts from now. */
export function recentOf(failed: readonly number[], now: number): readonly number[] {
  return failed
    .map((at) => Math.min(at, now))
    .filter((at) => at > now - HOUR_MS)
    .sort((a, b) => a - b);
}
