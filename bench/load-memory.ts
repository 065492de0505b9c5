// Row "memory": what the real bridge holds after its start, after 1,000 messages and after 20,000, garbage collected.

import { sides } from "./rooms.ts";
import { head, report } from "./stats.ts";
import { openWorld, type Rig } from "./world.ts";

const megabyte = 1024 * 1024;
/** So many are on their way at once, each way. */
const window = 50;

/** Prints resident memory and the JavaScript heap. */
export async function measureMemory(quick: boolean): Promise<void> {
  const many = quick ? 5_000 : 20_000;
  const world = await openWorld();
  head("one bridge");
  try {
    const rig = await world.start("real", 1);
    const none = await world.start("null", 1);
    const idle = await rig.bridge.collectedUsage();
    const idleNull = await none.bridge.collectedUsage();
    await none.stop();
    await cross(rig, 0, 1_000);
    const early = await rig.bridge.collectedUsage();
    await cross(rig, 1_000, many);
    const late = await rig.bridge.collectedUsage();
    report("idle after the start, resident", [idle.rssBytes / megabyte], "MiB");
    report("  heap in use", [idle.heapBytes / megabyte], "MiB");
    report("  the null bridge, resident", [idleNull.rssBytes / megabyte], "MiB");
    report("after 1,000 messages, resident", [early.rssBytes / megabyte], "MiB");
    report("  heap in use", [early.heapBytes / megabyte], "MiB");
    report(`after ${many} messages, resident`, [late.rssBytes / megabyte], "MiB");
    report("  heap in use", [late.heapBytes / megabyte], "MiB");
    const target = { limit: 1.2, kind: "at most" } as const;
    report("resident, relative", [late.rssBytes / early.rssBytes], "x", target);
    report("heap in use, relative", [late.heapBytes / early.heapBytes], "x", target);
  } finally {
    await world.close();
  }
}

/** Says the messages from `first` to before `end`, half of them on each side, and waits until all have crossed. */
async function cross(rig: Rig, first: number, end: number): Promise<void> {
  await Promise.all(
    sides.map(async (from) => {
      const waiting: (() => void)[] = [];
      const unlisten = rig.onCrossing((crossing) => {
        if (crossing.from === from) waiting.shift()?.();
      });
      let crossings: Promise<void>[] = [];
      for (let number = first / 2; number < end / 2; number += 1) {
        if (crossings.length === window) {
          await Promise.all(crossings);
          crossings = [];
        }
        crossings.push(new Promise((resolve) => waiting.push(resolve)));
        rig.say(from, 0, number);
      }
      await Promise.all(crossings);
      unlisten();
    }),
  );
}
