// Commits together what arrives together: the queue of works in front of the database; `open` puts it before the store.

import type { StoreTx } from "../bridge/store-port.ts";
import type { Engine } from "./engine.ts";
import { isEngineFault, StorageError } from "./errors.ts";

interface Job {
  readonly work: (tx: StoreTx) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome = { readonly value: unknown } | { readonly error: unknown };

export interface GroupCommit {
  /** Runs `work` in the next transaction, after all works that were given before; resolves after its commit. */
  run<T>(work: (tx: StoreTx) => Promise<T>): Promise<T>;
  /** Refuses new works and resolves when the given ones are done. */
  drain(): Promise<void>;
}

/** A work must not wait for another transaction: it would wait for itself. */
export function groupCommit(engine: Engine, tx: StoreTx): GroupCommit {
  let queue: Job[] = [];
  let busy = false;
  let closed = false;
  let drained: (() => void) | undefined;

  async function commitQueue(): Promise<void> {
    await commitAll(engine, tx, takeQueue);
    if (queue.length > 0) {
      setImmediate(commitQueue);
      return;
    }
    busy = false;
    drained?.();
  }

  function takeQueue(): readonly Job[] {
    const jobs = queue;
    queue = [];
    return jobs;
  }

  return {
    run<T>(work: (tx: StoreTx) => Promise<T>): Promise<T> {
      if (closed) return Promise.reject(new StorageError("closed", "the store is closed"));
      return new Promise<T>((resolve, reject) => {
        queue.push({ work, resolve: (value) => resolve(value as T), reject });
        if (busy) return;
        busy = true;
        // Not at once: the sockets that are readable now are read first, and their works share the commit.
        setImmediate(commitQueue);
      });
    },
    drain(): Promise<void> {
      closed = true;
      if (!busy) return Promise.resolve();
      return new Promise((resolve) => {
        drained = resolve;
      });
    },
  };
}

/** Settles every job it took; never throws. */
async function commitAll(engine: Engine, tx: StoreTx, takeQueue: () => readonly Job[]): Promise<void> {
  const jobs: Job[] = [];
  try {
    settle(jobs, await runTogether(engine, tx, jobs, takeQueue));
  } catch (error) {
    await engine.rollback();
    if (jobs.length === 1 || isEngineFault(error)) rejectAll(jobs, error);
    else await commitApart(engine, tx, jobs);
  }
}

/** One of the works failed: all run again, each behind its own savepoint, so that only the faulty one is undone. */
async function commitApart(engine: Engine, tx: StoreTx, jobs: readonly Job[]): Promise<void> {
  try {
    await engine.begin();
    const outcomes: Outcome[] = [];
    for (const job of jobs) outcomes.push(await runApart(engine, tx, job));
    await engine.commit();
    settle(jobs, outcomes);
  } catch (error) {
    await engine.rollback();
    rejectAll(jobs, error);
  }
}

/** Puts what it takes into `jobs`. */
async function runTogether(
  engine: Engine,
  tx: StoreTx,
  jobs: Job[],
  takeQueue: () => readonly Job[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  const take = () => jobs.push(...takeQueue());
  const runTaken = async () => {
    for (const job of jobs.slice(outcomes.length)) outcomes.push({ value: await job.work(tx) });
  };
  take();
  await engine.begin();
  await runTaken();
  // What these works set off (a lane takes what was just received) comes within a turn of the event loop, and is
  // committed with them: one disk flush before a message is sent, not two.
  await new Promise((resolve) => setImmediate(resolve));
  take();
  await runTaken();
  await engine.commit();
  return outcomes;
}

async function runApart(engine: Engine, tx: StoreTx, job: Job): Promise<Outcome> {
  await engine.control("savepoint work");
  try {
    const value = await job.work(tx);
    await engine.control("release savepoint work");
    return { value };
  } catch (error) {
    if (isEngineFault(error)) throw error;
    await engine.control("rollback to savepoint work");
    await engine.control("release savepoint work");
    return { error };
  }
}

function settle(jobs: readonly Job[], outcomes: readonly Outcome[]): void {
  for (const [i, job] of jobs.entries()) {
    const outcome = outcomes[i];
    if (outcome === undefined) continue;
    if ("error" in outcome) job.reject(outcome.error);
    else job.resolve(outcome.value);
  }
}

function rejectAll(jobs: readonly Job[], error: unknown): void {
  for (const job of jobs) job.reject(error);
}
