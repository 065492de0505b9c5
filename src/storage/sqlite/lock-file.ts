// A lock in a file that ends with the process that holds it, however it ends; the SQLite engine and `app` take it.

import { closeSync, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Clock } from "../../model/clock.ts";
import { type Holder, LockHeld, whenFree } from "../lock.ts";
import { translate, translated } from "./errors.ts";

export interface HeldLock {
  /** May be called twice. */
  release(): void;
}

/** How long a program that reads who holds the lock may be in the way. */
const readersMs = 1_000;

/** Takes the lock, or waits three seconds for it. @throws LockHeld, StorageError when the file cannot be written */
export function lockFile(path: string, clock: Clock): Promise<HeldLock> {
  return whenFree(clock, async () => tryLockFile(path, clock));
}

/**
 * The lock is SQLite's own, on an empty database: the kernel frees it with the process, on every system. Its header
 * has room for two numbers, which say who holds it. @throws LockHeld, StorageError when the file cannot be written
 */
export function tryLockFile(path: string, clock: Clock): HeldLock {
  return translated(() => {
    createPrivate(path);
    const db = new DatabaseSync(path, { timeout: 0 });
    try {
      db.exec("pragma journal_mode = memory; pragma synchronous = off");
      reserve(db, { pid: process.pid, since: clock.now() });
      return lockOf(db);
    } catch (error) {
      const held = translate(error).code === "busy" ? new LockHeld(holderOf(db)) : error;
      db.close();
      throw held;
    }
  });
}

function lockOf(db: DatabaseSync): HeldLock {
  return {
    release() {
      if (db.isOpen) db.close();
    },
  };
}

/** Makes the file for this user alone when it is missing. One that is there is not opened: closing it would free locks. */
export function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, "ax", 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
}

/**
 * Ends in a transaction that never writes: nobody else can begin one, and everybody can read. In the moment before it
 * begins another may be faster; then the other has the lock, and this fails.
 */
function reserve(db: DatabaseSync, { pid, since }: Holder): void {
  db.exec("begin immediate");
  db.exec(`pragma user_version = ${pid | 0}; pragma application_id = ${Math.floor(since / 1_000) | 0}`);
  // Somebody may just be reading who has the lock.
  db.exec(`pragma busy_timeout = ${readersMs}; commit; pragma busy_timeout = 0; begin immediate`);
}

/** What is in the file, which is what the holder wrote once it had the lock. */
function holderOf(db: DatabaseSync): Holder | undefined {
  try {
    if (db.isTransaction) db.exec("rollback");
    const pid = Number(db.prepare("pragma user_version").get()?.user_version);
    const seconds = Number(db.prepare("pragma application_id").get()?.application_id) >>> 0;
    return pid > 0 ? { pid, since: seconds * 1_000 } : undefined;
  } catch {
    return undefined;
  }
}
