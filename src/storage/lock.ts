// One MateBot for one database: who holds a lock, and how long to wait for it; the engines and `open` use it.

import { type Clock, sleep } from "../model/clock.ts";
import { StorageError } from "./errors.ts";

/** A program that is just being stopped has this long to let go. */
const patienceMs = 3_000;
const tryEveryMs = 100;

/** The program that has a lock. */
export interface Holder {
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** Another program has the lock. */
export class LockHeld extends StorageError {
  /** Absent when it cannot be known. */
  readonly holder: Holder | undefined;
  constructor(holder: Holder | undefined) {
    super("held", "another program has the lock");
    this.holder = holder;
  }
}

/** What `attempt` gives as soon as it does not find the lock held. @throws LockHeld after three seconds */
export async function whenFree<T>(clock: Clock, attempt: () => Promise<T>): Promise<T> {
  for (let left = patienceMs / tryEveryMs; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof LockHeld) || left <= 0) throw error;
    }
    await sleep(clock, tryEveryMs);
  }
}
