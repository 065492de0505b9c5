// Row "latency": how long a message takes from one simulator to the other at 5 messages a second, each way.

import { type Side, sides } from "./rooms.ts";
import { head, percentile, ratios, report } from "./stats.ts";
import { openWorld, type Rig } from "./world.ts";

const perSecond = 5;

/** Prints the percentiles of both bridges; their messages alternate, so that the machine's moods meet both. */
export async function measureLatency(quick: boolean): Promise<void> {
  const [repetitions, seconds] = quick ? [1, 20] : [3, 40];
  const world = await openWorld();
  try {
    const real = await world.start("real", 1);
    const none = await world.start("null", 1);
    for (const from of sides) {
      await sayAlternately([real, none], from, 3);
      const rounds: { readonly real: readonly number[]; readonly none: readonly number[] }[] = [];
      for (let i = 0; i < repetitions; i += 1) {
        const [reals = [], nulls = []] = await sayAlternately([real, none], from, seconds);
        rounds.push({ real: reals, none: nulls });
      }
      head(`said on ${from}, ${perSecond}/s, ${rounds.length} x ${rounds[0]?.real.length} messages`);
      for (const [name, share, limit] of [
        ["p50", 0.5, 2],
        ["p99", 0.99, 3],
      ] as const) {
        const reals = rounds.map((round) => percentile(round.real, share));
        const nulls = rounds.map((round) => percentile(round.none, share));
        report(`  ${name}`, reals, "ms");
        report(`  ${name} of the null bridge`, nulls, "ms");
        report(`  ${name}, relative`, ratios(reals, nulls), "x", { limit, kind: "at most" });
      }
    }
  } finally {
    await world.close();
  }
}

/** Milliseconds from said to appeared, per rig. @throws when a message is missing */
async function sayAlternately(
  rigs: readonly Rig[],
  from: Side,
  seconds: number,
): Promise<readonly (readonly number[])[]> {
  const count = seconds * perSecond;
  const saidAt = rigs.map((): number[] => []);
  const tookMs = rigs.map((): number[] => []);
  const unlisten = rigs.map((rig, i) =>
    rig.onCrossing(({ number, at }) => tookMs[i]?.push(at - (saidAt[i]?.[number] ?? Number.NaN))),
  );
  const start = performance.now();
  for (let number = 0; number < count; number += 1) {
    for (const [i, rig] of rigs.entries()) {
      const due = start + ((number + i / rigs.length) * 1_000) / perSecond;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, due - performance.now())));
      (saidAt[i] ?? [])[number] = performance.now();
      rig.say(from, 0, number);
    }
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  for (const stop of unlisten) stop();
  for (const [i, list] of tookMs.entries()) {
    if (list.length !== count)
      throw new Error(`${rigs[i]?.kind}: ${list.length} of ${count} messages crossed`);
  }
  return tookMs;
}
