// Row "burst": many messages at once, in one chat and in ten; order and completeness are checked before anything counts.

import { type Side, sides } from "./rooms.ts";
import { head, ratios, report } from "./stats.ts";
import { openWorld, type Rig } from "./world.ts";

const rooms = 10;
/** A bridge that sends nothing for this long has lost a message. */
const silenceMs = 20_000;

interface Burst {
  readonly perSecond: number;
  readonly cpuUs: number;
  /** Messages sent for one original; less than 1 when some came joined. */
  readonly callsEach: number;
}

/** Prints messages per second and CPU per message, beside the null bridge's. */
export async function measureBurst(quick: boolean): Promise<void> {
  const size = quick ? 500 : 2000;
  const repetitions = quick ? 3 : 5;
  const world = await openWorld();
  try {
    const real = await world.start("real", rooms);
    const none = await world.start("null", rooms);
    for (const from of sides) {
      for (const spread of [1, rooms]) {
        // What is measured is machine code, not its making.
        for (const rig of [real, none, real, none]) await burst(rig, from, spread, size / spread);
        const [reals, nulls]: [Burst[], Burst[]] = [[], []];
        for (let i = 0; i < repetitions; i += 1) {
          reals.push(await burst(real, from, spread, size / spread));
          nulls.push(await burst(none, from, spread, size / spread));
        }
        tell(
          `${size / spread} messages x ${spread} chat${spread > 1 ? "s" : ""} said on ${from}`,
          reals,
          nulls,
        );
      }
    }
  } finally {
    await world.close();
  }
}

function tell(name: string, reals: readonly Burst[], nulls: readonly Burst[]): void {
  const [realCpu, nullCpu] = [reals.map(({ cpuUs }) => cpuUs), nulls.map(({ cpuUs }) => cpuUs)];
  const [realPace, nullPace] = [
    reals.map(({ perSecond }) => perSecond),
    nulls.map(({ perSecond }) => perSecond),
  ];
  head(`${name}: all arrived once and in order`);
  report("  messages/s", realPace, "/s");
  report("  messages/s of the null bridge", nullPace, "/s");
  report("  pace, relative", ratios(realPace, nullPace), "x");
  report(
    "  messages that carried one original",
    reals.map(({ callsEach }) => callsEach),
    "x",
  );
  report("  CPU per message", realCpu, "µs");
  report("  CPU per message of the null bridge", nullCpu, "µs");
  report("  CPU, relative", ratios(realCpu, nullCpu), "x", { limit: 2, kind: "at most" });
}

/** Says `each` messages in each of the first `spread` rooms and waits for all of them. @throws when one is lost, doubled or out of order */
async function burst(rig: Rig, from: Side, spread: number, each: number): Promise<Burst> {
  const next = Array.from({ length: spread }, () => 0);
  const done = Promise.withResolvers<void>();
  let missing = each * spread;
  let calls = 0;
  let lastAt = performance.now();
  const unlisten = rig.onCrossing(({ room, number, at, ...crossing }) => {
    if (crossing.from !== from) return;
    if (number !== next[room])
      done.reject(new Error(`${rig.kind}: ${number} came instead of ${next[room]} in room ${room}`));
    next[room] = number + 1;
    lastAt = at;
    calls += 1 / crossing.joined;
    missing -= 1;
    if (missing === 0) done.resolve();
  });
  const watchdog = setInterval(() => {
    if (performance.now() - lastAt > silenceMs)
      done.reject(new Error(`${rig.kind}: ${missing} messages are missing`));
  }, 1_000);
  try {
    const before = await rig.bridge.usage();
    const start = performance.now();
    for (let number = 0; number < each; number += 1) {
      for (let room = 0; room < spread; room += 1) rig.say(from, room, number);
    }
    await done.promise;
    const after = await rig.bridge.usage();
    const count = each * spread;
    return {
      perSecond: (count / (lastAt - start)) * 1_000,
      cpuUs: (after.cpuUs - before.cpuUs) / count,
      callsEach: calls / count,
    };
  } finally {
    clearInterval(watchdog);
    unlisten();
  }
}
