// Measures the product: npm run bench [-- --quick] [-- row…]; a word names a row, or all rows that begin with it.

import { cpus, loadavg, totalmem } from "node:os";
import { measureConvert } from "./convert.ts";
import { measureBridges } from "./load-bridges.ts";
import { measureBurst } from "./load-burst.ts";
import { measureTextBeside } from "./load-convert.ts";
import { measureHour } from "./load-hour.ts";
import { measureIngest } from "./load-ingest.ts";
import { measureLatency } from "./load-latency.ts";
import { measure100, measure600 } from "./load-limits.ts";
import { measureMedia } from "./load-media.ts";
import { measureMemory } from "./load-memory.ts";
import { measureQuiet } from "./load-quiet.ts";
import { measureRecovery } from "./load-recovery.ts";
import { measure500 } from "./load-rush.ts";
import { measureText } from "./load-text.ts";
import { reportFailure, summarize } from "./stats.ts";

type Row = (quick: boolean) => Promise<void> | void;

const rows: Readonly<Record<string, Row>> = {
  ingest: measureIngest,
  latency: measureLatency,
  burst: measureBurst,
  memory: measureMemory,
  text: measureText,
  "limits-100": measure100,
  "limits-600": measure600,
  "limits-quiet": measureQuiet,
  "limits-500": measure500,
  "limits-hour": measureHour,
  recovery: measureRecovery,
  bridges: measureBridges,
  "media-memory": measureMedia,
  "media-text": measureTextBeside,
  "media-convert": measureConvert,
};

const words = process.argv.slice(2);
const quick = words.includes("--quick");
const asked = words.filter((word) => !word.startsWith("--"));
const names = (word: string, row: string) => row === word || row.startsWith(`${word}-`);
const unknown = asked.filter((word) => !Object.keys(rows).some((row) => names(word, row)));
if (unknown.length > 0) {
  console.error(`no such row: ${unknown.join(", ")}; there are ${Object.keys(rows).join(", ")}`);
  process.exit(2);
}

const processors = cpus();
const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
const load = `load before the start ${loadavg()[0]?.toFixed(2)}`;
console.log(
  `Node ${process.version}, ${processors.length} x ${processors[0]?.model}, ${memory}, ${load}${quick ? ", quick" : ""}`,
);
console.log("median (least-greatest) of the repetitions");
for (const [name, measure] of Object.entries(rows)) {
  if (asked.length > 0 && !asked.some((word) => names(word, name))) continue;
  console.log(`\n${name}`);
  try {
    await measure(quick);
  } catch (error) {
    reportFailure(name, error instanceof Error ? error.message : String(error));
  }
}
process.exit(summarize() ? 0 : 1);
