// Long waits end when they should, not before.

import { expect, it } from "vitest";
import { runAt } from "./long-wait.ts";
import { ManualClock } from "./manual-clock.ts";

it("waits for weeks in timers of at most 2^30 ms", async () => {
  const clock = new ManualClock();
  const month = 32 * 24 * 3_600_000;
  let ran = 0;
  runAt(clock, clock.now() + month, () => {
    ran += 1;
  });
  expect(clock.nextInMs).toBe(2 ** 30);
  await clock.advance(month - 1);
  expect(ran).toBe(0);
  await clock.advance(1);
  expect([ran, clock.pending]).toEqual([1, 0]);
});
