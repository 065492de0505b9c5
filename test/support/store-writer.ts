// A process that writes without end and tells what was acknowledged, to be killed: node store-writer.ts <url> <first>

import { openStore } from "../../src/storage/open.ts";
import { channel, created, group, message, raw } from "./store-samples.ts";

const [url = "", first = "0"] = process.argv.slice(2);
const store = await openStore(url);
let serial = Number(first);

async function take(): Promise<void> {
  const key = `${serial++}`;
  await store.transaction(async (tx) => {
    await tx.journal.insert([raw(key, { body: "x".repeat(Number(key) % 3_000) })]);
    await tx.outbox.append([{ event: created(message(group, key)), to: channel }]);
  });
  process.stdout.write(`${key}\n`);
}

for (let burst = 1; ; burst = (burst % 7) + 1) await Promise.all(Array.from({ length: burst }, take));
