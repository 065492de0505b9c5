// Health: honest about what never reported, about since when, and about one bad connection among good ones.

import { expect, it } from "vitest";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { createHealth } from "./health.ts";

const start = Date.UTC(2026, 0, 1);
const iso = (seconds: number) => new Date(start + seconds * 1000).toISOString();

it("is ok when nothing is expected", () => {
  expect(createHealth(new ManualClock(start)).report()).toEqual({ status: "ok", connections: [] });
});

it("counts a connection that never reported as down", () => {
  const health = createHealth(new ManualClock(start));
  health.expect("telegram");
  expect(health.report(3)).toEqual({
    status: "down",
    connections: [{ name: "telegram", up: false, since: iso(0), reason: "starting" }],
    waiting: 3,
  });
});

it("does not forget a report that came before the expectation", () => {
  const health = createHealth(new ManualClock(start));
  health.up("telegram");
  health.expect("telegram");
  expect(health.report().status).toBe("ok");
});

it("says since when it is so, and when it worked last", async () => {
  const clock = new ManualClock(start);
  const health = createHealth(clock);
  health.up("discord");
  await clock.advance(10_000);
  health.up("discord");
  await clock.advance(10_000);
  expect(health.report().connections).toEqual([
    { name: "discord", up: true, since: iso(0), lastUp: iso(10) },
  ]);
  health.down("discord", "the gateway closed");
  await clock.advance(10_000);
  health.down("discord", "still closed");
  expect(health.report().connections).toEqual([
    {
      ...{ name: "discord", up: false, since: iso(20), lastUp: iso(10), reason: "still closed" },
      lastFault: { at: iso(30), reason: "still closed" },
    },
  ]);
  health.up("discord");
  expect(health.report().connections).toEqual([
    {
      ...{ name: "discord", up: true, since: iso(30), lastUp: iso(30) },
      lastFault: { at: iso(30), reason: "still closed" },
    },
  ]);
});

it("says how updates come, and when the last one came", async () => {
  const clock = new ManualClock(start);
  const health = createHealth(clock);
  health.way("telegram", "webhook");
  health.up("telegram");
  await clock.advance(5_000);
  health.received("telegram");
  expect(health.report().connections).toEqual([
    {
      ...{ name: "telegram", up: true, since: iso(0), lastUp: iso(0) },
      ...{ way: "webhook", lastUpdate: iso(5) },
    },
  ]);
});

it("is down when one of several is", () => {
  const health = createHealth(new ManualClock(start));
  health.up("telegram");
  health.down("discord", "no network");
  expect(health.report().status).toBe("down");
});

it("tells every new reason once, and its end", () => {
  const told: (string | undefined)[] = [];
  const health = createHealth(new ManualClock(start), { tell: (_, reason) => told.push(reason) });
  health.expect("telegram");
  health.up("telegram");
  health.up("telegram");
  for (const reason of ["no network", "no network", "token refused"]) health.down("telegram", reason);
  health.up("telegram");
  expect(told).toEqual(["no network", "token refused", undefined]);
});

it("repeats no secret", () => {
  const health = createHealth(new ManualClock(start), { redact: (text) => text.replace("hush", "…") });
  health.down("telegram", "refused: hush");
  expect(health.report().connections[0]?.reason).toBe("refused: …");
});
