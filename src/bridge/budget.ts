// How many calls a destination still takes, and when the next one may go; `lanes.ts` makes one for each chat and account.

import type { Clock } from "../model/clock.ts";
import type { Rate, Share } from "./platform.ts";

export interface Budget {
  /** Milliseconds until a call may go; 0 is now. */
  waitMs(share: Share): number;
  /** Milliseconds until the last of `calls` could go, if all went as soon as they may. */
  forecastMs(share: Share, calls: number): number;
  /** A call goes now. */
  spend(share: Share): void;
  /** The platform said that it takes nothing for `ms`: from now on a little less is asked of it. */
  limited(ms: number): void;
}

/** Counts the calls under one rate. */
interface Meter {
  waitMs(now: number, pace: number): number;
  forecastMs(now: number, pace: number, calls: number): number;
  spend(now: number, pace: number): void;
}

/** A window this short may be used up at once: waiting for its end is hardly noticed. */
const SHORT_MS = 5_000;
/** Of a longer window this much may go at once; the rest is spread, so that nobody waits for the window's end. */
const BURST = 0.4;
/** A limit that was hit although the rates were kept is lower than we believe. */
const SLOWER = 0.7;
const SLOWEST = 0.25;
const RECOVERY_PER_MS = 0.1 / 60_000;

/** `rates` is asked again at each question: platforms learn their limits from their answers. */
export function createBudget(clock: Clock, rates: (share: Share) => readonly Rate[]): Budget {
  const meters = new Map<string, Meter>();
  let closedUntil = 0;
  let slowed = { pace: 1, at: 0 };

  const metersOf = (share: Share): readonly Meter[] =>
    rates(share).map((rate) => {
      const key = `${share} ${rate.limit}/${rate.windowMs}`;
      const meter = meters.get(key) ?? createMeter(rate);
      meters.set(key, meter);
      return meter;
    });
  const pace = (now: number) => Math.min(1, slowed.pace + (now - slowed.at) * RECOVERY_PER_MS);
  const longest = (share: Share, ask: (meter: Meter, now: number) => number) => {
    const now = clock.now();
    const closed = Math.max(0, closedUntil - now);
    return metersOf(share).reduce((most, meter) => Math.max(most, ask(meter, now)), closed);
  };

  return {
    waitMs: (share) => Math.ceil(longest(share, (meter, now) => meter.waitMs(now, pace(now)))),
    forecastMs: (share, calls) => longest(share, (meter, now) => meter.forecastMs(now, pace(now), calls)),
    spend(share) {
      const now = clock.now();
      for (const meter of metersOf(share)) meter.spend(now, pace(now));
    },
    limited(ms) {
      const now = clock.now();
      closedUntil = Math.max(closedUntil, now + ms);
      // A short pause belongs to a short window, which is used up on purpose.
      if (ms <= SHORT_MS) return;
      slowed = { pace: Math.max(SLOWEST, pace(now) * SLOWER), at: now };
    },
  };
}

function createMeter(rate: Rate): Meter {
  return rate.windowMs <= SHORT_MS ? createWindow(rate) : createBucket(rate);
}

/** Remembers the last `limit` calls: no window ever holds more. */
function createWindow({ limit, windowMs }: Rate): Meter {
  let times: readonly number[] = [];
  const recent = (now: number) => times.filter((at) => now - at < windowMs);
  const wait = (now: number) => {
    const inWindow = recent(now);
    const oldest = inWindow.at(-limit);
    return oldest === undefined ? 0 : oldest + windowMs - now;
  };
  return {
    waitMs: wait,
    forecastMs: (now, _pace, calls) =>
      Math.floor((recent(now).length + Math.max(0, calls - 1)) / limit) * windowMs,
    spend(now) {
      times = [...recent(now), now].slice(-limit);
    },
  };
}

/** A burst, and a steady flow after it; together never more than `limit` in a window. */
function createBucket({ limit, windowMs }: Rate): Meter {
  const size = Math.max(1, Math.floor(limit * BURST));
  const perMs = Math.max(size === 1 ? limit : 0, limit - size) / windowMs;
  let tokens = size;
  let at = 0;
  // A clock that was set back must not empty the bucket.
  const level = (now: number, pace: number) => Math.min(size, tokens + Math.max(0, now - at) * perMs * pace);
  const untilMs = (now: number, pace: number, needed: number) =>
    Math.max(0, (needed - level(now, pace)) / (perMs * pace));
  return {
    waitMs: (now, pace) => untilMs(now, pace, 1),
    forecastMs: (now, pace, calls) => untilMs(now, pace, calls),
    spend(now, pace) {
      tokens = level(now, pace) - 1;
      at = now;
    },
  };
}

/** Both budgets must allow a call: the chat's own and the account's. */
export function together(own: Budget, account: Budget): Budget {
  return {
    waitMs: (share) => Math.max(own.waitMs(share), account.waitMs(share)),
    // Other chats share the account's budget, and their calls are not known here: only the chat's own is foretold.
    forecastMs: own.forecastMs,
    spend(share) {
      own.spend(share);
      account.spend(share);
    },
    limited: own.limited,
  };
}
