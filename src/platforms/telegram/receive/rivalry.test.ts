import { expect, it } from "vitest";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { Rivalry } from "./rivalry.ts";

const minute = 60_000;

/** How long conflicts every `everyMs` are borne, when the first comes `afterMs` after the start. */
async function patience(afterMs: number, everyMs: number): Promise<number> {
  const clock = new ManualClock();
  const rivalry = new Rivalry(clock);
  await clock.advance(afterMs);
  const began = clock.now();
  while (!rivalry.persists() && clock.now() - began < 60 * minute) await clock.advance(everyMs);
  return clock.now() - began;
}

it("gives way after a minute when it is the second, and after ten when it was there first", async () => {
  expect(await patience(0, 10_000)).toBe(minute);
  expect(await patience(minute, 30_000)).toBe(minute);
  expect(await patience(5 * minute, 30_000)).toBe(10 * minute);
});

it("begins anew when the rival was gone for a while", async () => {
  expect(await patience(0, 2 * minute + 1)).toBeGreaterThanOrEqual(60 * minute);
});
