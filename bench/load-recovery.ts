// Row "recovery": kill -9 while 10,000 deliveries wait; how soon a new process sends the first of them, and the last.

import { setTimeout as sleep } from "node:timers/promises";
import { Agent, request } from "undici";
import { otherSide } from "./load-limits.ts";
import { type Side, sides } from "./rooms.ts";
import { head, report } from "./stats.ts";
import { Ear, hold } from "./talk.ts";
import { openWorld, type Rig, type World } from "./world.ts";

const megabyte = 1024 * 1024;
const spreads = [1, 100];
/** The new process must show something within this time. */
const patienceMs = 60_000;

/** In one chat and spread over 100, each way. */
export async function measureRecovery(quick: boolean): Promise<void> {
  const total = quick ? 2_000 : 10_000;
  for (const from of sides) {
    for (const spread of spreads) {
      const world = await openWorld();
      try {
        const rig = await world.start("real", spread);
        await recover(world, rig, { from, spread, each: total / spread });
      } finally {
        await world.close();
      }
    }
  }
}

interface Backlog {
  readonly from: Side;
  readonly spread: number;
  readonly each: number;
}

async function recover(world: World, rig: Rig, { from, spread, each }: Backlog): Promise<void> {
  // A chat in which something was carried before, as it is in life: what is in doubt is looked for from there on.
  await hold(
    rig,
    Array.from({ length: spread }, (_, room) => ({ from, room, count: 1, everyMs: 0 })),
  );
  const ears = Array.from({ length: spread }, (_, room) => new Ear({ from, room, count: each, everyMs: 0 }));
  const crossings: number[] = [];
  const unlisten = rig.onCrossing((crossing) => {
    if (crossing.from !== from) return;
    ears[crossing.room]?.hear(crossing);
    crossings.push(crossing.at);
  });
  try {
    await pileUp(world, rig, { from, spread, each });
    await rig.bridge.kill();
    world[from === "telegram" ? "discord" : "telegram"].faults.clear();
    const before = crossings.length;
    const start = performance.now();
    await rig.restart();
    const ready = performance.now();
    await until(
      () => ears.every(({ complete }) => complete),
      () => crossings.at(-1) ?? ready,
    );
    const usage = await rig.bridge.usage();
    for (const { fault } of ears) if (fault !== undefined) throw new Error(fault);
    const waiting = each * spread - before;
    const seconds = (at: number | undefined) => [((at ?? Number.NaN) - start) / 1000];
    head(
      `${waiting} wait in ${spread} chat${spread > 1 ? "s" : ""}, to ${otherSide[from]}: all arrived once and in order`,
    );
    report("  from the start of the process to the first message", seconds(crossings[before]), "s");
    report("  to the last", seconds(crossings.at(-1)), "s");
    report("  messages that carried them", [ears.reduce((sum, { calls }) => sum + calls, 0)], "");
    report("  greatest resident memory", [usage.peakRssBytes / megabyte], "MiB");
  } finally {
    unlisten();
  }
}

/** The destination takes what it is given and does not answer, so that one call of each lane is in doubt at the kill. */
async function pileUp(world: World, rig: Rig, { from, spread, each }: Backlog): Promise<void> {
  const destination = world[from === "telegram" ? "discord" : "telegram"];
  const match = ({ method, path }: { readonly method: string; readonly path: string }) =>
    method === "POST" && /\/webhooks\/\d+\/|\/sendMessage$/.test(path);
  destination.faults.add({ match, chance: 1, fault: { kind: "slow", ms: 3_600_000 } });
  for (let number = 0; number < each; number += 1) {
    for (let room = 0; room < spread; room += 1) rig.say(from, room, number);
    if (number % 50 === 0) await sleep(1);
  }
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  for (let waiting = 0; waiting < each * spread; ) {
    await sleep(200);
    const answer = await request(`${rig.publicUrl}/health`, { dispatcher });
    waiting = ((await answer.body.json()) as { readonly waiting: number }).waiting;
  }
  await dispatcher.close();
}

async function until(isDone: () => boolean, lastAt: () => number): Promise<void> {
  while (!isDone()) {
    if (performance.now() - lastAt() > patienceMs) throw new Error("messages are missing");
    await sleep(20);
  }
}
