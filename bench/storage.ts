// Measures the store alone, on a file (and on PostgreSQL when it is installed): node bench/storage.ts [seconds]

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Store } from "../src/bridge/store-port.ts";
import { openStore } from "../src/storage/open.ts";
import { findPostgres, startPostgres } from "../test/support/postgres.ts";
import { call, channel, created, group, message, raw } from "../test/support/store-samples.ts";

const seconds = Number(process.argv[2] ?? 2);
const words = "Bom dia a todos! ".repeat(12);
const body = JSON.stringify({
  update_id: 1,
  message: { message_id: 1, text: words, from: { id: 1 }, chat: { id: -100 } },
});
let serial = 0;

const folder = mkdtempSync(join(tmpdir(), "matebot-bench-"));
await measure("SQLite in memory (no disk: what the queries cost)", "sqlite::memory:");
await measure("SQLite in a file", `sqlite:${join(folder, "bench.db")}`);
rmSync(folder, { recursive: true });
if (findPostgres() === undefined) console.log("PostgreSQL: skipped, it is not installed");
else {
  const server = await startPostgres({ fsync: true });
  await measure("PostgreSQL on this machine", await server.createDatabase());
  await server.stop();
}

async function measure(name: string, url: string): Promise<void> {
  const store = await openStore(url);
  console.log(`\n${name}`);
  await rate("updates/s, one by one", 1, () => take(store));
  await rate("updates/s, 10 at a time", 10, () => together(10, () => take(store)));
  await rate("updates/s, 100 at a time", 100, () => together(100, () => take(store)));
  await rate("updates/s, 100 in one work", 100, () => take(store, 100));
  await clear(store);
  await rate("lane steps/s, one lane", 1, () => step(store, 0));
  await rate("lane steps/s, 10 lanes", 10, () => together(10, (lane) => step(store, lane)));
  await store.close();
}

/** What an update costs before it is acknowledged. */
function take(store: Store, count = 1): Promise<void> {
  const raws = Array.from({ length: count }, () => raw(`${serial++}`, { body }));
  return store.transaction(async (tx) => {
    const fresh = await tx.journal.insert(raws);
    await tx.outbox.append(
      fresh.map(({ key }) => ({ event: created(message(group, key), words), to: channel })),
    );
  });
}

/** What a message costs in its lane: it is appended, then sent in two transactions. */
async function step(store: Store, lane: number): Promise<void> {
  const to = { ...channel, id: `${lane}` };
  const source = message(group, `${serial++}`);
  await store.transaction((tx) => tx.outbox.append([{ event: created(source, words), to }]));
  const id = await store.transaction(async (tx) => {
    const [head] = await tx.outbox.front(to, 1);
    if (head === undefined) throw new Error("the lane is empty");
    await tx.outbox.freeze(head.id, [{ ...call(0), source }], { at: 1 });
    return head.id;
  });
  await store.transaction(async (tx) => {
    await tx.map.record([
      { source, copy: message(to, `${serial++}`), part: 0, hash: "hash", via: "1", at: 1 },
    ]);
    await tx.outbox.finish(id);
  });
}

async function clear(store: Store): Promise<void> {
  await store.transaction(async (tx) => {
    for (const { id } of await tx.outbox.front(channel, 1_000_000)) await tx.outbox.finish(id);
  });
}

async function together(count: number, work: (i: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, i) => work(i)));
}

async function rate(name: string, each: number, work: () => Promise<void>): Promise<void> {
  for (let warm = 0; warm < 20; warm += 1) await work();
  const cpu = process.cpuUsage();
  const start = performance.now();
  let done = 0;
  while (performance.now() - start < seconds * 1_000) {
    await work();
    done += each;
  }
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(cpu);
  const perSecond = Math.round((done / ms) * 1_000).toLocaleString("en");
  const figures = [
    `${perSecond.padStart(9)}/s`,
    `${(ms / done).toFixed(3)} ms`,
    `${Math.round((user + system) / done)} µs CPU`,
  ];
  console.log(`  ${name.padEnd(28)} ${figures.join("   ")}`);
}
