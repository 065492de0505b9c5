// The inbox as properties: a kill at any instant and a replay after it lose no event and leave them in order.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RawUpdate } from "../../../model/delivery.ts";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { createInbox, type Inbox, type Position } from "./inbox.ts";

const session = "s1";
const at = (sequence: number): Position => ({ session, sequence });
const updateOf = (sequence: number): Omit<RawUpdate, "position"> => ({
  account: "discord",
  key: `create:${sequence}`,
  body: "{}",
  receivedAt: 0,
});
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

type Verdict = "stored" | "refused" | "hangs";

/** What a kill leaves: the keys on disk in the order of their first arrival, and the position. */
interface Disk {
  readonly keys: string[];
  position: Position | undefined;
}

interface Rig {
  readonly inbox: Inbox;
  readonly clock: ManualClock;
  readonly disk: Disk;
  readonly faults: unknown[];
  /** Ends the oldest storing under way. */
  end(verdict: Exclude<Verdict, "hangs">): void;
  readonly underWay: () => number;
}

/** `check` looks at the disk after each change of it. */
function rigOf(check: (disk: Disk) => void = () => undefined, onFault: () => void = () => undefined): Rig {
  const disk: Disk = { keys: [], position: undefined };
  const clock = new ManualClock();
  const faults: unknown[] = [];
  const waiting: ((verdict: Exclude<Verdict, "hangs">) => void)[] = [];
  const inbox = createInbox({
    clock,
    accept: (raw) =>
      new Promise((resolve, reject) => {
        waiting.push((verdict) => {
          if (verdict === "refused") return reject(new Error("disk full"));
          if (!disk.keys.includes(raw.key)) disk.keys.push(raw.key);
          if (raw.position) disk.position = JSON.parse(raw.position.value);
          check(disk);
          resolve();
        });
      }),
    savePosition: async (position) => {
      disk.position = position;
      check(disk);
    },
    onFault: (error) => {
      faults.push(error);
      onFault();
    },
  });
  inbox.begin(at(0));
  const end = (verdict: Exclude<Verdict, "hangs">) => waiting.shift()?.(verdict);
  return { inbox, clock, disk, faults, end, underWay: () => waiting.length };
}

describe("an event", () => {
  it("is stored though it comes while the last batch is just ending", async () => {
    for (let delay = 0; delay < 12; delay++) {
      const rig = rigOf();
      rig.inbox.push(at(1), updateOf(1));
      await turn();
      rig.end("stored");
      // Between the end of a batch and what the library does next lie some turns of the microtask queue.
      for (let i = 0; i < delay; i++) await Promise.resolve();
      rig.inbox.push(at(2), updateOf(2));
      await turn();
      expect({ delay, underWay: rig.underWay() }).toEqual({ delay, underWay: 1 });
      rig.end("stored");
      await rig.inbox.settle();
      expect(rig.inbox.reached).toEqual(at(2));
    }
  });

  it("that needs no storing moves the position only behind those that do", async () => {
    const rig = rigOf();
    rig.inbox.push(at(1));
    expect(rig.inbox.reached).toEqual(at(1));
    rig.inbox.push(at(2), updateOf(2));
    rig.inbox.push(at(3));
    await turn();
    expect(rig.inbox.reached).toEqual(at(1));
    rig.end("stored");
    await rig.inbox.settle();
    expect(rig.inbox.reached).toEqual(at(3));
    expect(rig.disk.position).toEqual(at(3));
  });
});

describe("a position", () => {
  it("is stored by itself 5 seconds after a batch, once", async () => {
    const rig = rigOf();
    for (const sequence of [1, 2, 3]) rig.inbox.push(at(sequence), updateOf(sequence));
    for (let i = 0; i < 3; i++) {
      await turn();
      rig.end("stored");
    }
    await rig.clock.advance(4_999);
    expect(rig.disk.position).toEqual(at(2));
    await rig.clock.advance(1);
    expect(rig.disk.position).toEqual(at(3));
    expect(rig.clock.pending).toBe(0);
  });

  it("that cannot be stored is no fault and no unhandled rejection", async () => {
    const clock = new ManualClock();
    const faults: unknown[] = [];
    const inbox = createInbox({
      clock,
      accept: async () => undefined,
      savePosition: () => Promise.reject(new Error("disk full")),
      onFault: (error) => faults.push(error),
    });
    inbox.begin(at(0));
    inbox.push(at(1));
    await clock.advance(5_000);
    inbox.push(at(2));
    await inbox.settle();
    expect(faults).toEqual([]);
  });
});

type Step =
  | { readonly kind: "event"; readonly stored: boolean }
  | { readonly kind: "ends"; readonly verdict: Exclude<Verdict, "hangs"> }
  | { readonly kind: "microtasks"; readonly count: number }
  | { readonly kind: "time" };

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant("event" as const), stored: fc.boolean() }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant("ends" as const),
        verdict: fc.oneof(
          { weight: 5, arbitrary: fc.constant("stored" as const) },
          { weight: 1, arbitrary: fc.constant("refused" as const) },
        ),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant("microtasks" as const), count: fc.nat({ max: 6 }) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("time" as const) }) },
  ),
  { maxLength: 40 },
);

describe("whatever the disk does", () => {
  it("no stored position passes an event that is not on disk, and a replay from it loses none", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (plan) => {
        // What Discord told: sequence -> must it be stored? A resumed session tells it again from any number on.
        const told: boolean[] = [];
        const check = (disk: Disk) => {
          const upTo = disk.position?.sequence ?? 0;
          for (let sequence = 1; sequence <= upTo; sequence++) {
            if (told[sequence - 1]) expect(disk.keys).toContain(`create:${sequence}`);
          }
        };
        let deaf = false;
        const rig = rigOf(check, () => {
          deaf = true;
        });
        const tell = (sequence: number) =>
          rig.inbox.push(at(sequence), told[sequence - 1] ? updateOf(sequence) : undefined);
        const replay = () => {
          deaf = false;
          for (let next = (rig.inbox.reached?.sequence ?? 0) + 1; next <= told.length; next++) tell(next);
        };
        for (const step of plan) {
          if (step.kind === "event") {
            told.push(step.stored);
            if (!deaf) tell(told.length);
          } else if (step.kind === "ends") rig.end(step.verdict);
          else if (step.kind === "time") await rig.clock.advance(5_000);
          else for (let i = 0; i < step.count; i++) await Promise.resolve();
          if (deaf && step.kind === "time") replay();
        }
        // A kill now: the next run resumes from the position on disk and stores what it is told.
        const left: Disk = { keys: [...rig.disk.keys], position: rig.disk.position };
        for (let next = (left.position?.sequence ?? 0) + 1; next <= told.length; next++) {
          const key = `create:${next}`;
          if (told[next - 1] && !left.keys.includes(key)) left.keys.push(key);
        }
        const all = told.flatMap((stored, i) => (stored ? [`create:${i + 1}`] : []));
        expect([...left.keys].sort()).toEqual([...all].sort());
        // No kill: after a last reconnection and a disk that works all is there.
        for (let rounds = 0; rounds < 5; rounds++) {
          await turn();
          while (rig.underWay() > 0) {
            rig.end("stored");
            await turn();
          }
          if (deaf) replay();
        }
        await rig.inbox.settle();
        expect([...rig.disk.keys].sort()).toEqual([...all].sort());
        expect(rig.inbox.reached?.sequence).toBe(told.length);
        expect(rig.disk.position?.sequence ?? 0).toBe(told.length);
      }),
      { numRuns: 300 },
    );
  });

  it("with a disk that commits in order or not at all, events come to lie there in their order", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 20 }), async (verdicts) => {
        const left = [...verdicts];
        const keys: string[] = [];
        let deaf = false;
        // One commit for all that wait, as the intake does it: it succeeds or fails for all.
        let group: { readonly key: string; readonly done: (ok: boolean) => void }[] = [];
        const clock = new ManualClock();
        const inbox = createInbox({
          clock,
          accept: (raw) =>
            new Promise((resolve, reject) => {
              group.push({ key: raw.key, done: (ok) => (ok ? resolve() : reject(new Error("full"))) });
            }),
          savePosition: async () => undefined,
          onFault: () => {
            deaf = true;
          },
        });
        inbox.begin(at(0));
        const last = 30;
        for (let sequence = 1; sequence <= last; sequence++) {
          if (!deaf) inbox.push(at(sequence), updateOf(sequence));
          if (sequence % 3 !== 0 && sequence !== last) continue;
          do {
            await turn();
            const ok = left.shift() ?? true;
            const now = group;
            group = [];
            for (const { key, done } of now) {
              if (ok && !keys.includes(key)) keys.push(key);
              done(ok);
            }
            await turn();
            if (deaf) {
              deaf = false;
              for (let next = (inbox.reached?.sequence ?? 0) + 1; next <= sequence; next++)
                inbox.push(at(next), updateOf(next));
            }
          } while (sequence === last && inbox.reached?.sequence !== last);
        }
        expect(keys).toEqual(Array.from({ length: last }, (_, i) => `create:${i + 1}`));
      }),
    );
  });
});
