// When an authority is asked again: renewal, pauses, the limit of failed validations.

import { describe, expect, it } from "vitest";
import { obeyed, pauseAfter, recentOf, renewalAt, validationFreeAt } from "./backoff.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("renewal", () => {
  it.each([
    ["90 days", 90 * 24 * HOUR, 1 / 3],
    ["160 hours", 160 * HOUR, 3 / 5],
    ["one hour", HOUR, 3 / 5],
  ])("of %s comes when enough remains, at most a fiftieth earlier", (_, life, left) => {
    const from = Date.UTC(2026, 0, 1);
    const times = [0, 0.5, 0.999].map((chance) => renewalAt({ from, to: from + life }, chance));
    const parts = times.map((at) => (from + life - at) / life);
    expect(parts[0]).toBeCloseTo(left, 5);
    for (const part of parts) expect(part).toBeGreaterThanOrEqual(left - 1e-9);
    for (const part of parts) expect(part).toBeLessThan(left + 0.0201);
    expect(new Set(times).size).toBe(3);
  });

  it("of a certificate for an address comes every two to three days", () => {
    const days = renewalAt({ from: 0, to: 160 * HOUR }, 0.5) / (24 * HOUR);
    expect(days).toBeGreaterThan(2);
    expect(days).toBeLessThan(3);
  });
});

describe("the pause after failures", () => {
  it("doubles from a minute to six hours, with some chance", () => {
    expect([1, 2, 3, 4].map((failures) => pauseAfter(failures, 0) / MINUTE)).toEqual([1, 2, 4, 8]);
    expect(pauseAfter(9, 0)).toBe(256 * MINUTE);
    for (const failures of [10, 100, 100_000]) expect(pauseAfter(failures, 0.999)).toBe(6 * HOUR);
    expect(pauseAfter(1, 0.999)).toBeLessThan(1.2 * MINUTE);
    expect(pauseAfter(1, 0.999)).toBeGreaterThan(pauseAfter(1, 0));
  });
});

it("an authority is obeyed, but not for ever", () => {
  expect(obeyed(undefined, 1_000)).toBe(0);
  expect(obeyed(5_000, 1_000)).toBe(5_000);
  expect(obeyed(Number.MAX_VALUE, 0)).toBe(7 * 24 * HOUR);
});

describe("the limit of failed validations", () => {
  const now = Date.UTC(2026, 0, 1);
  it("leaves four in an hour free, and after the fifth waits for the first to be an hour old", () => {
    const failed = [50, 40, 30, 20].map((minutes) => now - minutes * MINUTE);
    expect(validationFreeAt(failed, now)).toBe(now);
    expect(validationFreeAt([...failed, now], now)).toBe(now + 10 * MINUTE);
    expect(validationFreeAt([now - 2 * HOUR, ...failed], now)).toBe(now);
  });

  it("is not stretched by a clock that was set back", () => {
    expect(validationFreeAt(Array(5).fill(now + 100 * HOUR), now)).toBe(now + HOUR);
    expect(recentOf([now + HOUR, now - HOUR], now)).toEqual([now]);
  });
});
