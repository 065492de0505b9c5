// One job in a process of its own, killed with all it started at its limits; `qr-child.ts` and `fetch-child.ts` are such processes.

import { type ChildProcess, fork } from "node:child_process";
import { watchMemory } from "./memory-watch.ts";

/** All a child is told of our surroundings: no secret and no proxy is among them. */
const SURROUNDINGS = ["PATH", "HOME", "TMPDIR", "TEMP", "SystemRoot", "LD_LIBRARY_PATH"];

export interface ChildLimits {
  readonly ms: number;
  /** Of memory, with all it started. */
  readonly maxBytes: number;
  /** Of JavaScript's own memory. */
  readonly heapMiB: number;
  readonly signal: AbortSignal;
}

/** `time`: the limit was reached; `died`: the job brought it down or made it too large; `failed`: it said that it could not. */
export class ChildFailed extends Error {
  readonly why: "time" | "died" | "failed";
  constructor(why: "time" | "died" | "failed") {
    super(`a job in a process of its own ended badly: ${why}`);
    this.name = "ChildFailed";
    this.why = why;
  }
}

type Outcome = { readonly answer: unknown } | { readonly failed: true };

/**
 * Does one job, whose answer is what `serveOneJob` was given to do it. The process is gone when this settles.
 * @throws ChildFailed, or the reason of the aborted signal
 */
export async function runInChild<T>(program: string, job: unknown, limits: ChildLimits): Promise<T> {
  limits.signal.throwIfAborted();
  const child = fork(program, [], {
    execArgv: [`--max-old-space-size=${limits.heapMiB}`, "--disable-warning=ExperimentalWarning"],
    env: { ...surroundings(), MALLOC_ARENA_MAX: "2" },
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
    // A group of its own: a kill takes along what it started, and Ctrl-C is left to us.
    detached: true,
  });
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  try {
    return (await outcomeOf(child, job, limits)) as T;
  } finally {
    killGroup(child);
    await ended;
  }
}

function outcomeOf(child: ChildProcess, job: unknown, limits: ChildLimits): Promise<unknown> {
  const { ms, maxBytes, signal } = limits;
  return new Promise((resolve, reject) => {
    const abandon = () => settle(() => reject(signal.reason));
    const fail = (why: ChildFailed["why"]) => settle(() => reject(new ChildFailed(why)));
    // A process of the system takes the system's time, whatever clock the robot lives by.
    const late = setTimeout(() => fail("time"), ms);
    const watch = watchMemory(child.pid, maxBytes, () => fail("died"));
    const settle = (done: () => void) => {
      clearTimeout(late);
      watch.stop();
      signal.removeEventListener("abort", abandon);
      done();
    };
    signal.addEventListener("abort", abandon, { once: true });
    child.once("error", () => fail("died"));
    child.once("exit", () => fail("died"));
    child.once("message", (outcome: Outcome) =>
      "answer" in outcome ? settle(() => resolve(outcome.answer)) : fail("failed"),
    );
    child.send(job as object, (error) => error && fail("died"));
  });
}

/** What a program that we start may know. */
export function surroundings(): Record<string, string> {
  return Object.fromEntries(
    SURROUNDINGS.flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The process and all it started; one that is gone is no failure. */
export function killGroup({ pid }: Pick<ChildProcess, "pid">): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is gone.
  }
}

/** The other end: takes the job, answers it, and ends with whoever asked. */
export function serveOneJob<J, A>(work: (job: J) => Promise<A>): void {
  process.once("disconnect", () => process.exit());
  process.once("message", (job: J) => {
    work(job)
      .then(
        (answer): Outcome => ({ answer }),
        (): Outcome => ({ failed: true }),
      )
      .then((outcome) => process.send?.(outcome));
  });
}
