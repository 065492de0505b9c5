import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { createBudget, together } from "./budget.ts";
import type { Rate } from "./platform.ts";

const telegramGroup: Rate = { limit: 20, windowMs: 60_000 };

/** Sends `calls` calls, each as soon as it may go; when each of them went. */
async function flood(clock: ManualClock, rate: Rate, calls: number): Promise<readonly number[]> {
  const budget = createBudget(clock, () => [rate]);
  const sent: number[] = [];
  while (sent.length < calls) {
    const waitMs = budget.waitMs("text");
    if (waitMs > 0) {
      await clock.advance(waitMs);
      continue;
    }
    budget.spend("text");
    sent.push(clock.now());
  }
  return sent;
}

describe("a budget", () => {
  it("never lets more through than the rate in any window, and always something", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom(500, 1_000, 2_000, 5_000, 20_000, 60_000),
        async (limit, windowMs) => {
          const sent = await flood(new ManualClock(1_000_000), { limit, windowMs }, limit * 3 + 2);
          for (const from of sent) {
            const inWindow = sent.filter((at) => at >= from && at < from + windowMs).length;
            expect(inWindow).toBeLessThanOrEqual(limit);
          }
          const slowest = Math.max(...sent.map((at, index) => at - (sent[index - 1] ?? at)));
          expect(slowest).toBeLessThanOrEqual(windowMs);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("spreads a long window, so that nobody waits for its end", async () => {
    const sent = await flood(new ManualClock(1_000_000), telegramGroup, 40);
    const gaps = sent.slice(1).map((at, index) => at - (sent[index] ?? at));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(5_000);
    expect(sent.filter((at) => at === sent[0])).toHaveLength(8);
  });

  it("uses a short window up at once", async () => {
    const sent = await flood(new ManualClock(0), { limit: 5, windowMs: 2_000 }, 10);
    expect(sent).toEqual([0, 0, 0, 0, 0, 2_000, 2_000, 2_000, 2_000, 2_000]);
  });

  it("foretells when the last of many could go", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.boolean(), async (calls, short) => {
        const clock = new ManualClock(1_000_000);
        const rate = short ? { limit: 5, windowMs: 2_000 } : telegramGroup;
        const foretold = createBudget(clock, () => [rate]).forecastMs("text", calls);
        const sent = await flood(clock, rate, calls);
        expect(Math.abs((sent.at(-1) ?? 0) - 1_000_000 - foretold)).toBeLessThanOrEqual(calls + 1);
      }),
      { numRuns: 60 },
    );
  });

  it("is closed while a limit lasts, slower for some minutes after it, and then as before", async () => {
    const clock = new ManualClock(1_000_000);
    const budget = createBudget(clock, () => [telegramGroup]);
    budget.limited(40_000);
    expect(budget.waitMs("text")).toBe(40_000);
    expect(budget.waitMs("change")).toBe(40_000);
    await clock.advance(40_000);
    expect(budget.waitMs("text")).toBe(0);
    const slower = budget.forecastMs("text", 20);
    await clock.advance(10 * 60_000);
    expect(budget.forecastMs("text", 20)).toBeLessThan(slower);
  });

  it("keeps the shares apart, and both the chat and the account must allow a call", () => {
    const clock = new ManualClock(1_000_000);
    const chat = createBudget(clock, (share) => (share === "text" ? [{ limit: 1, windowMs: 60_000 }] : []));
    const account = createBudget(clock, () => [{ limit: 2, windowMs: 1_000 }]);
    const budget = together(chat, account);
    budget.spend("text");
    expect(budget.waitMs("text")).toBe(60_000);
    expect(budget.waitMs("change")).toBe(0);
    budget.spend("change");
    budget.spend("change");
    expect(budget.waitMs("change")).toBe(1_000);
  });

  it("follows a platform that learns its limits", () => {
    let known: readonly Rate[] = [];
    const budget = createBudget(new ManualClock(0), () => known);
    for (let n = 0; n < 100; n += 1) budget.spend("text");
    expect(budget.waitMs("text")).toBe(0);
    known = [{ limit: 1, windowMs: 1_000 }];
    budget.spend("text");
    expect(budget.waitMs("text")).toBe(1_000);
  });
});
