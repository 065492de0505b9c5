// Runs yt-dlp for one address within its limits: public addresses only, its own folder, killed with all it started; `download.ts` calls it.

import { type ChildProcess, spawn } from "node:child_process";
import { lstat, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Reach } from "./address.ts";
import { killGroup, surroundings } from "./child.ts";
import { type GateProxy, openGateProxy } from "./gate-proxy.ts";
import { watchMemory } from "./memory-watch.ts";

/** Of the program with what it starts. */
const MEMORY_BYTES = 512 * 1024 * 1024;
/** Pages, scripts and lists come before the film itself. */
const PAGES_BYTES = 24 * 1024 * 1024;
const MOST_WORDS = 16_384;
/** Of the name of its folder. */
const BEGINNING = "download-";
const LAST_WORDS_MS = 1_000;
/** What it can take with its own hands, through our proxy: other protocols would go around it. */
const PROTOCOLS = "[protocol~='^(https?|m3u8_native|http_dash_segments)$']";

export interface DownloadOrder {
  readonly program: string;
  readonly url: string;
  readonly maxBytes: number;
  readonly ms: number;
  readonly reach: Reach;
  /** Where its folder is made. */
  readonly folder?: string;
  readonly signal: AbortSignal;
}

/**
 * Why there is no file: `program` it is not installed; `address` it wanted where nobody may; `big`, `time` the limits; `gone`
 * there is nothing (any more); `closed` only for who is logged in; `unknown` it knows no film there; `failed` all else.
 */
export type DownloadTrouble =
  | "program"
  | "address"
  | "big"
  | "time"
  | "gone"
  | "closed"
  | "unknown"
  | "failed";

export type Downloaded =
  | { readonly path: string; readonly name: string }
  | { readonly trouble: DownloadTrouble };

/** `use` has the file for as long as it takes; afterwards the folder is gone. @throws the reason of the aborted signal */
export async function download<T>(order: DownloadOrder, use: (file: Downloaded) => Promise<T>): Promise<T> {
  order.signal.throwIfAborted();
  const parent = order.folder ?? tmpdir();
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, BEGINNING));
  const proxy = await openGateProxy(order.reach, order.maxBytes + PAGES_BYTES);
  try {
    const ending = await run(order, folder, proxy);
    order.signal.throwIfAborted();
    const found = await largestIn(folder, order.maxBytes);
    return await use(troubleOf(ending, proxy, found) ?? found ?? { trouble: "unknown" });
  } finally {
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what downloads left in `parent` when the power went; nothing may be under way. */
export async function clearDownloads(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(BEGINNING)))
    await rm(join(parent, name), { recursive: true, force: true });
}

interface Ending {
  readonly code: number | null;
  readonly why?: "program" | "time" | "memory";
  /** The end of what it said; never shown, never logged. */
  readonly words: string;
}

function argumentsFor({ url, maxBytes }: DownloadOrder, folder: string, proxy: GateProxy): readonly string[] {
  return [
    ...["--ignore-config", "--no-playlist", "--no-exec", "--no-cache-dir", "--no-progress", "--no-mtime"],
    ...["--max-filesize", String(maxBytes), "--max-downloads", "1", "--match-filters", "!is_live"],
    ...["--socket-timeout", "15", "--retries", "2", "--fragment-retries", "2", "--downloader", "native"],
    ...["--format", `b[filesize<?${maxBytes}]${PROTOCOLS}/bv*[height<=?720]${PROTOCOLS}+ba${PROTOCOLS}`],
    ...["--proxy", proxy.url, "--output", join(folder, "%(title).80B.%(ext)s"), "--", url],
  ];
}

function run(order: DownloadOrder, folder: string, proxy: GateProxy): Promise<Ending> {
  const { program, ms, signal } = order;
  return new Promise((resolve) => {
    const child = spawn(program, argumentsFor(order, folder, proxy), {
      cwd: folder,
      // No configuration, no passwords, no cookies of whoever runs us; and helpers go through the proxy as well.
      env: { ...surroundings(), HOME: folder, XDG_CONFIG_HOME: folder, ...proxyEnv(proxy), PYTHONUTF8: "1" },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true,
    });
    let why: Ending["why"];
    let words = "";
    const end = (reason?: Ending["why"]) => {
      why ??= reason;
      killGroup(child);
    };
    const listen = (chunk: Buffer) => {
      words = (words + chunk.toString("utf8")).slice(-MOST_WORDS);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    const stops = [
      afterMs(ms, () => end("time")),
      watchMemory(child.pid, MEMORY_BYTES, () => end("memory")).stop,
      everyMs(200, () => proxy.isOver && end()),
      onAbort(signal, end),
    ];
    const done = (ending: Omit<Ending, "words">) => {
      for (const stop of stops) stop();
      killGroup(child);
      resolve({ ...ending, words });
    };
    child.once("error", () => done({ code: null, why: "program" }));
    onEnd(child, (code) => done({ code, ...(why && { why }) }));
  });
}

/** It has ended: what it left behind is killed, and nobody waits long for the output of what got away. */
function onEnd(child: ChildProcess, done: (code: number | null) => void): void {
  child.once("exit", (code) => {
    killGroup(child);
    const stop = afterMs(LAST_WORDS_MS, () => done(code));
    child.once("close", () => {
      stop();
      done(code);
    });
  });
}

function proxyEnv({ url }: GateProxy): Record<string, string> {
  return {
    http_proxy: url,
    https_proxy: url,
    all_proxy: url,
    HTTP_PROXY: url,
    HTTPS_PROXY: url,
    ALL_PROXY: url,
  };
}

/** A program of the system takes the system's time, whatever clock the robot lives by. */
function afterMs(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
}

function everyMs(ms: number, work: () => unknown): () => void {
  const timer = setInterval(work, ms);
  return () => clearInterval(timer);
}

function onAbort(signal: AbortSignal, work: () => void): () => void {
  const abort = () => work();
  signal.addEventListener("abort", abort, { once: true });
  return () => signal.removeEventListener("abort", abort);
}

/** The film among what lies there; links and unfinished pieces are none. */
async function largestIn(folder: string, maxBytes: number): Promise<Downloaded | undefined> {
  let largest: { path: string; name: string; bytes: number } | undefined;
  for (const name of await readdir(folder)) {
    if (/\.(part|ytdl|temp|tmp)(-|$)|^\./i.test(name)) continue;
    const path = join(folder, name);
    const facts = await lstat(path);
    if (facts.isFile() && facts.size > (largest?.bytes ?? 0)) largest = { path, name, bytes: facts.size };
  }
  if (!largest) return undefined;
  return largest.bytes > maxBytes ? { trouble: "big" } : { path: largest.path, name: largest.name };
}

/** yt-dlp ends with this when it has taken as many as it was allowed to. */
const MAX_DOWNLOADS_REACHED = 101;

/** What it says in passing; by these words of its own, in English always. */
const SAYINGS: readonly (readonly [RegExp, DownloadTrouble])[] = [
  [/larger than max-filesize/i, "big"],
  [/does not pass filter|is_live|Requested format is not available/i, "unknown"],
  [/Unsupported URL|No video|no media|is not a valid URL/i, "unknown"],
  [/sign in|log ?in|cookies|age-restricted|private video|members-only|authentication/i, "closed"],
  [/unavailable|not found|HTTP Error 4(04|10)|removed|does not exist/i, "gone"],
];

function troubleOf(
  { code, why, words }: Ending,
  proxy: GateProxy,
  found: Downloaded | undefined,
): Downloaded | undefined {
  if (why === "program" || why === "time") return { trouble: why };
  if (proxy.isOver) return { trouble: "big" };
  if ((code === 0 || code === MAX_DOWNLOADS_REACHED) && why === undefined && found) return undefined;
  if (proxy.refusals > 0) return { trouble: "address" };
  return {
    trouble: SAYINGS.find(([saying]) => saying.test(words))?.[1] ?? (code === 0 ? "unknown" : "failed"),
  };
}
