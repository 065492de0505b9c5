// The program of a process that converts: takes one job at a time from `studio-pool`, answers, and waits for the next.

import { writeFileSync } from "node:fs";
import { setPriority } from "node:os";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { perform } from "./perform.ts";
import type { Watch } from "./studio-guard.ts";
import type { Job, Reply, Tools } from "./studio-job.ts";

/** Text has the processor first, and the system's memory. */
function stepBack(): void {
  try {
    setPriority(10);
    writeFileSync("/proc/self/oom_score_adj", "800");
  } catch {
    // Another system, or not allowed: then only the limits hold.
  }
}

stepBack();
const tools: Tools = JSON.parse(process.argv[2] ?? "{}");
const watch: Watch = { owner: process.ppid, maxBytes: tools.maxMemoryBytes };
const guard = `${import.meta.dirname}/studio-guard${extname(import.meta.filename)}`;
new Worker(guard, { workerData: watch }).unref();

process.on("disconnect", () =>
  process.kill(process.platform === "win32" ? process.pid : -process.pid, "SIGKILL"),
);
process.on("message", (job: Job) => {
  perform(job, tools)
    .then(
      (answer): Reply => ({ answer }),
      (): Reply => ({ failed: true }),
    )
    .then((reply) => process.send?.(reply));
});
