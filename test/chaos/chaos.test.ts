// The chaos suite in short: some new seeds for as long as there is time, all that once failed, and that it can fail.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Store } from "../../src/bridge/store-port.ts";
import { type Outcome, runSeed } from "./run-seed.ts";

const BUDGET_MS = Number(process.env.CHAOS_MS ?? 25_000);
const FIRST = Number(process.env.CHAOS_FROM ?? 1);

/** Seeds that failed once, each with what it found. */
const known: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "seeds.json"), "utf8"),
);

/** All a person needs to see of a failure. */
const failure = ({ seed, story, faults }: Outcome) =>
  faults.length === 0 ? "" : [`CHAOS_SEED=${seed}`, ...story, ...faults].join("\n");

describe("chaos", () => {
  it.each(Object.entries(known))("seed %s, which once found: %s", async (seed) => {
    expect(failure(await runSeed(Number(seed)))).toBe("");
  });

  it("ends well, whatever the seed", { timeout: BUDGET_MS + 30_000 }, async () => {
    const end = performance.now() + BUDGET_MS;
    const sums: Record<string, number> = {};
    let seed = FIRST;
    for (; performance.now() < end; seed += 1) {
      const outcome = await runSeed(seed);
      expect(failure(outcome)).toBe("");
      for (const [name, value] of Object.entries({ ...outcome.counts, ...outcome.excuses }))
        sums[name] = (sums[name] ?? 0) + value;
    }
    const { messages = 0, kills = 0 } = sums;
    process.stdout.write(`chaos: ${seed - FIRST} seeds, ${messages} messages, ${kills} kills\n`);
    expect(kills).toBeGreaterThan(0);
  });
});

/** Seeds enough for each of the broken protections to show. */
const SOME = Array.from({ length: 25 }, (_, index) => index + 1);

async function firstFailure(beneath: (store: Store) => Store, like = /(?:)/): Promise<Outcome | undefined> {
  for (const seed of SOME) {
    const outcome = await runSeed(seed, { beneath });
    if (outcome.faults.some((fault) => like.test(fault))) return outcome;
  }
  return undefined;
}

describe("the chaos suite notices", { timeout: 60_000 }, () => {
  it("a store that acknowledges before it has committed", async () => {
    const forgetful = (store: Store): Store => ({
      transaction<T>(work: Parameters<typeof store.transaction<T>>[0]): Promise<T> {
        return new Promise((resolve, reject) => {
          store
            .transaction(async (tx) => {
              const value = await work(tx);
              resolve(value);
              // What was promised is undone now and then.
              if (Math.random() < 0.05) throw new Error("lost after it was promised");
              return value;
            })
            .catch(reject);
        });
      },
      close: () => store.close(),
    });
    const outcome = await firstFailure(forgetful, /missing/);
    expect(outcome?.faults.join("\n")).toMatch(/missing/);
  });

  it("a journal that forgets what it has seen", async () => {
    const outcome = await firstFailure((store) => ({
      transaction: (work) =>
        store.transaction((tx) => work({ ...tx, journal: { ...tx.journal, insert: async (raws) => raws } })),
      close: () => store.close(),
    }));
    expect(outcome?.faults.join("\n")).toMatch(/too much/);
  });

  it("a delivery that is not frozen before it is sent", async () => {
    const outcome = await firstFailure((store) => ({
      transaction: (work) =>
        store.transaction((tx) => work({ ...tx, outbox: { ...tx.outbox, freeze: async () => {} } })),
      close: () => store.close(),
    }));
    expect(outcome?.faults.join("\n")).toMatch(/too much|map says/);
  });
});
