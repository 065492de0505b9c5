// Row "limits-500": 500 messages at once in one chat, at a platform that takes 20 to 120 ms for a call and has no limits.

import { otherSide, reportCalls } from "./load-limits.ts";
import { sides } from "./rooms.ts";
import { head, report } from "./stats.ts";
import { type Heard, hold } from "./talk.ts";
import { lifelike, openWorld } from "./world.ts";

const count = 500;

/** With the budgets of the default, and with an account that is told there are no limits. */
export async function measure500(quick: boolean): Promise<void> {
  const repetitions = quick ? 1 : 3;
  const world = await openWorld({ latency: lifelike });
  try {
    for (const limits of ["auto", "none"] as const) {
      const rig = await world.start("real", repetitions + 1, { limits, people: 4 });
      for (const from of sides) {
        // What is measured is machine code, not its making.
        await hold(rig, [{ from, room: repetitions, count: 3, everyMs: 0 }]);
        const all: Heard[] = [];
        for (let room = 0; room < repetitions; room += 1) {
          all.push(...(await hold(rig, [{ from, room, count, everyMs: 0 }])));
        }
        head(`${count} at once to ${otherSide[from]}, limits: ${limits}: all arrived once and in order`);
        for (const heard of all.slice(0, 1)) reportCalls(heard);
        const lastMs = all.map(({ lagsMs }) => Math.max(...lagsMs));
        report(
          "  until the last appeared",
          lastMs.map((ms) => ms / 1000),
          "s",
          { limit: 5, kind: "at most" },
        );
      }
      await rig.stop();
    }
  } finally {
    await world.close();
  }
}
