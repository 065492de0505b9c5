// The way from the socket to the disk: no stored position ever passes an event that is not stored.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawUpdate } from "../../../model/delivery.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { createInbox, type Position, positionName } from "./inbox.ts";

interface Disk {
  readonly keys: Set<string>;
  position: number;
}

const at = (sequence: number): Position => ({ session: "s", sequence });
const update = (sequence: number) => ({ account: "discord", key: `k${sequence}`, body: "{}", receivedAt: 0 });

/** A disk whose every store waits until the test lets it end, in whichever way. */
function setUp() {
  const disk: Disk = { keys: new Set(), position: 0 };
  const waiting: { readonly raw: RawUpdate; readonly end: (well: boolean) => void }[] = [];
  const faults: unknown[] = [];
  const clock = new ManualClock();
  const inbox = createInbox({
    clock,
    accept: (raw) =>
      new Promise((resolve, reject) => {
        const end = (well: boolean) => {
          if (!well) return reject(new Error("disk full"));
          disk.keys.add(raw.key);
          if (raw.position?.name === positionName) disk.position = JSON.parse(raw.position.value).sequence;
          resolve();
        };
        waiting.push({ raw, end });
      }),
    savePosition: async ({ sequence }) => {
      disk.position = sequence;
    },
    onFault: (error) => faults.push(error),
  });
  inbox.begin(at(0));
  return { disk, waiting, faults, clock, inbox };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the inbox", () => {
  it("hands over what arrived during a store as one batch after it, in order", async () => {
    const { inbox, waiting } = setUp();
    for (const sequence of [1, 2, 3]) inbox.push(at(sequence), update(sequence));
    expect(waiting.map(({ raw }) => raw.key)).toEqual(["k1"]);
    waiting.shift()?.end(true);
    await turn();
    expect(waiting.map(({ raw }) => raw.key)).toEqual(["k2", "k3"]);
    expect(waiting.map(({ raw }) => raw.position?.value)).toEqual([JSON.stringify(at(2)), undefined]);
  });

  it("forgets what came after an update that could not be stored, and tells once", async () => {
    const { inbox, waiting, faults, disk } = setUp();
    inbox.push(at(1), update(1));
    for (const sequence of [2, 3]) inbox.push(at(sequence), update(sequence));
    waiting.shift()?.end(true);
    await turn();
    waiting.shift()?.end(false);
    waiting.shift()?.end(true);
    await inbox.settle();
    expect(faults).toHaveLength(1);
    expect(inbox.reached).toEqual(at(1));
    // 3 is there, but the position does not say so: it comes again and its key is known.
    expect([...disk.keys]).toEqual(["k1", "k3"]);
    expect(disk.position).toBe(1);
  });

  it("does not count what an ended session left behind", async () => {
    const { inbox, waiting } = setUp();
    inbox.push(at(7), update(7));
    inbox.begin({ session: "next", sequence: 1 });
    waiting.shift()?.end(true);
    await inbox.settle();
    expect(inbox.reached).toEqual({ session: "next", sequence: 1 });
  });

  it("moves past events that need no storing, and tells the disk after a while", async () => {
    const { inbox, clock, disk } = setUp();
    for (const sequence of [1, 2, 3]) inbox.push(at(sequence));
    expect(inbox.reached).toEqual(at(3));
    expect(disk.position).toBe(0);
    await clock.advance(5_000);
    expect(disk.position).toBe(3);
  });

  it("never has a position beyond an update that is not stored, whatever the disk does", async () => {
    const arrive = fc.record({ kind: fc.constant("arrive" as const), stored: fc.boolean() });
    const end = fc.record({ kind: fc.constant("end" as const), which: fc.nat(9), well: fc.boolean() });
    const step = fc.oneof(
      { arbitrary: arrive, weight: 5 },
      { arbitrary: end, weight: 4 },
      { arbitrary: fc.constant({ kind: "time" as const }), weight: 1 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 60 }), async (steps) => {
        const { inbox, waiting, faults, clock, disk } = setUp();
        const needed: number[] = [];
        let last = 0;
        let faultsSeen = 0;
        for (const each of steps) {
          if (each.kind === "arrive") {
            last += 1;
            if (each.stored) needed.push(last);
            inbox.push(at(last), each.stored ? update(last) : undefined);
          } else if (each.kind === "end") {
            waiting.splice(each.which % Math.max(1, waiting.length), 1)[0]?.end(each.well);
          } else {
            await clock.advance(5_000);
          }
          await turn();
          // As the Gateway does: after a fault everything since `reached` comes again.
          if (faults.length > faultsSeen) {
            faultsSeen = faults.length;
            last = inbox.reached?.sequence ?? 0;
            needed.splice(0, needed.length, ...needed.filter((sequence) => sequence <= last));
          }
          const missing = needed.filter((sequence) => !disk.keys.has(`k${sequence}`));
          expect(disk.position).toBeLessThan(Math.min(...missing, Number.POSITIVE_INFINITY));
        }
      }),
      { numRuns: 150 },
    );
  });
});
