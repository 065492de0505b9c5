// Fuzzes one entry from the command line: `node test/fuzz/fuzz.ts --entry webhook --cases 1000000 --seed 1`.

import { parseArgs } from "node:util";
import { fuzzConfig } from "./config.ts";
import type { FuzzEntry } from "./entry.ts";
import { fuzzInteractions } from "./interactions.ts";
import { fuzzWebhook } from "./webhook.ts";

const MIB = 1024 * 1024;

const say = (line: string) => process.stdout.write(`${line}\n`);
const { values } = parseArgs({
  options: {
    entry: { type: "string", default: "webhook" },
    cases: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
  },
});
const entries: Readonly<Record<string, FuzzEntry>> = {
  webhook: fuzzWebhook,
  interactions: fuzzInteractions,
  config: fuzzConfig,
};
const entry = entries[values.entry];
if (entry === undefined) {
  process.stderr.write(`no entry "${values.entry}"; there are ${Object.keys(entries).join(", ")}\n`);
  process.exit(2);
}

const began = performance.now();
const result = await entry({
  seed: Number(values.seed),
  cases: Number(values.cases),
  progress: (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done}`);
  },
});
const seconds = (performance.now() - began) / 1000;
say(`${values.entry}: ${result.cases} cases, seed ${values.seed}, ${seconds.toFixed(0)} s`);
for (const [outcome, count] of Object.entries(result.outcomes).sort(([a], [b]) => a.localeCompare(b)))
  say(`  ${outcome}: ${count}`);
say(`  slowest: ${result.slowest.toFixed(1)} ms`);
say(
  `  heap when warm / at the end: ${(result.heapBefore / MIB).toFixed(1)} / ${(result.heapAfter / MIB).toFixed(1)} MiB`,
);
for (const fault of result.faults) say(`  FAULT ${fault}`);
process.exitCode = result.faults.length > 0 ? 1 : 0;
