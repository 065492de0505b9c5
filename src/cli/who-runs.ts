// Whether a MateBot holds the database, without disturbing it; `matebot webhook show` asks.

import { existsSync } from "node:fs";
import type { Clock } from "../model/clock.ts";
import { LockHeld } from "../storage/lock.ts";
import { tryLockFile } from "../storage/sqlite/lock-file.ts";

/** `pid` is absent when it cannot be known. */
export type Running = { readonly runs: true; readonly pid?: number } | { readonly runs: false };

/** Undefined when it cannot be found out: a PostgreSQL tells nobody, and a lock may be another user's. */
export function whoRuns(storage: string, clock: Clock): Running | undefined {
  const file = /^sqlite:(.+)$/s.exec(storage)?.[1];
  if (file === undefined) return undefined;
  if (!existsSync(`${file}.lock`)) return { runs: false };
  try {
    tryLockFile(`${file}.lock`, clock).release();
    return { runs: false };
  } catch (error) {
    if (!(error instanceof LockHeld)) return undefined;
    return { runs: true, ...(error.holder && { pid: error.holder.pid }) };
  }
}
