// The short form of the fuzzing of Discord's requests; `interactions.ts` says what is tried.

import { expect, it } from "vitest";
import { fuzzInteractions } from "./interactions.ts";

it("a request that Discord did not sign is refused and stored nowhere, and a signed one breaks nothing", async () => {
  const result = await fuzzInteractions({ seed: 20_261_123, cases: 6_000 });
  expect(result.faults).toEqual([]);
  expect(result.cases).toBe(6_000);
  expect(result.heapAfter - result.heapBefore).toBeLessThan(12 * 1024 * 1024);
  // What never gets past the signature would prove nothing about what is behind it.
  for (const outcome of [
    "whole: 200",
    "whole: 204",
    "signed nonsense: 200",
    "signed nonsense: 400",
    "touched: 401",
    "strange head: 401",
    "stranger's: 401",
  ])
    expect(result.outcomes[outcome], outcome).toBeGreaterThan(10);
}, 60_000);
