// A process that opens a database, says so and keeps it until it is killed: node store-holder.ts <url>

import { openStore } from "../../src/storage/open.ts";

const store = await openStore(process.argv[2] ?? "");
await store.transaction((tx) => tx.state.set("a", "holder", `${process.pid}`));
process.stdout.write("open\n");
setInterval(() => {}, 60_000);
