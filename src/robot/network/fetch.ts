// Fetches an address of the web in a process of its own; the network commands call it.

import { extname } from "node:path";
import { Refusal } from "../command.ts";
import { ChildFailed, runInChild } from "./child.ts";
import type { Fetched, FetchJob, FetchOutcome } from "./fetch-job.ts";

const PROGRAM = `${import.meta.dirname}/fetch-child${extname(import.meta.filename)}`;
/** Bare Node takes some 50 MB of it. */
const MEMORY_BYTES = 160 * 1024 * 1024;
const HEAP_MIB = 64;
/** Starting a process takes its time on a small machine. */
const START_MS = 5_000;
/** Each is a process. */
const MOST_AT_ONCE = 2;

export type FetchWeb = (job: FetchJob, signal: AbortSignal) => Promise<Fetched>;

/** As many at a time as a small machine bears; more are refused, not queued. @throws Refusal that says what is wrong */
export function createFetcher(): FetchWeb {
  let running = 0;
  return async (job, signal) => {
    if (running >= MOST_AT_ONCE) throw new Refusal("robot-network.trouble.busy");
    running += 1;
    try {
      const outcome = await fetched(job, signal);
      if ("trouble" in outcome) throw new Refusal(`robot-network.trouble.${outcome.trouble}`);
      return outcome;
    } finally {
      running -= 1;
    }
  };
}

async function fetched(job: FetchJob, signal: AbortSignal): Promise<FetchOutcome> {
  const limits = { ms: job.ms + START_MS, maxBytes: MEMORY_BYTES, heapMiB: HEAP_MIB, signal };
  try {
    return await runInChild<FetchOutcome>(PROGRAM, job, limits);
  } catch (error) {
    if (!(error instanceof ChildFailed)) throw error;
    return { trouble: error.why === "time" ? "time" : "connection" };
  }
}
