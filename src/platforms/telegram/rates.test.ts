import { expect, it } from "vitest";
import type { Rate, Share } from "../../bridge/platform.ts";
import { rates } from "./rates.ts";

const inAMinute = (share: Share, id: string) =>
  Math.min(
    ...rates(share, { account: "t", id }).map(({ limit, windowMs }: Rate) => (limit * 60_000) / windowMs),
  );

it("shares out the 20 calls a minute that a group or channel takes, most of them to text", () => {
  for (const id of ["-1001234567890", "-12345"]) {
    expect(inAMinute("text", id) + inAMinute("change", id)).toBe(20);
    expect(inAMinute("text", id)).toBeGreaterThan(inAMinute("change", id));
  }
});

it("allows one a second in a private talk, in bursts, and thirty a second in all", () => {
  expect(inAMinute("text", "5000000001")).toBe(60);
  expect(rates("text")).toEqual([{ limit: 30, windowMs: 1000 }]);
});
