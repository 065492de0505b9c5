// A command beside a running MateBot: puts back all that was given up: node store-command.ts <url>

import { openStore } from "../../src/storage/open.ts";

const store = await openStore(process.argv[2] ?? "", { beside: true });
const letters = await store.transaction((tx) => tx.outbox.dead());
const updates = await store.transaction((tx) => tx.journal.dead());
for (const { id } of letters) await store.transaction((tx) => tx.outbox.retry(id));
for (const { raw } of updates) await store.transaction((tx) => tx.journal.retry(raw.account, raw.key));
await store.close();
