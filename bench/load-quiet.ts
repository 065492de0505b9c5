// Row "limits-quiet": what people in quiet chats notice of one beside them that waits for its limit.

import { refusals } from "./load-limits.ts";
import { sides } from "./rooms.ts";
import { head, percentile, ratios, report } from "./stats.ts";
import { type Heard, hold, type Talk } from "./talk.ts";
import { lifelike, openWorld } from "./world.ts";

const loud = 0;
const quietRooms = [1, 2, 3, 4, 5, 6, 7, 8];
const everyMs = 8_000;
/** So long the loud room has talked when the quiet ones begin. */
const aheadMs = 10_000;

/** The quiet rooms alone and beside the loud one, by turns, in one process. */
export async function measureQuiet(quick: boolean): Promise<void> {
  const [rounds, count] = quick ? [1, 3] : [2, 6];
  const world = await openWorld({ limits: true, latency: lifelike });
  try {
    const rig = await world.start("real", quietRooms.length + 1, { limits: "auto", people: 4 });
    // The rooms' webhooks are made, and the machine code.
    await hold(rig, quietTalks(1, 0));
    const alone: number[][] = [];
    const beside: number[][] = [];
    const waited: number[] = [];
    for (let i = 0; i < rounds; i += 1) {
      alone.push(lagsOf(await hold(rig, quietTalks(count, 0))));
      const heard = await hold(rig, [...loudTalks(count), ...quietTalks(count, aheadMs)]);
      beside.push(lagsOf(heard.filter(({ room }) => room !== loud)));
      waited.push(...heard.filter(({ room }) => room === loud).map(({ lagsMs }) => percentile(lagsMs, 0.5)));
    }
    head(`${quietRooms.length} quiet chats, a message each way every ${everyMs / 1000} s`);
    console.log(`    requests that were refused with 429: ${refusals(world)}`);
    report("  lag in the loud chat, p50", waited, "ms");
    for (const [name, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const [with_, without] = [beside, alone].map((all) => all.map((lags) => percentile(lags, share)));
      report(`  ${name} alone`, without ?? [], "ms");
      report(`  ${name} beside the loud chat`, with_ ?? [], "ms");
      report(`  ${name}, relative`, ratios(with_ ?? [], without ?? []), "x", { limit: 1.2, kind: "at most" });
    }
  } finally {
    await world.close();
  }
}

/** Spread over the interval, so that no two of them speak at once. */
function quietTalks(count: number, afterMs: number): readonly Talk[] {
  const talks = quietRooms.flatMap((room) => sides.map((from) => ({ from, room, count, everyMs })));
  return talks.map((talk, i) => ({ ...talk, afterMs: afterMs + (i * everyMs) / talks.length }));
}

/** Five messages a second each way, for as long as the quiet ones talk. */
function loudTalks(count: number): readonly Talk[] {
  const lastsMs = aheadMs + count * everyMs;
  return sides.map((from) => ({ from, room: loud, count: lastsMs / 200, everyMs: 200 }));
}

function lagsOf(heard: readonly Heard[]): number[] {
  return heard.flatMap(({ lagsMs }) => lagsMs);
}
