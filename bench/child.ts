// The process of one bridge: node bench/child.ts real|null|bare <matebot.yaml>; `bridge-process.ts` forks it.

import { writeFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { type Config, loadConfig } from "../src/config.ts";
import { createLog } from "../src/log.ts";
import { platforms } from "../src/platforms/index.ts";
import { loadTexts } from "../src/texts.ts";
import type { Answer, BridgeKind, Question } from "./bridge-process.ts";

const [kind, configFile = ""] = process.argv.slice(2);

/** Each loads only what it is made of. */
const starters: Readonly<Record<BridgeKind, (config: Config) => Promise<unknown>>> = {
  async real(config) {
    const { startApp } = await import("../src/app.ts");
    const log = createLog({ destination: process.stderr, secrets: config.secrets });
    return startApp({ config, log, texts: loadTexts(config.language), addSecret: log.addSecret });
  },
  null: async (config) => (await import("./null-bridge.ts")).startNullBridge(config),
  bare: async (config) => (await import("./bare-server.ts")).startBareServer(config),
};

const loop = monitorEventLoopDelay({ resolution: 1 });

await starters[kind as BridgeKind](loadConfig(configFile, process.env, platforms));
process.on("message", (question: Question) => void tell(question));
process.on("disconnect", () => process.exit());
send({ ready: true });

async function tell(question: Question): Promise<void> {
  if (question === "collected usage") await collect();
  if (question === "mark") mark();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const peakRssBytes = process.resourceUsage().maxRSS * 1024;
  const loopP99Ms = loop.percentile(99) / 1e6;
  send({ cpuUs: user + system, rssBytes: rss, peakRssBytes, heapBytes: heapUsed, loopP99Ms });
}

/** man 5 proc: a 5 makes what is resident now the greatest so far. The kernel counts on: no peak is missed. */
function mark(): void {
  writeFileSync("/proc/self/clear_refs", "5");
  loop.enable();
  loop.reset();
}

/** Twice, with a pause: what the first collection finalizes, and the pages V8 gives back a moment later. */
async function collect(): Promise<void> {
  for (let time = 0; time < 2; time += 1) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

function send(answer: Answer): void {
  process.send?.(answer);
}
