// Asks Discord until it answers: limits and trouble are waited out, a few requests at once; the backfill asks through it.

import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import { PlatformError } from "../../../model/errors.ts";

export interface Patience {
  /** The answer, however long it takes. @throws PlatformError for what waiting cannot change; the reason of `signal` */
  ask<T>(request: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
}

const firstMs = 500;
const longestMs = 60_000;

/** Runs at most so many works at once, in order. */
export function createGate(places: number): <T>(work: () => Promise<T>) => Promise<T> {
  let free = places;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => queue.push(resolve));
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else free += 1;
    }
  };
}

/** At most `places` requests at once; one that waits for its limit leaves its place to others. */
export function createPatience(
  { clock, random, log }: Pick<PlatformContext, "clock" | "random" | "log">,
  places: number,
): Patience {
  const gate = createGate(places);
  return {
    async ask(request, signal) {
      for (let failures = 0; ; failures++) {
        try {
          return await gate(() => {
            signal.throwIfAborted();
            return request(signal);
          });
        } catch (error) {
          signal.throwIfAborted();
          const ms = waitOf(error, failures, random());
          if (ms === undefined) throw error;
          log.debug({ error: error instanceof Error ? error.message : "unknown", ms }, "the history waits");
          await sleep(clock, ms, signal);
        }
      }
    },
  };
}

function waitOf(error: unknown, failures: number, chance: number): number | undefined {
  if (!(error instanceof PlatformError)) return undefined;
  if (error.fate.kind === "wait") return error.fate.ms;
  if (error.fate.kind !== "retry") return undefined;
  return Math.min(longestMs, firstMs * 2 ** Math.min(failures, 10)) * (0.75 + chance / 4);
}
