import { expect, it } from "vitest";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { openStore } from "../storage/open.ts";
import { keepHouse, type Retention } from "./housekeeping.ts";

const HOUR_MS = 60 * 60_000;
const retention: Retention = { journalMs: 48 * HOUR_MS, joinedMs: 24 * HOUR_MS, deadLettersMs: 24 * HOUR_MS };
const log = { debug() {}, info() {}, warn() {}, error() {} };

async function house() {
  const clock = new ManualClock(1_000 * HOUR_MS);
  const store = await openStore("sqlite::memory:", { clock });
  const asked = { again: 0, wakes: 0 };
  const housekeeping = keepHouse({
    ...{ store, clock, log, retention },
    async carryAgain() {
      asked.again += 1;
    },
    async wakeAll() {
      asked.wakes += 1;
    },
  });
  const receive = (count: number) =>
    store.transaction((tx) =>
      tx.journal.insert(
        Array.from({ length: count }, (_, n) => ({
          account: "left",
          key: `${clock.now()} ${n}`,
          body: "{}",
          receivedAt: clock.now(),
        })),
      ),
    );
  const kept = async () => (await store.transaction((tx) => tx.journal.keys("left", "", 0))).length;
  /** Turns the clock, and gives every transaction of a sweep its turns of the event loop. */
  const pass = async (ms: number) => {
    await clock.advance(ms);
    for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };
  return { housekeeping, receive, kept, pass, asked };
}

it("forgets what was received longer ago than it is kept, all of it within a minute, and nothing younger", async () => {
  const { receive, kept, pass, housekeeping } = await house();
  await receive(5_000);
  await pass(47 * HOUR_MS);
  await receive(3);
  await pass(HOUR_MS + 60_000);
  await pass(60_000);
  expect(await kept()).toBe(3);
  await housekeeping.stop();
});

it("looks every few seconds for what an admin left on disk", async () => {
  const { pass, asked, housekeeping } = await house();
  await pass(5_000);
  await pass(5_000);
  expect(asked).toEqual({ again: 2, wakes: 2 });
  await housekeeping.stop();
  await pass(60_000);
  expect(asked).toEqual({ again: 2, wakes: 2 });
});
