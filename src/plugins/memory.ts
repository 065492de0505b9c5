// How much memory a process really takes; `life.ts` asks on Linux, where the process itself need not be trusted.

import { readFileSync, writeFileSync } from "node:fs";

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

/** Where memory ends between two looks, the system takes the plugin first. */
export function offerToTheKernel(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, "800");
  } catch {
    // Another system: then only the looks hold.
  }
}
