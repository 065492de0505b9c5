// The real systemd-notify says to a real datagram socket what the notifier has it say.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { createServiceNotifier } from "../../src/service/notify.ts";
import { needs } from "../support/needs.ts";
import { runProgram } from "../support/program.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

const there = ["systemd-notify", "python3"].every((program) => !spawnSync(program, ["--version"]).error);

let folder = "";
let manager: ChildProcess | undefined;
let heard: string[] = [];
const warnings: object[] = [];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "matebot-notify-"));
  heard = [];
  warnings.length = 0;
});
let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
  manager?.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

async function listen(socket: string): Promise<void> {
  const script = join(import.meta.dirname, "notify-socket.py");
  const child = spawn("python3", [script, socket], { stdio: ["ignore", "pipe", "inherit"] });
  manager = child;
  createInterface(child.stdout).on("line", (line) => heard.push(JSON.parse(line)));
  await eventually(() => heard.shift() === "listening");
}

function open(socket: string, clock = new ManualClock()) {
  const ignore = () => {};
  const log = { debug: ignore, info: ignore, error: ignore, warn: (fields: object) => warnings.push(fields) };
  const env = { PATH: process.env.PATH, NOTIFY_SOCKET: socket, WATCHDOG_USEC: "20000000" };
  return { clock, notifier: createServiceNotifier({ env, clock, log, alive: async () => true }) };
}

/** Without the barriers, which only systemd-notify itself asks for. */
const said = () => heard.filter((text) => !text.startsWith("BARRIER="));

describe("a service manager", () => {
  needs(
    there,
    "no service manager to talk to: systemd-notify or python3 is missing (apt install systemd python3)",
  );

  it("reads the life of a service from its socket", async () => {
    const socket = join(folder, "notify");
    await listen(socket);
    const { clock, notifier } = open(socket);
    notifier.ready("Duas contas, uma ponte: tudo certo");
    await eventually(() => said().length === 1);
    await clock.advance(10_000);
    await eventually(() => said().length === 2);
    notifier.stopping("parando");
    await notifier.close();
    await eventually(() => said().length === 3);
    expect(said().map((text) => text.trimEnd().split("\n"))).toEqual([
      ["READY=1", "STATUS=Duas contas, uma ponte: tudo certo"],
      ["WATCHDOG=1"],
      ["STOPPING=1", "STATUS=parando"],
    ]);
    expect(warnings).toEqual([]);
  });

  it("hears from the real program when it has started and when it stops", async () => {
    const socket = join(folder, "notify");
    await listen(socket);
    world = await makeWorld({ updates: "polling" });
    const env = { NOTIFY_SOCKET: socket, WATCHDOG_USEC: "1000000" };
    const program = runProgram(["run", "--config", world.configFile], env);
    try {
      await eventually(() => said().some((text) => text.startsWith("WATCHDOG=1")), 20_000);
      program.signal("SIGTERM");
      expect(await program.ended).toBe(0);
    } finally {
      program.signal("SIGKILL");
    }
    await eventually(() => said().at(-1)?.startsWith("STOPPING=1"));
    const words = said().map((text) => text.split("\n")[0]);
    expect(words[0]).toBe("READY=1");
    expect(new Set(words.slice(1, -1))).toEqual(new Set(["WATCHDOG=1"]));
    expect(program.stderr()).not.toContain("service manager");
  });

  it("that is gone is a warning", async () => {
    const { notifier } = open(join(folder, "nobody"));
    notifier.ready("pronto");
    await notifier.close();
    expect(warnings).toHaveLength(1);
  });
});
