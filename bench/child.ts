// The process of one bridge: node bench/child.ts real|null|bare <matebot.yaml>; `bridge-process.ts` forks it.

import { startApp } from "../src/app.ts";
import { type Config, loadConfig } from "../src/config.ts";
import { createLog } from "../src/log.ts";
import { platforms } from "../src/platforms/index.ts";
import { loadTexts } from "../src/texts.ts";
import { startBareServer } from "./bare-server.ts";
import type { Answer, BridgeKind, Question } from "./bridge-process.ts";
import { startNullBridge } from "./null-bridge.ts";

const [kind, configFile = ""] = process.argv.slice(2);

const starters: Readonly<Record<BridgeKind, (config: Config) => Promise<unknown>>> = {
  real: (config) => {
    const log = createLog({ destination: process.stderr, secrets: config.secrets });
    return startApp({ config, log, texts: loadTexts(config.language), addSecret: log.addSecret });
  },
  null: startNullBridge,
  bare: startBareServer,
};

await starters[kind as BridgeKind](loadConfig(configFile, process.env, platforms));
process.on("message", (question: Question) => void tell(question));
process.on("disconnect", () => process.exit());
send({ ready: true });

async function tell(question: Question): Promise<void> {
  if (question === "collected usage") await collect();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  send({ cpuUs: user + system, rssBytes: rss, heapBytes: heapUsed });
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
