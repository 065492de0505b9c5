// Runs many seeds: `node test/chaos/chaos.ts --seeds 2000 --from 1 --jobs 2`. CHAOS_SEED=n replays one and tells all of it;
// with it, `--log FILE` keeps what the app logged, and CHAOS_KEEP=1 its database.

import { fork } from "node:child_process";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { type Outcome, runSeed } from "./run-seed.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "200" },
    from: { type: "string", default: "1" },
    jobs: { type: "string", default: "1" },
    log: { type: "string" },
    worker: { type: "boolean", default: false },
  },
});

type Told = Omit<Outcome, "logged">;

/** What a person needs to understand a failure. */
function printFailure({ seed, faults, story }: Told): void {
  const lines = [`seed ${seed} failed (CHAOS_SEED=${seed} replays it)`, ...story.map((line) => `  ${line}`)];
  process.stdout.write(`${[...lines, ...faults.map((fault) => `  FAULT ${fault}`)].join("\n")}\n\n`);
}

async function replay(seed: number): Promise<number> {
  const started = performance.now();
  const outcome = await runSeed(seed);
  if (values.log) writeFileSync(values.log, outcome.logged.join(""));
  if (outcome.faults.length > 0) printFailure(outcome);
  else process.stdout.write(`${outcome.story.map((line) => `  ${line}`).join("\n")}\n`);
  const { counts, excuses } = outcome;
  process.stdout.write(`${JSON.stringify({ counts, excuses })}\n`);
  process.stdout.write(
    `seed ${seed}: ${outcome.faults.length} faults, ${Math.round(performance.now() - started)} ms\n`,
  );
  return outcome.faults.length > 0 ? 1 : 0;
}

/** Seeds come one by one from the parent, outcomes go back. */
function work(): void {
  process.on("message", async (seed: number) => {
    const { logged: _, ...told } = await runSeed(seed);
    process.send?.(told);
  });
}

async function runMany(first: number, count: number, jobs: number): Promise<number> {
  const failed: number[] = [];
  const sums: Record<string, number> = {};
  const excuses: Record<string, number> = {};
  const started = performance.now();
  let next = first;
  let done = 0;
  const add = (all: Record<string, number>, more: Readonly<Record<string, number>>) => {
    for (const [name, value] of Object.entries(more)) all[name] = (all[name] ?? 0) + value;
  };
  const take = (told: Told) => {
    done += 1;
    add(sums, told.counts);
    add(excuses, told.excuses);
    if (told.faults.length > 0) {
      failed.push(told.seed);
      printFailure(told);
    }
    if (done % 50 === 0) {
      const each = (performance.now() - started) / done;
      process.stdout.write(
        `${done} of ${count} seeds, ${failed.length} failed, ${Math.round(each)} ms a seed\n`,
      );
    }
  };
  const runJob = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(import.meta.filename, ["--worker"]);
      const give = () => {
        if (next >= first + count) return child.disconnect();
        child.send(next);
        next += 1;
      };
      child.on("message", (told: Told) => {
        take(told);
        give();
      });
      child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
      give();
    });
  await Promise.all(Array.from({ length: Math.min(jobs, count) }, runJob));
  const seconds = Math.round((performance.now() - started) / 1000);
  const list = (all: Record<string, number>) =>
    Object.entries(all)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, value]) => `${name} ${value}`)
      .join(", ") || "none";
  process.stdout.write(`${done} seeds in ${seconds} s. ${list(sums)}.\nExcuses: ${list(excuses)}.\n`);
  process.stdout.write(
    failed.length === 0 ? "All is well.\n" : `FAILED: ${failed.toSorted((a, b) => a - b).join(" ")}\n`,
  );
  return failed.length === 0 ? 0 : 1;
}

if (values.worker) work();
else if (process.env.CHAOS_SEED) process.exitCode = await replay(Number(process.env.CHAOS_SEED));
else process.exitCode = await runMany(Number(values.from), Number(values.seeds), Number(values.jobs));
