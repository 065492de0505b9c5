// The clock that is turned by hand.

import { describe, expect, it } from "vitest";
import { sleep } from "../model/clock.ts";
import { ManualClock } from "./manual-clock.ts";

describe("a manual clock", () => {
  it("stands still until it is turned", async () => {
    const clock = new ManualClock(1000);
    const fired: number[] = [];
    clock.after(10, () => fired.push(clock.now()));
    await clock.advance(9);
    expect([fired, clock.now(), clock.nextInMs]).toEqual([[], 1009, 1]);
    await clock.advance(1);
    expect([fired, clock.pending]).toEqual([[1010], 0]);
  });
  it("fires in order of time, then in order of setting, each at its own time", async () => {
    const clock = new ManualClock(0);
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.now()}`);
    clock.after(5, note("c"));
    clock.after(2, note("a"));
    clock.after(2, note("b"));
    clock.after(9, note("late")).cancel();
    await clock.advance(10);
    expect(fired).toEqual(["a@2", "b@2", "c@5"]);
  });
  it("fires what is set while it turns, and lets promises run in between", async () => {
    const clock = new ManualClock(0);
    const at: number[] = [];
    const loop = async () => {
      for (let i = 0; i < 3; i++) {
        await sleep(clock, 10);
        at.push(clock.now());
      }
    };
    const done = loop();
    await clock.advance(25);
    expect(at).toEqual([10, 20]);
    await clock.advance(5);
    await done;
    expect(at).toEqual([10, 20, 30]);
  });
});
