// The app in a process of its own, on a clock that leaps: node bench/hour-app.ts <matebot.yaml>; `load-hour.ts` forks it.

import { startApp } from "../src/app.ts";
import { loadConfig } from "../src/config.ts";
import { createLog } from "../src/log.ts";
import { platforms } from "../src/platforms/index.ts";
import { loadTexts } from "../src/texts.ts";
import { ruleLibraries, StoryTime } from "../test/chaos/story-time.ts";
import { type Calm, calm, type Memory, type Order } from "./lockstep.ts";

const [configFile = "", startMs] = process.argv.slice(2);
const time = new StoryTime(Number(startMs));
ruleLibraries(time, Math.random);
const config = loadConfig(configFile, process.env, platforms);
const log = createLog({ destination: process.stderr, secrets: config.secrets });

let started = false;
process.on("message", (order: Order) => void obey(order));
process.on("disconnect", () => process.exit());
await startApp({
  config,
  log,
  texts: loadTexts(config.language),
  addSecret: log.addSecret,
  // A system's timers know no fractions either.
  clock: {
    now: () => time.appClock.now(),
    after: (ms, work) => time.appClock.after(Math.ceil(ms), work),
  },
});
started = true;

async function obey(order: Order): Promise<void> {
  if (order.order === "calm") {
    const wasBusy = await calm();
    const { nextInMs } = time.clock;
    answer({ wasBusy, started, ...(nextInMs !== undefined && { nextInMs }) });
  } else if (order.order === "advance") {
    await time.clock.advance(order.ms);
    answer({});
  } else {
    for (let i = 0; i < 3; i += 1) {
      globalThis.gc?.();
      await calm();
    }
    const { heapUsed, rss } = process.memoryUsage();
    answer({ heapBytes: heapUsed, rssBytes: rss });
  }
}

function answer(what: Calm | Memory | object): void {
  process.send?.(what);
}
