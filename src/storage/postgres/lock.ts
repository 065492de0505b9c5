// The lock of one MateBot on its PostgreSQL database, held by the connection itself; the engine takes it.

import type { Client } from "pg";
import { type Clock, sleep } from "../../model/clock.ts";
import { StorageError } from "../errors.ts";
import { type Holder, LockHeld } from "../lock.ts";

/** One connection of the server; ids alone are used again. */
interface Backend {
  readonly pid: number;
  readonly started: string;
}

/** How often a connection of our own that the server still believes in is told to end. */
const attempts = 30;
const tryEveryMs = 100;

const lockKey = "hashtextextended('matebot ' || current_schema(), 0)";

/** Names the connection, so that another MateBot can say who has the lock. */
export const applicationName = `matebot ${process.pid}`;

/** Owns the lock across the connections of one engine. */
export class PostgresLock {
  readonly #clock: Clock;
  #backend: Backend | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes the lock with the engine's first connection. @throws LockHeld */
  async take(client: Client): Promise<void> {
    if (!(await tryLock(client))) throw new LockHeld(await holderOf(client));
    this.#backend = await ourselves(client);
  }

  /**
   * Takes the lock again with a new connection. Only our own lost connection may be in the way, and it is ended.
   * @throws StorageError `taken` when another MateBot has it
   */
  async takeAgain(client: Client): Promise<void> {
    for (let left = attempts; !(await tryLock(client)); left -= 1) {
      if (left <= 0 || !(await this.#endLost(client)))
        throw new StorageError("taken", "another MateBot has taken over the database");
      await sleep(this.#clock, tryEveryMs);
    }
    this.#backend = await ourselves(client);
  }

  /** False when the lock is held by a connection that is not ours. */
  async #endLost(client: Client): Promise<boolean> {
    const holder = await backendWithLock(client);
    if (holder === undefined) return true;
    if (holder.pid !== this.#backend?.pid || holder.started !== this.#backend.started) return false;
    await client.query("select pg_terminate_backend($1)", [holder.pid]);
    return true;
  }
}

async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query(`select pg_try_advisory_lock(${lockKey}) as ours`);
  return rows[0]?.ours === true;
}

async function ourselves(client: Client): Promise<Backend | undefined> {
  const { rows } = await client.query<Backend>(
    "select pid, backend_start::text as started from pg_stat_activity where pid = pg_backend_pid()",
  );
  return rows[0];
}

type Session = Backend & { readonly name: string; readonly since: number };

async function backendWithLock(client: Client): Promise<Session | undefined> {
  // A lock with a key of 64 bits stands there in two halves.
  const { rows } = await client.query<Session>(
    `select pid, backend_start::text as started, application_name as name,
       floor(extract(epoch from backend_start) * 1000)::bigint as since
     from pg_locks join pg_stat_activity using (pid)
     where locktype = 'advisory' and granted and objsubid = 1
       and database = (select oid from pg_database where datname = current_database())
       and (classid::bigint << 32 | objid::bigint) = ${lockKey}`,
  );
  return rows[0];
}

/** The server knows its own process for each connection; ours told its id by its name. */
async function holderOf(client: Client): Promise<Holder | undefined> {
  const session = await backendWithLock(client);
  const pid = /^matebot (\d+)$/.exec(session?.name ?? "")?.[1];
  return session && pid !== undefined ? { pid: Number(pid), since: session.since } : undefined;
}
