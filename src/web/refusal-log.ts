// Says in the log that strangers were refused, once a minute at most and never what they asked for; `server.ts` sets it up.

import type { Log } from "../bridge/ports.ts";

const MINUTE_MS = 60_000;
const MOST_NAMED = 5;

/** Call it with the address of each refusal: the first is said at once, the others with the next line. */
export function createRefusalLog(log: Log, now: () => number): (client: string) => void {
  let said = Number.NEGATIVE_INFINITY;
  let count = 0;
  const from = new Set<string>();
  return (client) => {
    count += 1;
    if (from.size < MOST_NAMED) from.add(client);
    if (now() - said < MINUTE_MS) return;
    log.warn({ count, from: [...from] }, "requests of strangers were refused");
    said = now();
    count = 0;
    from.clear();
  };
}
