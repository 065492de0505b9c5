// When a time of the day comes next; pure.

const DAY_MS = 24 * 3_600_000;

/** Milliseconds from `now` until the clock on the wall of this machine shows `at` (`09:00`) again; never 0. */
export function msUntil(at: string, now: number): number {
  const [hours = 0, minutes = 0] = at.split(":").map(Number);
  const next = new Date(now);
  next.setHours(hours, minutes, 0, 0);
  const ms = next.getTime() - now;
  return ms > 0 ? ms : ms + DAY_MS;
}
