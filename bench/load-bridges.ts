// Row "bridges": what a message costs, and the start, when 10, 1,000 and 10,000 bridges are configured.

import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { otherSide } from "./load-limits.ts";
import { type Side, sides } from "./rooms.ts";
import { head, report } from "./stats.ts";
import { openWorld, type Rig } from "./world.ts";

const megabyte = 1024 * 1024;
/** So many are on their way at once: busy, but no lane falls behind. */
const window = 50;
const silenceMs = 60_000;

interface Cost {
  readonly cpuUs: number;
  readonly diskBytes: number;
}

/** The same number of messages, spread over all bridges; the first message of each chat is counted apart. */
export async function measureBridges(quick: boolean): Promise<void> {
  const sizes = quick ? [10, 1_000] : [10, 1_000, 10_000];
  const total = quick ? 2_000 : 10_000;
  const costs: Record<Side, Cost[]> = { telegram: [], discord: [] };
  const grown: number[] = [];
  for (const size of sizes) {
    const world = await openWorld();
    try {
      const rig = await world.start("real", size);
      head(`${size} bridges`);
      report("  start, until it is connected", [rig.started.inMs / 1000], "s");
      report("  requests to Telegram for it", [world.telegram.requests.length], "");
      report("  requests to Discord for it", [world.discord.requests.length], "");
      const idle = await rig.bridge.collectedUsage();
      report("  CPU for it", [rig.started.cpuUs / 1e6], "s");
      report("  idle, resident", [idle.rssBytes / megabyte], "MiB");
      report("  idle, heap in use", [idle.heapBytes / megabyte], "MiB");
      for (const from of sides) {
        const first = await spend(rig, from, size, size);
        report(`  first messages to ${otherSide[from]}, CPU of each`, [first.cpuUs], "µs");
        // As many as the largest size has said by now: machine code is made on the way.
        await spend(rig, from, size, Math.max(...sizes) - size);
        const cost = await spend(rig, from, size, total);
        report(`  ${total} messages to ${otherSide[from]}, CPU of each`, [cost.cpuUs], "µs");
        report("    disk of each", [cost.diskBytes], "bytes");
        costs[from].push(cost);
      }
      const usage = await rig.bridge.collectedUsage();
      grown.push(usage.heapBytes - idle.heapBytes);
      report("  after it, resident", [usage.rssBytes / megabyte], "MiB");
      report("  after it, heap in use", [usage.heapBytes / megabyte], "MiB");
    } finally {
      await world.close();
    }
  }
  compare(sizes, costs, grown);
}

function compare(
  sizes: readonly number[],
  costs: Readonly<Record<Side, readonly Cost[]>>,
  grown: readonly number[],
): void {
  const most = sizes.length - 1;
  head(`${sizes[most]} bridges against ${sizes[0]}`);
  const flat = { limit: 1.2, kind: "at most" } as const;
  for (const from of sides) {
    const [few, many] = [costs[from][0], costs[from][most]];
    if (!few || !many) continue;
    report(`  CPU of a message to ${otherSide[from]}, relative`, [many.cpuUs / few.cpuUs], "x", flat);
    report(
      `  disk of a message to ${otherSide[from]}, relative`,
      [many.diskBytes / few.diskBytes],
      "x",
      flat,
    );
  }
  const perBridge = ((grown[most] ?? 0) - (grown[0] ?? 0)) / ((sizes[most] ?? 0) - (sizes[0] ?? 0));
  report("  heap for each bridge that has talked", [perBridge], "bytes");
}

/** Says `count` messages, one room after the other. @throws when one is lost, doubled or out of order */
async function spend(rig: Rig, from: Side, rooms: number, count: number): Promise<Cost> {
  if (count === 0) return { cpuUs: 0, diskBytes: 0 };
  const next = Array.from({ length: rooms }, () => 0);
  const done = Promise.withResolvers<void>();
  let [said, heard] = [0, 0];
  let lastAt = performance.now();
  const sayNext = () => {
    if (said < count) rig.say(from, said % rooms, Math.floor(said / rooms));
    said += 1;
  };
  const unlisten = rig.onCrossing(({ room, number, at, ...crossing }) => {
    if (crossing.from !== from) return;
    if (number !== next[room])
      done.reject(new Error(`${number} came instead of ${next[room]} in room ${room}`));
    next[room] = number + 1;
    lastAt = at;
    heard += 1;
    if (heard === count) done.resolve();
    // Whoever appears is heard before the next one speaks.
    setImmediate(sayNext);
  });
  const watchdog = setInterval(() => {
    if (performance.now() - lastAt > silenceMs)
      done.reject(new Error(`${count - heard} messages are missing`));
  }, 1_000);
  try {
    const [before, bytesBefore] = [await rig.bridge.usage(), databaseBytes(rig)];
    for (let i = 0; i < window; i += 1) sayNext();
    await done.promise;
    const [after, bytesAfter] = [await rig.bridge.usage(), databaseBytes(rig)];
    return { cpuUs: (after.cpuUs - before.cpuUs) / count, diskBytes: (bytesAfter - bytesBefore) / count };
  } finally {
    clearInterval(watchdog);
    unlisten();
  }
}

/** Pages in use, those that are still in the journal of writes too. */
function databaseBytes({ folder }: Rig): number {
  const database = new DatabaseSync(join(folder, "data", "matebot.db"), { readOnly: true });
  try {
    const one = (pragma: string) =>
      Number(Object.values(database.prepare(`pragma ${pragma}`).get() ?? {})[0]);
    return (one("page_count") - one("freelist_count")) * one("page_size");
  } finally {
    database.close();
  }
}
