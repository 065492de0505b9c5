// Tasks on disk are answered once, in the order of each person, through crashes and failing storage.

import { describe, expect, it } from "vitest";
import type { RobotTask, Store } from "../bridge/store-port.ts";
import type { Ask } from "../model/ask.ts";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { openStore } from "../storage/open.ts";
import { createRunner, type Ending } from "./runner.ts";
import { taskOf } from "./task.ts";

const silent = { debug() {}, info() {}, warn() {}, error() {} };

function ask(id: string, person: string): RobotTask {
  const question: Ask = {
    ...{ id, account: "telegram", room: { account: "telegram", id: "-1" }, isPrivate: false, at: 0 },
    by: { kind: "person", name: person, user: { account: "telegram", id: person } },
    can: { forms: false, whispers: false },
    asked: { kind: "command", name: "x", words: "", files: [] },
  };
  return taskOf(id, { kind: "ask", ask: question }, Number(id.replace(/\D/g, "")));
}

async function bench(store?: Store) {
  const clock = new ManualClock(1_000);
  const opened = store ?? (await openStore("sqlite::memory:", { clock }));
  const begun: string[] = [];
  const ended: string[] = [];
  const gaveUp: string[] = [];
  const gates = new Map<string, PromiseWithResolvers<void>>();
  const gate = (id: string) => {
    const known = gates.get(id) ?? Promise.withResolvers<void>();
    gates.set(id, known);
    return known;
  };
  const runner = createRunner({
    ...{ store: opened, clock, log: silent, wakeLane: () => {} },
    async work(_work, { id }, signal): Promise<Ending> {
      begun.push(id);
      const cut = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
      await Promise.race([gate(id).promise, cut]);
      return {
        write: async () => {
          ended.push(id);
          return [];
        },
      };
    },
    gaveUp: (work) => void gaveUp.push(work.kind),
  });
  const add = (...tasks: RobotTask[]) =>
    opened.transaction(async (tx) => {
      for (const task of tasks) await tx.tasks.add(task);
    });
  const left = () => opened.transaction(async (tx) => (await tx.tasks.all(100)).map(({ id }) => id));
  return { clock, store: opened, runner, begun, ended, gaveUp, gate, add, left };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 5_000; turn += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("did not happen");
}

describe("the runner", () => {
  it("answers one question of a person after the other, and those of others meanwhile", async () => {
    const { runner, add, begun, ended, gate, left } = await bench();
    await add(ask("a1", "ana"), ask("a2", "ana"), ask("b3", "bia"));
    runner.wake();
    await until(() => begun.length === 2);
    expect(begun).toEqual(["a1", "b3"]);
    gate("b3").resolve();
    await until(() => ended.includes("b3"));
    expect(begun).toEqual(["a1", "b3"]);
    gate("a1").resolve();
    await until(() => begun.includes("a2"));
    gate("a2").resolve();
    await until(async () => (await left()).length === 0);
    expect(ended).toEqual(["b3", "a1", "a2"]);
    await runner.stop(0);
  });

  it("asks again what a stop cut off, and gives up what ended the process three times", async () => {
    const first = await bench();
    await first.add(ask("a1", "ana"));
    for (let life = 0; life < 3; life += 1) {
      const { runner, begun, clock, left } = await bench(first.store);
      runner.wake();
      await until(() => begun.length === 1);
      const stopped = runner.stop(5);
      await clock.advance(5);
      await stopped;
      expect(await left()).toEqual(["a1"]);
    }
    const { runner, begun, gaveUp, left } = await bench(first.store);
    runner.wake();
    await until(() => gaveUp.length === 1);
    expect(begun).toEqual([]);
    expect(await left()).toEqual([]);
    await runner.stop(0);
  });

  it("goes on when storage refuses for a while", async () => {
    const opened = await openStore("sqlite::memory:", { clock: new ManualClock(0) });
    let refuse = 3;
    const flaky: Store = {
      ...opened,
      transaction: (work) => {
        if (refuse > 0) {
          refuse -= 1;
          return Promise.reject(new Error("the disk is full"));
        }
        return opened.transaction(work);
      },
    };
    const { runner, clock, gate, ended } = await bench(flaky);
    await opened.transaction((tx) => tx.tasks.add(ask("a1", "ana")));
    gate("a1").resolve();
    runner.wake();
    await until(async () => {
      await clock.advance(1_000);
      return ended.length === 1;
    });
    expect(ended).toEqual(["a1"]);
    await runner.stop(0);
  });

  it("answers a task once, even when it is added twice", async () => {
    const { runner, add, ended, gate, left } = await bench();
    await add(ask("a1", "ana"), ask("a1", "ana"));
    gate("a1").resolve();
    runner.wake();
    runner.wake();
    await until(async () => (await left()).length === 0);
    expect(ended).toEqual(["a1"]);
    await runner.stop(0);
  });
});
