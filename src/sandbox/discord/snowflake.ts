// Mints Discord ids from the injected clock and writes times as Discord does; used wherever something new is stored.

import type { Clock } from "../../model/clock.ts";

const EPOCH = 1420070400000;
// Client libraries find ids in paths by 17 to 19 digits; an earlier clock would mint shorter ones.
const EARLIEST = Date.UTC(2016, 0, 1);

/** Gives ids of 17-19 digits that always grow and carry the clock's time. @throws Error when the clock is before 2016 */
export function snowflakes(clock: Clock): () => string {
  let last = 0n;
  return () => {
    const now = clock.now();
    if (now < EARLIEST)
      throw new Error("the sandbox clock must not be before 2016: Discord ids would be too short");
    const floor = BigInt(Math.floor(now) - EPOCH) << 22n;
    last = floor > last ? floor : last + 1n;
    return last.toString();
  };
}

/** Milliseconds since 1970 of an id. */
export function snowflakeTime(id: string): number {
  return Number(BigInt(id) >> 22n) + EPOCH;
}

export function isSnowflake(value: unknown): value is string {
  return typeof value === "string" && /^(0|[1-9]\d{0,18})$/.test(value);
}

/** Orders ids by value. */
export function compareIds(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

/** `2026-08-06T12:00:00.123000+00:00`: microseconds and an offset, never `Z`. */
export function timestamp(ms: number, micros = 0): string {
  const iso = new Date(ms).toISOString().slice(0, -1);
  return `${iso}${String(micros).padStart(3, "0")}+00:00`;
}
