// What the service manager is told and when, on a clock turned by hand; that the real program says it is in test/deploy.

import { describe, expect, it } from "vitest";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { createServiceNotifier } from "./notify.ts";

const ENV = { NOTIFY_SOCKET: "/run/systemd/notify", WATCHDOG_USEC: "60000000", WATCHDOG_PID: "42" };

interface Given {
  readonly env?: NodeJS.ProcessEnv;
  readonly alive?: () => Promise<boolean>;
  readonly run?: (assignments: readonly string[]) => Promise<void>;
}

function open({ env = ENV, alive = async () => true, run }: Given = {}) {
  const clock = new ManualClock();
  const said: string[] = [];
  const warnings: string[] = [];
  const ignore = () => {};
  const log = {
    debug: ignore,
    info: ignore,
    error: ignore,
    warn: (_: object, message: string) => void warnings.push(message),
  };
  const speak = async (assignments: readonly string[]) => void said.push(assignments.join(" "));
  const notifier = createServiceNotifier({ env, clock, log, alive, run: run ?? speak, pid: 42 });
  return { clock, said, warnings, notifier };
}

describe("the service manager", () => {
  it("hears of the start, and then that all is well at half of what it allows", async () => {
    const { clock, said, notifier } = open();
    await clock.advance(60_000);
    expect(said).toEqual([]);
    notifier.ready("2 contas");
    await clock.advance(29_999);
    expect(said).toEqual(["READY=1 STATUS=2 contas"]);
    await clock.advance(60_001);
    expect(said.slice(1)).toEqual(["WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"]);
  });

  it("hears of the stop, and nothing afterwards", async () => {
    const { clock, said, notifier } = open();
    notifier.ready("pronto");
    notifier.stopping("parando");
    notifier.stopping();
    notifier.ready("de novo");
    await notifier.close();
    expect(clock.pending).toBe(0);
    expect(said).toEqual(["READY=1 STATUS=pronto", "STOPPING=1 STATUS=parando"]);
  });

  it("gets a status of one line, which can say nothing else", async () => {
    const { said, notifier } = open();
    notifier.ready("Olá\nMAINPID=1\r\n ");
    await notifier.close();
    expect(said).toEqual(["READY=1 STATUS=Olá MAINPID=1"]);
  });

  it("gets what is said in order, however long it takes to say", async () => {
    const first = Promise.withResolvers<void>();
    const said: string[] = [];
    const { notifier } = open({
      run: async (assignments) => {
        said.push(assignments[0] ?? "");
        if (said.length === 1) await first.promise;
      },
    });
    notifier.ready("pronto");
    notifier.stopping();
    const closed = notifier.close();
    await Promise.resolve();
    expect(said).toEqual(["READY=1"]);
    first.resolve();
    await closed;
    expect(said).toEqual(["READY=1", "STOPPING=1"]);
  });

  it("that cannot be told is logged once, and holds nothing up", async () => {
    const { clock, warnings, notifier } = open({ run: () => Promise.reject(new Error("ENOENT")) });
    notifier.ready("pronto");
    await clock.advance(120_000);
    notifier.stopping();
    await notifier.close();
    expect(warnings).toEqual(["the service manager could not be told"]);
  });

  it("is told nothing where there is none", async () => {
    const { clock, said, notifier } = open({ env: { WATCHDOG_USEC: "1000" } });
    notifier.ready("pronto");
    await clock.advance(10_000);
    notifier.stopping();
    await notifier.close();
    expect(said).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

describe("the watchdog", () => {
  it.each([
    ["is not well", async () => false],
    ["fails", () => Promise.reject(new Error("the disk is gone"))],
    ["never answers", () => new Promise<boolean>(() => {})],
  ])("goes hungry while the process %s", async (_, alive) => {
    const { clock, said, notifier } = open({ alive });
    notifier.ready("pronto");
    await clock.advance(120_000);
    expect(said).toEqual(["READY=1 STATUS=pronto"]);
  });

  it("is fed again when the process is well again", async () => {
    let well = false;
    const { clock, said, warnings, notifier } = open({ alive: async () => well });
    notifier.ready("pronto");
    await clock.advance(30_000);
    well = true;
    await clock.advance(30_000);
    expect(said.slice(1)).toEqual(["WATCHDOG=1"]);
    expect(warnings).toHaveLength(1);
  });

  it("is not fed by an answer that comes after the stop", async () => {
    const answer = Promise.withResolvers<boolean>();
    const { clock, said, notifier } = open({ alive: () => answer.promise });
    notifier.ready("pronto");
    await clock.advance(30_000);
    notifier.stopping();
    answer.resolve(true);
    await clock.advance(0);
    await notifier.close();
    expect(said).toEqual(["READY=1 STATUS=pronto", "STOPPING=1"]);
  });

  it.each([
    ["of another process", { ...ENV, WATCHDOG_PID: "43" }],
    ["that is off", { NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "0" }],
    ["that was never asked for", { NOTIFY_SOCKET: "/run/x" }],
    ["whose time is no number", { NOTIFY_SOCKET: "/run/x", WATCHDOG_USEC: "soon" }],
  ])("%s is not fed", async (_, env) => {
    const { clock, said, notifier } = open({ env });
    notifier.ready("pronto");
    await clock.advance(600_000);
    expect(said).toEqual(["READY=1 STATUS=pronto"]);
    expect(clock.pending).toBe(0);
  });
});
