// Makes files that are not there yet: each once, however many ask, and keeps them; the ladder and the faces order here.

import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import type { UnfitReason } from "../bridge/media-port.ts";
import type { Log } from "../bridge/ports.ts";
import { PlatformError } from "../model/errors.ts";
import { type Cache, type CachedFile, type MadeFile, openCache } from "./cache.ts";
import { createMemo } from "./memo.ts";
import { diskFault, type Spool, type SpoolFile } from "./spool.ts";

/** A file on our disk, there until `release`. */
export interface Piece extends MadeFile {
  readonly path: string;
  readonly bytes: number;
  /** Absent: it is deleted when it is released. */
  readonly key?: string;
  release(): void;
}

/** Writes the file to `target`. @throws PlatformError when it may succeed another time */
export type Work = (target: string, signal: AbortSignal) => Promise<MadeFile | UnfitReason>;

export interface Workshop {
  /** What was made under this key before; why it could not be made, for a while. */
  find(key: string | undefined): Promise<Piece | UnfitReason | undefined>;
  /** The work goes on while anybody waits for it. Without a key the piece is of this caller alone. */
  make(key: string | undefined, signal: AbortSignal, work: Work): Promise<Piece | UnfitReason>;
  readonly cache: Cache;
  /** Aborts what is made, and waits until it has ended. */
  stop(): Promise<void>;
}

interface Job {
  readonly done: Promise<CachedFile | UnfitReason>;
  readonly over: AbortController;
  /** The next who asks begins anew. */
  readonly forget: () => void;
  waiting: number;
}

interface WorkshopParts {
  readonly folder: string;
  readonly spool: Spool;
  readonly cacheBytes: number;
  readonly log: Log;
  readonly now: () => number;
}

/** The name in the cache of what is told by `facts`. */
export function keyOf(...facts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(facts)).digest("base64url");
}

export function createWorkshop(parts: WorkshopParts): Workshop {
  const { folder, cacheBytes, now } = parts;
  const cache = openCache(folder, cacheBytes, now);
  const refusals = createMemo<UnfitReason>(now);
  const jobs = new Map<string, Job>();

  function begin(key: string, work: Work): Job {
    const over = new AbortController();
    const run = async () => {
      const built = await build(parts, over.signal, work);
      if (typeof built === "string") {
        refusals.set(key, built);
        return built;
      }
      return await cache.put(key, built.file, built.made).catch(async (error: unknown) => {
        await built.file.remove();
        throw diskFault(error);
      });
    };
    const forget = () => {
      if (jobs.get(key) === job) jobs.delete(key);
    };
    const job: Job = { done: run().finally(forget), over, forget, waiting: 0 };
    jobs.set(key, job);
    return job;
  }

  async function find(key: string | undefined): Promise<Piece | UnfitReason | undefined> {
    if (key === undefined) return undefined;
    const file = await cache.find(key);
    return file ? { ...file, release: cache.pin(key) } : refusals.get(key);
  }

  return {
    find,
    make: async (key, signal, work) => {
      if (key === undefined) return await buildAlone(parts, signal, work);
      const found = await find(key);
      if (found !== undefined) return found;
      signal.throwIfAborted();
      const done = await resultOf(jobs.get(key) ?? begin(key, work), signal);
      return typeof done === "string" ? done : { ...done, release: cache.pin(key) };
    },
    cache,
    stop: async () => {
      const running = [...jobs.values()];
      for (const { over } of running) over.abort(new DOMException("media stops", "AbortError"));
      await Promise.allSettled(running.map(({ done }) => done));
    },
  };
}

/** Who gives up as the last ends the job; nobody joins it any more then. */
async function resultOf(job: Job, signal: AbortSignal): Promise<CachedFile | UnfitReason> {
  job.waiting++;
  try {
    return await untilAborted(job.done, signal);
  } finally {
    job.waiting--;
    if (job.waiting === 0) {
      job.over.abort(new DOMException("nobody waits for it any more", "AbortError"));
      job.forget();
    }
  }
}

interface Built {
  readonly made: MadeFile;
  readonly file: SpoolFile;
}

async function build(
  { spool, log }: WorkshopParts,
  signal: AbortSignal,
  work: Work,
): Promise<Built | UnfitReason> {
  const target = spool.free();
  try {
    const made = await work(target, signal);
    return typeof made === "string" ? made : { made, file: await spool.adopt(target) };
  } catch (error) {
    await rm(target, { force: true });
    signal.throwIfAborted();
    const fault = diskFault(error);
    if (fault instanceof PlatformError) throw fault;
    // The same again would end the same way, and a file is no reason to hold a conversation up.
    log.warn({ err: error }, "a file could not be converted");
    return "broken";
  }
}

async function buildAlone(
  parts: WorkshopParts,
  signal: AbortSignal,
  work: Work,
): Promise<Piece | UnfitReason> {
  const built = await build(parts, signal, work);
  if (typeof built === "string") return built;
  const { path, bytes, remove } = built.file;
  return { ...built.made, path, bytes, release: () => void remove() };
}

/** Rejects as soon as the signal aborts; the work itself goes on. */
export function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
