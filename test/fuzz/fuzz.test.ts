// The short form of the fuzzing: the same entries and injuries as `fuzz.ts`, a few thousand of them.

import { describe, expect, it } from "vitest";
import { fuzzConfig } from "./config.ts";
import type { FuzzEntry, FuzzResult } from "./entry.ts";
import { createMutator } from "./mutate.ts";
import { fuzzWebhook } from "./webhook.ts";

const GROWTH = 12 * 1024 * 1024;
const SEED = 20_261_123;

async function run(entry: FuzzEntry, cases: number): Promise<FuzzResult> {
  const result = await entry({ seed: SEED, cases });
  expect(result.faults).toEqual([]);
  expect(result.cases).toBe(cases);
  expect(result.heapAfter - result.heapBefore).toBeLessThan(GROWTH);
  return result;
}

describe("broken input", () => {
  it("to the webhook neither stops nor fills it, and learns nothing from the answers", async () => {
    const { outcomes } = await run(fuzzWebhook, 6_000);
    // What never gets past the door would prove nothing about the rooms behind it.
    for (const outcome of [
      "handler 200",
      "handler 400",
      "handler 401",
      "socket 200",
      "socket 400",
      "socket 401",
    ])
      expect(outcomes[outcome], outcome).toBeGreaterThan(10);
  }, 60_000);

  it("in matebot.yaml is faults with places, whatever it is", async () => {
    const { outcomes } = await run(fuzzConfig, 5_000);
    for (const outcome of ["memory: good", "memory: faults", "memory: no YAML", "disk: faults"])
      expect(outcomes[outcome], outcome).toBeGreaterThan(10);
  }, 60_000);

  it("is the same for the same seed", () => {
    const injured = (seed: number) => {
      const mutator = createMutator(seed);
      return [
        mutator.bytes(Buffer.from("abcdef")),
        mutator.text("a: 1\nb: 2"),
        mutator.json({ a: [1, { b: 2 }] }),
      ];
    };
    expect(injured(7)).toEqual(injured(7));
    expect(injured(7)).not.toEqual(injured(8));
  });
});
