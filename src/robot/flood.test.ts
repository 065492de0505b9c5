// Who asks too much is told so once, and then there is silence until the minute is over.

import { expect, it } from "vitest";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { createFloodControl } from "./flood.ts";

const limits = { personPerMinute: 3, roomPerMinute: 5 };

it("stops one person, tells them once a minute, and leaves the others alone", async () => {
  const clock = new ManualClock(0);
  const flood = createFloodControl(clock, limits);
  const asked = Array.from({ length: 6 }, () => flood.take("ana", "room"));
  expect(asked).toEqual(["free", "free", "free", "first", "again", "again"]);
  expect(flood.take("bia", "room")).toBe("free");
  expect(flood.take("ana", "other room")).toBe("free");
  await clock.advance(60_000);
  expect(flood.take("ana", "room")).toBe("free");
});

it("stops a crowd in one room", () => {
  const flood = createFloodControl(new ManualClock(0), limits);
  const asked = Array.from({ length: 8 }, (_, person) => flood.take(String(person), "room"));
  expect(asked).toEqual(["free", "free", "free", "free", "free", "first", "again", "again"]);
});

it("lets a command cool down, for each key alone", async () => {
  const clock = new ManualClock(0);
  const flood = createFloodControl(clock, limits);
  expect(flood.cooldown("a", 5_000)).toBe(0);
  await clock.advance(2_000);
  expect(flood.cooldown("a", 5_000)).toBe(3_000);
  expect(flood.cooldown("b", 5_000)).toBe(0);
  await clock.advance(3_000);
  expect(flood.cooldown("a", 5_000)).toBe(0);
});

it("lets people press five buttons for one command", () => {
  const flood = createFloodControl(new ManualClock(0), limits);
  const pressed = Array.from({ length: 16 }, () => flood.take("ana", "room", true));
  expect(pressed.lastIndexOf("free")).toBeGreaterThanOrEqual(13);
  expect(pressed.at(-1)).not.toBe("free");
});
