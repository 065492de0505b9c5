// A thread beside the studio's own: ends the process group when it grows too large or its owner is gone.

import { readFileSync } from "node:fs";
import { workerData } from "node:worker_threads";

const PERIOD_MS = 100;
/** Linux counts resident memory in these. */
const PAGE_BYTES = 4096;

export interface Watch {
  /** The process that waits for the answers. */
  readonly owner: number;
  /** All a conversion may hold in memory, with the program it started. */
  readonly maxBytes: number;
}

const { owner, maxBytes } = workerData as Watch;

/** What the programs we started hold; 0 where the system does not tell in /proc. */
function bytesOfOthers(): number {
  try {
    const others = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, "latin1");
    return others
      .split(" ")
      .filter((pid) => pid !== "")
      .map((pid) => Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * PAGE_BYTES)
      .reduce((sum, bytes) => sum + bytes, 0);
  } catch {
    return 0;
  }
}

setInterval(() => {
  const orphan = process.ppid !== owner;
  if (!orphan && process.memoryUsage.rss() + bytesOfOthers() <= maxBytes) return;
  try {
    process.kill(-process.pid, "SIGKILL");
  } catch {
    process.kill(process.pid, "SIGKILL");
  }
}, PERIOD_MS);
