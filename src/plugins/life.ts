// One life of a plugin's process: started, watched, spoken with, ended; `keeper.ts` gives a plugin a life after another.

import { type ChildProcess, spawn } from "node:child_process";
import { dirname, extname } from "node:path";
import type { Duplex, Readable } from "node:stream";
import { type Clock, sleep } from "../model/clock.ts";
import { type Answered, type Calls, createCalls } from "./calls.ts";
import { CallFailed, type Fall, type FallReason } from "./fall.ts";
import { createFrameReader, frame } from "./frames.ts";
import { leash } from "./leash.ts";
import { MIB, type PluginLimits } from "./limits.ts";
import { putBehind } from "./memory.ts";
import { createMeter, type Meter } from "./meter.ts";
import { watchOutput } from "./output.ts";
import { startWatch, type Watch } from "./watch.ts";
import {
  type Call,
  checkedFrame,
  type FromPlugin,
  MOST_FILE_BYTES,
  MOST_JSON,
  MOST_JSON_DEPTH,
  type Request,
  type ToPlugin,
} from "./wire.ts";

const PROGRAM = `${import.meta.dirname}/host${extname(import.meta.filename)}`;
/** All a plugin is told of our surroundings: no secret is among them. */
const SURROUNDINGS = ["PATH", "HOME", "LANG", "TZ"];
/** The heap's part of the limit; the rest is Node itself and what lies outside the heap. */
const HEAP_SHARE = 0.75;
const FRAMES = { mostJson: MOST_JSON, mostBytes: MOST_FILE_BYTES, mostDepth: MOST_JSON_DEPTH };
const CRASH_EXIT = 70;
/** What it said last may still be in the pipe when it is gone. */
const LAST_WORDS_MS = 500;

export type LogLevel = "debug" | "info" | "warn" | "error";

export interface LifeParts {
  readonly path: string;
  readonly config: unknown;
  readonly limits: PluginLimits;
  /** Real time: processes know no other. */
  readonly clock: Clock;
  /** What the plugin may read of the disk, beside MateBot's own files for it. */
  readonly readable: readonly string[];
  line(level: LogLevel, line: string): void;
  serve(request: Request, bytes: Buffer): Promise<unknown>;
  /** Once, when it has ended without being asked to. */
  fallen(fall: Fall): void;
}

/** Owns a process and all that it starts. */
export class Life {
  /** What it declares, unchecked. @throws CallFailed once it has fallen */
  readonly sheet: Promise<unknown>;
  readonly #parts: LifeParts;
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #meter: Meter;
  readonly #calls: Calls;
  readonly #watch: Watch;
  readonly #gone: Promise<void>;
  #loaded: { resolve(sheet: unknown): void; reject(error: Error): void } | undefined;
  #isReady = false;
  #isStopping = false;
  #fall: Fall | undefined;

  constructor(parts: LifeParts) {
    this.#parts = parts;
    const { clock, limits } = parts;
    this.#child = open(parts);
    this.#pipe = this.#child.stdio[3] as Duplex;
    this.#meter = createMeter(limits, clock, () => this.fall("flood"));
    this.#calls = createCalls(clock, (id, call) => {
      this.#meter.asked();
      this.#send({ kind: "call", id, call });
    });
    this.sheet = new Promise((resolve, reject) => {
      this.#loaded = { resolve, reject };
    });
    this.sheet.catch(() => {});
    this.#watch = startWatch({
      ...{ clock, limits, pid: this.#child.pid },
      ping: (n) => {
        if (this.#isReady) this.#send({ kind: "ping", n });
        return this.#isReady;
      },
      fall: (reason, detail) => this.fall(reason, detail),
    });
    this.#watch.await("slow-start", limits.loadMs);
    this.#gone = this.#listen();
    if (this.#child.pid !== undefined) putBehind(this.#child.pid);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Answered, checked, within `ms`; `isVital`: a plugin that has not answered by then falls.
   * @throws CallFailed
   */
  call<T extends Call["to"]>(
    call: Extract<Call, { to: T }>,
    ms: number,
    isVital = false,
  ): Promise<Answered<T>> {
    if (this.#fall || this.#isStopping) return Promise.reject(new CallFailed("down", "it does not run"));
    return this.#calls.ask(call, ms, () => isVital && this.fall("stuck", call.to));
  }

  /** Ends it for this reason; only the first counts. */
  fall(reason: FallReason, detail?: string): void {
    if (this.#fall || this.#isStopping) return;
    this.#fall = { reason, ...(detail !== undefined && { detail }) };
    this.#end();
  }

  /** Lets it end in its own way, but not for long. */
  async stop(): Promise<void> {
    const { clock, limits } = this.#parts;
    const asked = this.#isReady && !this.#fall ? this.call({ to: "stop" }, limits.stopMs) : undefined;
    this.#isStopping = true;
    await asked?.catch(() => {});
    this.#pipe.end();
    const patience = new AbortController();
    await Promise.race([this.#gone, sleep(clock, LAST_WORDS_MS, patience.signal)]);
    patience.abort();
    this.#end();
    await this.#gone;
  }

  #end(): void {
    this.#watch.stop();
    this.#pipe.destroy();
    kill(this.#child);
    this.#calls.failAll();
    this.#loaded?.reject(new CallFailed("down", "it fell before it was loaded"));
  }

  #send(told: ToPlugin): void {
    if (this.#pipe.writable) this.#pipe.write(frame(told));
  }

  /** Resolves when the process is no more. */
  #listen(): Promise<void> {
    const { clock, line } = this.#parts;
    const meter = this.#meter;
    const read = createFrameReader(FRAMES, (value, bytes, jsonLength) => {
      if (this.#fall || !meter.frame(jsonLength)) return;
      const { ok, wrong } = { ok: undefined, wrong: undefined, ...checkedFrame(value) };
      if (ok) this.#take(ok, bytes);
      else this.fall("nonsense", wrong);
    });
    this.#pipe.on("data", (piece: Buffer) => {
      if (this.#fall || !meter.bytes(piece.length)) return;
      try {
        read(piece);
      } catch (error) {
        this.fall("nonsense", error instanceof Error ? error.message : "");
      }
    });
    this.#pipe.on("error", () => {});
    for (const [stream, level] of [
      [this.#child.stdout, "info"],
      [this.#child.stderr, "warn"],
    ] as const) {
      watchOutput(stream as Readable, clock, (words) => line(level, words), meter.bytes);
    }
    return new Promise((resolve) => {
      const gone = () => {
        resolve();
        this.#died();
      };
      this.#child.once("close", gone);
      this.#child.once("error", gone);
      this.#child.once("exit", () => clock.after(LAST_WORDS_MS, gone));
    });
  }

  #isDead = false;

  #died(): void {
    if (this.#isDead) return;
    this.#isDead = true;
    this.#fall ??= { ...this.#ending() };
    this.#end();
    if (!this.#isStopping) this.#parts.fallen(this.#fall);
  }

  /** Why it ended when nobody ended it. */
  #ending(): Fall {
    const { exitCode, signalCode } = this.#child;
    // V8 aborts when the heap is full; the system kills when memory is.
    if (signalCode === "SIGABRT" || exitCode === 134) {
      return { reason: "memory", detail: String(Math.round(this.#parts.limits.maxBytes / MIB)) };
    }
    if (signalCode !== null) return { reason: "killed", detail: signalCode };
    return { reason: exitCode === CRASH_EXIT ? "crash" : "exit", detail: String(exitCode ?? "?") };
  }

  #take(told: FromPlugin, bytes: Buffer): void {
    switch (told.kind) {
      case "ready":
        if (this.#isReady) return void this.fall("nonsense", "ready twice");
        this.#isReady = true;
        this.#watch.await("slow-start", this.#parts.limits.loadMs);
        this.#send({ kind: "load", path: this.#parts.path, config: this.#parts.config });
        break;
      case "loaded":
        if (!this.#loaded) return void this.fall("nonsense", "loaded twice");
        this.#watch.arrived();
        this.#loaded.resolve(told.sheet);
        this.#loaded = undefined;
        break;
      case "failed":
        this.fall(told.why, told.message);
        break;
      case "crash":
        this.fall("crash", told.message);
        break;
      case "pong":
        this.#watch.pong(told.n, told.rss);
        break;
      case "answer":
        this.#calls.answered(told.id, told.result, bytes);
        break;
      case "threw":
        this.#calls.threw(told.id, told.message);
        break;
      case "log":
        this.#parts.line(told.level, told.line);
        break;
      case "request":
        void this.#serve(told.id, told.request, bytes);
    }
  }

  async #serve(id: number, request: Request, bytes: Buffer): Promise<void> {
    try {
      this.#send({ kind: "reply", id, value: await this.#parts.serve(request, bytes) });
    } catch (error) {
      this.#send({
        kind: "reply",
        id,
        error: error instanceof Error ? error.message : "it could not be done",
      });
    }
  }
}

function open({ limits, readable }: LifeParts): ChildProcess {
  const heap = Math.max(16, Math.floor((limits.maxBytes / MIB) * HEAP_SHARE));
  const env = SURROUNDINGS.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const [program = "", ...args] = [...leash(), process.execPath];
  return spawn(
    program,
    [
      ...args,
      `--max-old-space-size=${heap}`,
      "--disable-warning=ExperimentalWarning",
      "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
      // No writing, no programs, and of the disk only its own: what others keep there is not for it.
      "--permission",
      ...[`${dirname(PROGRAM)}/`, ...readable].map((path) => `--allow-fs-read=${path}`),
      PROGRAM,
    ],
    {
      env: Object.fromEntries(env),
      stdio: ["ignore", "pipe", "pipe", "pipe"],
      // A group of its own: a kill takes along what it started, and Ctrl-C is left to us.
      detached: true,
    },
  );
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    child.kill("SIGKILL");
  }
}
