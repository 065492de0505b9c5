// Studios: processes that convert, as few as possible, each killed with all it started when it takes too long.

import { type ChildProcess, fork } from "node:child_process";
import { availableParallelism } from "node:os";
import { extname } from "node:path";
import type { Clock, Timer } from "../../model/clock.ts";
import type { Answers, Job, Reply, Tools } from "./studio-job.ts";

/** A studio without work ends after this: it holds some 60 MB. */
const IDLE_MS = 20_000;
const JOB_MS = 60_000;

const PROGRAM = `${import.meta.dirname}/studio${extname(import.meta.filename)}`;
/** Its JavaScript is small; what it loads beside is watched by `studio-guard`. */
const NODE_ARGUMENTS = ["--max-old-space-size=192", "--disable-warning=ExperimentalWarning"];
/** All a studio is told of our surroundings: no secret is among them. */
const SURROUNDINGS = [
  "PATH",
  "HOME",
  "TMPDIR",
  "TEMP",
  "SystemRoot",
  "LD_LIBRARY_PATH",
  "FONTCONFIG_FILE",
  "FONTCONFIG_PATH",
  "XDG_CACHE_HOME",
];

/** `time`: the limit was reached; `died`: the file brought the studio down, or made it too large. */
export type Failure = "time" | "died";

export class StudioFailed extends Error {
  readonly why: Failure;
  constructor(why: Failure) {
    super(why === "time" ? "the conversion took too long" : "the conversion broke down");
    this.why = why;
  }
}

interface Order {
  readonly job: Job;
  readonly settle: (outcome: Reply | Failure) => void;
}

interface Studio {
  readonly child: ChildProcess;
  readonly ended: Promise<void>;
  idle?: Timer | undefined;
}

/** As many conversions at a time as there are studios; the others wait in order. */
export class StudioPool {
  readonly #tools: Tools;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #most: number;
  readonly #waiting: Order[] = [];
  readonly #free: Studio[] = [];
  readonly #busy = new Map<Studio, (outcome: Failure) => void>();
  #stopped = false;

  constructor(tools: Tools, clock: Clock, limits: { threads?: number; timeoutMs?: number }) {
    this.#tools = tools;
    this.#clock = clock;
    this.#timeoutMs = limits.timeoutMs ?? JOB_MS;
    this.#most = Math.max(1, limits.threads ?? availableParallelism() - 1);
  }

  /**
   * Does one job. Its time counts from when it begins, not while it waits.
   * @throws StudioFailed, or the reason of the aborted signal
   */
  run<K extends Job["kind"]>(job: Extract<Job, { kind: K }>, signal?: AbortSignal): Promise<Answers[K]> {
    return new Promise((resolve, reject) => {
      if (this.#stopped) return reject(new StudioFailed("died"));
      if (signal?.aborted) return reject(signal.reason);
      const settle = (outcome: Reply | Failure) => {
        signal?.removeEventListener("abort", abandon);
        if (typeof outcome === "string") reject(new StudioFailed(outcome));
        else if (outcome.failed) reject(new StudioFailed("died"));
        else resolve(outcome.answer as Answers[K]);
      };
      const order: Order = { job, settle };
      const abandon = () => {
        reject(signal?.reason);
        this.#abandon(order);
      };
      signal?.addEventListener("abort", abandon, { once: true });
      this.#waiting.push(order);
      this.#next();
    });
  }

  /** Kills what is under way and waits until every studio is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const order of this.#waiting.splice(0)) order.settle("died");
    const all = [...this.#free, ...this.#busy.keys()];
    for (const studio of all) {
      // One at rest keeps no process alive, and whoever waits for its end would wait in vain.
      studio.child.ref();
      kill(studio);
    }
    await Promise.all(all.map((studio) => studio.ended));
  }

  #next(): void {
    if (this.#stopped || this.#busy.size >= this.#most) return;
    const order = this.#waiting.shift();
    if (!order) return;
    this.#work(this.#free.pop() ?? this.#open(), order);
  }

  #work(studio: Studio, order: Order): void {
    studio.idle?.cancel();
    const finish = (outcome: Reply | Failure) => {
      if (!this.#busy.delete(studio)) return;
      limit.cancel();
      studio.child.off("message", finish);
      this.#orders.delete(order);
      if (typeof outcome === "string") kill(studio);
      else this.#rest(studio);
      order.settle(outcome);
      this.#next();
    };
    const limit = this.#clock.after(this.#timeoutMs, () => finish("time"));
    this.#busy.set(studio, finish);
    this.#orders.set(order, finish);
    studio.child.ref();
    studio.child.on("message", finish);
    studio.child.send(order.job, (error) => error && finish("died"));
  }

  readonly #orders = new Map<Order, (outcome: Failure) => void>();

  #abandon(order: Order): void {
    const at = this.#waiting.indexOf(order);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#orders.get(order)?.("died");
  }

  #rest(studio: Studio): void {
    studio.child.unref();
    studio.idle = this.#clock.after(IDLE_MS, () => {
      const at = this.#free.indexOf(studio);
      if (at >= 0) this.#free.splice(at, 1);
      kill(studio);
    });
    this.#free.push(studio);
  }

  #open(): Studio {
    const child = fork(PROGRAM, [JSON.stringify(this.#tools)], {
      execArgv: NODE_ARGUMENTS,
      env: surroundings(),
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      // A group of its own: a kill takes the programs it started along, and Ctrl-C is left to us.
      detached: true,
    });
    const ended = new Promise<void>((resolve) => {
      const gone = () => {
        studio.idle?.cancel();
        const at = this.#free.indexOf(studio);
        if (at >= 0) this.#free.splice(at, 1);
        this.#busy.get(studio)?.("died");
        resolve();
      };
      child.once("exit", gone);
      child.once("error", gone);
    });
    const studio: Studio = { child, ended };
    child.channel?.unref();
    return studio;
  }
}

function surroundings(): Record<string, string> {
  const env: Record<string, string> = { MALLOC_ARENA_MAX: "2" };
  for (const name of SURROUNDINGS) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

function kill({ child }: Studio): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
