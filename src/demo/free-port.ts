// Finds a free port on 127.0.0.1, for the webhook whose address must be known before it listens; `demo.ts` asks.

import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below the range from which systems give ports away by themselves: nobody gets it by chance before it is bound for good. */
const LEAST = 12_000;
const MOST = 32_000;
const TRIES = 200;

/** @throws Error when every one that was tried is taken */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(LEAST, MOST);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port between ${LEAST} and ${MOST}`);
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  const bound = await new Promise<boolean>((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (bound) await new Promise((resolve) => probe.close(resolve));
  return bound;
}
