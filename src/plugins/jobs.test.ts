// When a job runs next: by the day's time on the machine's clock, or so long after the last time.

import { describe, expect, it } from "vitest";
import { nextRun } from "./jobs.ts";

const local = (day: number, hours: number, minutes: number) =>
  new Date(2026, 4, day, hours, minutes).getTime();

describe("nextRun", () => {
  it("is today's or tomorrow's time of the day", () => {
    expect(nextRun({ at: "09:00" }, local(5, 8, 59), undefined)).toBe(local(5, 9, 0));
    expect(nextRun({ at: "09:00" }, local(5, 9, 0), undefined)).toBe(local(6, 9, 0));
    expect(nextRun({ at: "00:00" }, local(31, 23, 59), local(31, 0, 0))).toBe(new Date(2026, 5, 1).getTime());
  });

  it("counts from the last time, over a restart, and not from times that were missed", () => {
    expect(nextRun({ everyMs: 60_000 }, 1_000_000, undefined)).toBe(1_060_000);
    expect(nextRun({ everyMs: 60_000 }, 1_000_000, 980_000)).toBe(1_040_000);
    expect(nextRun({ everyMs: 60_000 }, 1_000_000, 10_000)).toBe(1_000_000);
  });
});
