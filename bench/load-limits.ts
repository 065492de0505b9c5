// Rows "limits-100" and "limits-600": talk that is faster than the platforms' limits, with the limits and lifelike calls.

import type { DiscordSandbox } from "../src/sandbox/discord/sandbox.ts";
import type { TelegramSandbox } from "../src/sandbox/telegram/index.ts";
import { type Side, sides } from "./rooms.ts";
import { head, percentile, report } from "./stats.ts";
import { type Heard, hold, type Talk } from "./talk.ts";
import { lifelike, openWorld } from "./world.ts";

export const otherSide: Readonly<Record<Side, string>> = { telegram: "Discord", discord: "Telegram" };

/** 100 messages in 20 seconds, first the one way, then the other. */
export async function measure100(): Promise<void> {
  for (const from of [...sides].reverse()) {
    const [heard] = await talkUnderLimits([{ from, room: 0, count: 100, everyMs: 200 }]);
    if (!heard) continue;
    head(`100 messages in 20 s to ${otherSide[from]}: all arrived once and in order`);
    reportCalls(heard);
    reportLags(heard.lagsMs);
    const last = heard.lagsMs.at(-1) ?? Number.NaN;
    report("  lag of the last", [last / 1000], "s", { limit: 15, kind: "at most" });
  }
}

const sliceMs = 20_000;

/** 600 messages in 2 minutes each way, both at once. */
export async function measure600(): Promise<void> {
  const talks = sides.map((from): Talk => ({ from, room: 0, count: 600, everyMs: 200 }));
  for (const heard of await talkUnderLimits(talks)) {
    head(`600 messages in 2 min to ${otherSide[heard.from]}: all arrived once and in order`);
    reportCalls(heard);
    reportLags(heard.lagsMs);
    const greatest = greatestBySlice(heard, sliceMs).map((ms) => ms / 1000);
    console.log(`    greatest lag of each 20 s, s: ${greatest.map((s) => s.toFixed(1)).join("  ")}`);
    const late = Math.max(...greatest.slice(-2));
    const early = Math.max(...greatest.slice(-4, -2));
    report("  greatest lag of the last 20 s", [greatest.at(-1) ?? Number.NaN], "s", {
      limit: 20,
      kind: "at most",
    });
    report("  growth, last 40 s to the 40 s before", [late / early], "x", { limit: 1.2, kind: "at most" });
  }
}

async function talkUnderLimits(talks: readonly Talk[]): Promise<readonly Heard[]> {
  const world = await openWorld({ limits: true, latency: lifelike });
  try {
    const rig = await world.start("real", 1, { limits: "auto", people: 4 });
    const heard = await hold(rig, talks);
    console.log(`  requests that were refused with 429: ${refusals(world)}`);
    return heard;
  } finally {
    await world.close();
  }
}

/** How often a platform had to say that its limit is reached. */
export function refusals({
  telegram,
  discord,
}: {
  readonly telegram: TelegramSandbox;
  readonly discord: DiscordSandbox;
}) {
  return [...telegram.requests, ...discord.requests].filter(({ status }) => status === 429).length;
}

export function reportCalls({ count, calls }: Heard): void {
  report("  messages that carried them", [calls], "");
  report("  originals in each, on average", [count / calls], "x");
}

function reportLags(lagsMs: readonly number[]): void {
  report("  lag, p50", [percentile(lagsMs, 0.5) / 1000], "s");
  report("  lag, greatest", [Math.max(...lagsMs) / 1000], "s");
}

/** By the time when a message was said. */
function greatestBySlice({ lagsMs, everyMs }: Heard, ofMs: number): readonly number[] {
  const each = ofMs / everyMs;
  const slices = Math.ceil(lagsMs.length / each);
  return Array.from({ length: slices }, (_, i) => Math.max(...lagsMs.slice(i * each, (i + 1) * each)));
}
