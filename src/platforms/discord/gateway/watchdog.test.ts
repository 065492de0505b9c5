// The watchdog on a clock turned by hand: when it asks, when it gives up, and that life on the line keeps it quiet.

import { describe, expect, it } from "vitest";
import { ManualClock } from "../../../sandbox/manual-clock.ts";
import { createWatchdog } from "./watchdog.ts";

/** `answer` ms after a probe the other side gives a sign of life. */
function watched(answer = Number.POSITIVE_INFINITY) {
  const clock = new ManualClock();
  const told: string[] = [];
  const watchdog = createWatchdog({
    clock,
    probe: () => {
      told.push("probe");
      if (Number.isFinite(answer)) clock.after(answer, () => watchdog.heard());
    },
    giveUp: (why) => told.push(why),
  });
  return { clock, told, watchdog };
}

describe("a connection that is opened", () => {
  it("and never greets is given up after two minutes, once", async () => {
    const { clock, told, watchdog } = watched();
    watchdog.opening();
    await clock.advance(119_999);
    expect(told).toEqual([]);
    await clock.advance(600_000);
    expect(told).toEqual(["unanswered"]);
    expect(clock.pending).toBe(0);
  });

  it("and greets, but never answers the login, is given up after a minute, whatever else is heard", async () => {
    const { clock, told, watchdog } = watched();
    watchdog.opening();
    await clock.advance(100_000);
    watchdog.greeted();
    for (let i = 0; i < 5; i++) {
      watchdog.heard();
      await clock.advance(12_000);
    }
    expect(told).toEqual(["unanswered"]);
  });
});

describe("a session", () => {
  it("in which something is heard is left alone, and costs one timer", async () => {
    const { clock, told, watchdog } = watched();
    watchdog.opening();
    watchdog.greeted();
    watchdog.ready();
    for (let i = 0; i < 100; i++) {
      await clock.advance(41_250);
      watchdog.heard();
      expect(clock.pending).toBe(1);
    }
    expect(told).toEqual([]);
  });

  it("that is silent is asked, and given up when it stays so", async () => {
    const { clock, told, watchdog } = watched();
    watchdog.ready();
    await clock.advance(89_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(["probe"]);
    await clock.advance(20_000);
    expect(told).toEqual(["probe", "silent"]);
    await clock.advance(600_000);
    expect(told).toHaveLength(2);
  });

  it("that answers when it is asked goes on", async () => {
    const { clock, told, watchdog } = watched(500);
    watchdog.ready();
    await clock.advance(400_000);
    expect(told).toEqual(["probe", "probe", "probe", "probe"]);
  });

  it("that is over is not watched any more", async () => {
    const { clock, told, watchdog } = watched();
    watchdog.ready();
    watchdog.rest();
    await clock.advance(600_000);
    expect(told).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});
