// The operator's room hears of starts, faults and days: joined, few, filtered, and without a loop.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { group, type RobotBench, robotBench, wordsOf } from "../../../test/support/robot-world.ts";
import { plainText } from "../../model/rich-text.ts";
import { createLogRoom, type LogRoom } from "./log-room.ts";
import { msUntil } from "./when.ts";

let bench: RobotBench;
let room: LogRoom;
let job: { stop(): Promise<void> } | undefined;
beforeEach(() => open());
afterEach(async () => {
  await job?.stop();
  await bench.close();
});

async function open(level: "info" | "warn" | "error" = "info") {
  bench = await robotBench({ config: { logRoom: { room: group, level, daily: "09:00" } } });
  await begin();
}

async function begin() {
  room = createLogRoom(bench.world.config);
  await room.area.prepare?.(bench.world);
  job = room.area.start?.(bench.world);
}

/** The summary is read from disk, which takes some turns of the loop. */
async function untilSaid(words: string): Promise<void> {
  await bench.clock.advance(msUntil("09:00", bench.clock.now()));
  for (let turn = 0; turn < 200 && !said().join().includes(words); turn += 1)
    await bench.clock.advance(1_000);
  expect(said().join()).toContain(words);
}

const said = () => bench.said.map(({ saying }) => plainText(saying.body));

describe("the lines", () => {
  it("that come together are one message, half a minute later", async () => {
    room.report("warn", "robot.report.failed", { command: "qr", what: "TypeError" });
    room.report("warn", "robot.report.failed", { command: "qr", what: "TypeError" });
    await bench.clock.advance(29_000);
    expect(said()).toEqual([]);
    await bench.clock.advance(1_000);
    expect(said()).toHaveLength(1);
    expect(said()[0]?.split("\n")).toEqual([
      "· O MateBot está no ar.",
      "⚠️ O comando qr falhou (TypeError); os detalhes estão no registro. ×2",
    ]);
    expect(bench.said[0]?.to).toEqual(group);
  });

  it("are at most twenty an hour, and then a number", async () => {
    for (let n = 0; n < 50; n += 1) {
      room.report("error", "robot.report.failed", { command: `c${n}`, what: "E" });
      await bench.clock.advance(30_000);
    }
    expect(said().join("\n").split("\n")).toHaveLength(20);
    await bench.clock.advance(3_600_000);
    expect(said().at(-1)).toMatch(/e mais 31 linhas/);
    room.report("error", "robot.report.failed", { command: "last", what: "E" });
    await bench.clock.advance(30_000);
    expect(said().at(-1)).toContain("O comando last falhou");
  });

  it("that had no room are told as a number when the hour is over, though nothing else happens", async () => {
    for (let n = 0; n < 25; n += 1)
      room.report("error", "robot.report.failed", { command: `c${n}`, what: "E" });
    await bench.clock.advance(60_000);
    expect(said()).toHaveLength(1);
    await bench.clock.advance(3_600_000);
    expect(said()).toHaveLength(2);
    // The start was the first of the twenty.
    expect(said()[1]).toMatch(/e mais 6 linhas/);
    await bench.clock.advance(3_600_000);
    expect(said()).toHaveLength(2);
  });

  it("that had no room are told as a number at the stop", async () => {
    for (let n = 0; n < 25; n += 1)
      room.report("error", "robot.report.failed", { command: `c${n}`, what: "E" });
    const stopped = room.stop();
    await bench.clock.advance(0);
    await stopped;
    expect(said().join("\n")).toMatch(/e mais 7 linhas/);
  });

  it("below the level of the room are not said", async () => {
    await job?.stop();
    await bench.close();
    await open("error");
    room.report("warn", "robot-log.stopped");
    await bench.clock.advance(60_000);
    expect(said()).toEqual([]);
  });

  it("are said before the stop", async () => {
    await room.stop();
    expect(said().join()).toContain("O MateBot parou.");
  });
});

describe("the summary of the day", () => {
  it("comes at its time with what happened since the last one, restarts or not", async () => {
    for (let n = 0; n < 3; n += 1) room.count("carried");
    await room.stop();
    await job?.stop();
    await begin();
    room.count("carried");
    await untilSaid("4 mensagens atravessaram por 0 ponte;");
    await untilSaid("0 mensagem atravessou por 0 ponte;");
  });

  it("knows after a crash what happened until the last minute", async () => {
    for (let n = 0; n < 3; n += 1) room.count("carried");
    await bench.clock.advance(60_000);
    // What is written begins at the turn of the clock and ends some turns of the loop later.
    await bench.store.transaction(async () => {});
    await job?.stop();
    await begin();
    room.count("carried");
    await untilSaid("4 mensagens atravessaram por 0 ponte;");
  });

  it("finds its hour on the wall", () => {
    const at = new Date(2026, 4, 1, 8, 30).getTime();
    expect(msUntil("09:00", at)).toBe(1_800_000);
    expect(msUntil("08:30", at)).toBe(24 * 3_600_000);
  });
});

it("knows its own room, so that nothing about it is reported", () => {
  expect(room.isOwn({ ...group, thread: "5" })).toBe(true);
  expect(room.isOwn({ ...group, id: "-2" })).toBe(false);
});

it("says where the reports go and tries it; nothing without a room", async () => {
  const [command] = room.area.commands ?? [];
  if (!command) throw new Error("no command");
  const answer = await bench.command(command, {}, { role: "owner" });
  expect(wordsOf(answer)).toContain("09:00");
  expect(answer.also).toHaveLength(1);
  const none = createLogRoom({ ...bench.world.config, logRoom: undefined } as never);
  none.report("error", "robot-log.stopped");
  await none.stop();
  expect(bench.said).toEqual([]);
});
