// Events of a new session behind the history of their channel: in order, each channel for itself, none forgotten.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createWaitingLines, type Raw } from "./waiting-lines.ts";

const raw = (key: string): Raw => ({ account: "discord", key, body: "{}", receivedAt: 0 });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function rig() {
  const stored: string[] = [];
  const lines = createWaitingLines(async (raws) => {
    await turn();
    stored.push(...raws.map(({ key }) => key));
  });
  return { stored, lines };
}

describe("an event", () => {
  it("waits for the history of its channel, and for no other", async () => {
    const { lines, stored } = rig();
    lines.pass("a", raw("a1"));
    lines.expect(["a", "b"]);
    lines.pass("b", raw("b1"));
    lines.pass("a", raw("a2"));
    lines.pass("c", raw("c1"));
    await turn();
    expect(stored).toEqual(["c1"]);
    lines.open("b");
    await turn();
    expect(stored).toEqual(["c1", "b1"]);
    lines.open("a");
    lines.pass("a", raw("a3"));
    await lines.close(() => undefined);
    expect(stored).toEqual(["c1", "b1", "a1", "a2", "a3"]);
  });

  it("waits until it is known which channels have a history", async () => {
    const { lines, stored } = rig();
    lines.pass("a", raw("a1"));
    await turn();
    expect(stored).toEqual([]);
    lines.expect([]);
    await lines.close(() => undefined);
    expect(stored).toEqual(["a1"]);
  });

  it("for which there is no room asks for the history once more", () => {
    const { lines } = rig();
    lines.expect(["a"]);
    lines.begin("a");
    for (let i = 0; i < 1_000; i++) lines.pass("a", raw(`a${i}`));
    expect(lines.lost("a")).toBe(false);
    lines.pass("a", raw("a1000"));
    expect(lines.lost("a")).toBe(true);
    lines.begin("a");
    expect(lines.lost("a")).toBe(false);
  });
});

it("at the end everything that was passed is on disk, in the order of its channel", async () => {
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({ kind: fc.constant("pass" as const), channel: fc.constantFrom("a", "b", "c") }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant("open" as const), channel: fc.constantFrom("a", "b") }),
    },
    { weight: 2, arbitrary: fc.constant({ kind: "turn" as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(60), async (steps, listedAt) => {
      const { lines, stored } = rig();
      const passed: string[] = [];
      let atClose: readonly string[] | undefined;
      for (const [i, each] of steps.entries()) {
        if (i === listedAt) lines.expect(["a", "b"]);
        if (each.kind === "turn") await turn();
        else if (each.kind === "open") {
          if (i > listedAt) lines.open(each.channel);
        } else {
          passed.push(`${each.channel}${i}`);
          lines.pass(each.channel, raw(`${each.channel}${i}`));
        }
      }
      if (listedAt >= steps.length) lines.expect(["a", "b"]);
      lines.open("a");
      lines.open("b");
      await lines.close(() => {
        atClose = [...stored];
      });
      for (const channel of ["a", "b", "c"]) {
        const of = (keys: readonly string[]) => keys.filter((key) => key.startsWith(channel));
        expect(of(atClose ?? [])).toEqual(of(passed));
      }
    }),
    { numRuns: 100 },
  );
});
