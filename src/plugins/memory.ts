// What the system knows and does about a process: its memory, its place in the queue; `life.ts` and `watch.ts` ask.

import { readFileSync, writeFileSync } from "node:fs";
import { setPriority } from "node:os";

/** Resident bytes; undefined where the system does not say so. */
export function residentBytes(pid: number): number | undefined {
  try {
    // Rather than statm, whose pages are of another size on other machines.
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

/** Messages have the processor first, and where memory ends between two looks, the system takes the plugin. */
export function putBehind(pid: number): void {
  try {
    setPriority(pid, 5);
    writeFileSync(`/proc/${pid}/oom_score_adj`, "800");
  } catch {
    // Another system, or not allowed: then only the looks hold.
  }
}
