// Runs a bridge in a process of its own and asks it what it uses; every row that measures a bridge starts one here.

import { type ChildProcess, fork } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";

/** `real`: the product. `null`: the yardstick. `bare`: a server that answers 200 and does nothing. */
export type BridgeKind = "real" | "null" | "bare";

export interface Usage {
  /** User and system time since the start, all threads; microseconds. */
  readonly cpuUs: number;
  readonly rssBytes: number;
  /** The greatest since the start, or since `mark`. */
  readonly peakRssBytes: number;
  readonly heapBytes: number;
  /** From tick to tick of a timer of 1 ms, since `mark`; 0 before it. */
  readonly loopP99Ms: number;
}

/** What the parent asks, and the child answers. */
export type Question = "usage" | "collected usage" | "mark";
export type Answer = { readonly ready: true } | Usage;

export interface BridgeProcess {
  usage(): Promise<Usage>;
  /** After the garbage is collected. */
  collectedUsage(): Promise<Usage>;
  /** What is greatest, and the event loop, are measured from now on. Linux knows how to; elsewhere it throws. */
  mark(): Promise<Usage>;
  /** At once, without grace; doing it twice changes nothing. */
  kill(): Promise<void>;
}

export interface BridgeOptions {
  readonly kind: BridgeKind;
  readonly configFile: string;
  /** Everything it prints. */
  readonly logFile: string;
}

/** Node's own options, as `npm start` gives them. */
const nodeOptions = readStartScript().filter((word) => word.startsWith("--"));

/** Set to a folder, each bridge leaves its CPU profile there. */
const profiles = process.env.BENCH_PROFILES;

/** Resolves when the bridge is connected. Rejects when it ends before. */
export async function startBridge({ kind, configFile, logFile }: BridgeOptions): Promise<BridgeProcess> {
  const log = openSync(logFile, "a");
  const child = fork(new URL("./child.ts", import.meta.url), [kind, configFile], {
    execArgv: [
      ...nodeOptions,
      "--expose-gc",
      "--disable-warning=ExperimentalWarning",
      ...(profiles === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profiles}/${kind}`]),
    ],
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  await answer(child, logFile);
  const ask = async (question: Question) => {
    child.send(question);
    return (await answer(child, logFile)) as Usage;
  };
  return {
    usage: () => ask("usage"),
    collectedUsage: () => ask("collected usage"),
    mark: () => ask("mark"),
    kill() {
      // A profile is written by an orderly end only.
      if (profiles === undefined) child.kill("SIGKILL");
      else if (child.connected) child.disconnect();
      return ended;
    },
  };
}

function answer(child: ChildProcess, logFile: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`the bridge ended with ${code}: see ${logFile}`));
    child.once("exit", onExit);
    child.once("message", (message) => {
      child.off("exit", onExit);
      resolve(message as Answer);
    });
  });
}

function readStartScript(): readonly string[] {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  const { scripts } = JSON.parse(text) as { readonly scripts: { readonly start: string } };
  return scripts.start.split(" ");
}
