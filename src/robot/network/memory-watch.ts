// Watches how much memory a process and all it started hold, where the system tells in /proc; `child.ts` and the download use it.

import { readFileSync } from "node:fs";

const PERIOD_MS = 100;
/** Linux counts resident memory in these. */
const PAGE_BYTES = 4096;

/** Calls `over` once when there is more; elsewhere than on Linux only the other limits hold. */
export function watchMemory(pid: number | undefined, maxBytes: number, over: () => void): { stop(): void } {
  if (pid === undefined) return { stop() {} };
  const timer = setInterval(() => {
    if (bytesOf(pid) <= maxBytes) return;
    clearInterval(timer);
    over();
  }, PERIOD_MS);
  return { stop: () => clearInterval(timer) };
}

/** Of a process and its descendants; 0 where nobody tells. */
export function bytesOf(pid: number): number {
  try {
    const own = Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]) * PAGE_BYTES;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").split(" ").filter(Boolean);
    return children.reduce((sum, child) => sum + bytesOf(Number(child)), own);
  } catch {
    return 0;
  }
}
