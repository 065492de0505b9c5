// Row "limits-quiet": what people in quiet chats notice of one beside them that waits for its limit.

import { refusals } from "./load-limits.ts";
import { sides } from "./rooms.ts";
import { head, percentile, report } from "./stats.ts";
import { type Heard, hold, type Talk } from "./talk.ts";
import { lifelike, openWorld } from "./world.ts";

const loud = 0;
const quietRooms = Array.from({ length: 24 }, (_, i) => i + 1);
const everyMs = 8_000;
/** From each side of each quiet room, in each round. */
const count = 3;
/** So long the loud room has talked when the quiet ones begin. */
const aheadMs = 10_000;

/** The quiet rooms alone and beside the loud one, by turns, in one process. */
export async function measureQuiet(quick: boolean): Promise<void> {
  const rounds = quick ? 1 : 3;
  const world = await openWorld({ limits: true, latency: lifelike });
  try {
    const rig = await world.start("real", quietRooms.length + 1, { limits: "auto", people: 4 });
    // The rooms' webhooks are made, and the machine code.
    await hold(rig, quietTalks(1, 0));
    const [alone, beside, waited]: [number[], number[], number[]] = [[], [], []];
    for (let i = 0; i < rounds; i += 1) {
      alone.push(...lagsOf(await hold(rig, quietTalks(count, 0))));
      const heard = await hold(rig, [...loudTalks(), ...quietTalks(count, aheadMs)]);
      beside.push(...lagsOf(heard.filter(({ room }) => room !== loud)));
      waited.push(...lagsOf(heard.filter(({ room }) => room === loud)));
    }
    head(`${quietRooms.length} quiet chats, a message each way every ${everyMs / 1000} s`);
    console.log(`    requests that were refused with 429: ${refusals(world)}`);
    console.log(`    ${alone.length} messages alone, as many beside the loud chat`);
    report("  lag in the loud chat, p50", [percentile(waited, 0.5)], "ms");
    for (const [name, share] of [
      ["p50", 0.5],
      ["p99", 0.99],
    ] as const) {
      const [without, with_] = [percentile(alone, share), percentile(beside, share)];
      report(`  ${name} alone`, [without], "ms");
      report(`  ${name} beside the loud chat`, [with_], "ms");
      report(`  ${name}, relative`, [with_ / without], "x", { limit: 1.2, kind: "at most" });
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
function loudTalks(): readonly Talk[] {
  const lastsMs = aheadMs + count * everyMs;
  return sides.map((from) => ({ from, room: loud, count: lastsMs / 200, everyMs: 200 }));
}

function lagsOf(heard: readonly Heard[]): number[] {
  return heard.flatMap(({ lagsMs }) => lagsMs);
}
