import fc from "fast-check";
import { expect, it } from "vitest";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { backoffMs, createAllowance } from "./backoff.ts";

it("waits between 1 s and 30 s, whatever the number of failures", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (failures, random) => {
        const ms = backoffMs(failures, () => random);
        expect(ms).toBeGreaterThanOrEqual(1000);
        expect(ms).toBeLessThanOrEqual(30_000);
      },
    ),
  );
});

it("waits longer the more failures there were", () => {
  const waits = [1, 2, 3, 4, 5, 6].map((failures) => backoffMs(failures, () => 0.5));
  expect(waits).toEqual([1500, 3000, 6000, 12_000, 22_500, 22_500]);
});

it("allows so many times in a period and again after it", async () => {
  const clock = new ManualClock();
  const allowance = createAllowance(clock, 2, 1000);
  expect([allowance.take(), allowance.take(), allowance.take()]).toEqual([true, true, false]);
  await clock.advance(1000);
  expect(allowance.take()).toBe(true);
});
