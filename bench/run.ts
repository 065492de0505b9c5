// Measures the product against a null bridge in the same run: npm run bench [-- --quick] [-- row…]

import { cpus, totalmem } from "node:os";
import { measureBurst } from "./load-burst.ts";
import { measureIngest } from "./load-ingest.ts";
import { measureLatency } from "./load-latency.ts";
import { measureMemory } from "./load-memory.ts";
import { measureText } from "./load-text.ts";

type Row = (quick: boolean) => Promise<void> | void;

const rows: Readonly<Record<string, Row>> = {
  ingest: measureIngest,
  latency: measureLatency,
  burst: measureBurst,
  memory: measureMemory,
  text: measureText,
};

const words = process.argv.slice(2);
const quick = words.includes("--quick");
const asked = words.filter((word) => !word.startsWith("--"));
const unknown = asked.filter((name) => !(name in rows));
if (unknown.length > 0) {
  console.error(`no such row: ${unknown.join(", ")}; there are ${Object.keys(rows).join(", ")}`);
  process.exit(2);
}

const processors = cpus();
const memory = `${Math.round(totalmem() / 1024 ** 3)} GiB`;
console.log(
  `Node ${process.version}, ${processors.length} x ${processors[0]?.model}, ${memory}${quick ? ", quick" : ""}`,
);
console.log("median (least-greatest) of the repetitions");
for (const [name, measure] of Object.entries(rows)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.log(`\n${name}`);
  await measure(quick);
}
process.exit();
