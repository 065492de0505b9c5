// SQLite through Node's own `node:sqlite`: one connection, every commit on the disk; `open` makes it.

import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { setTimeout as pause } from "node:timers/promises";
import type { CompiledQuery, QueryResult } from "kysely";
import type { Engine } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { translate, translated } from "./errors.ts";
import { createPrivate, type HeldLock, tryLockFile } from "./lock-file.ts";

/** How long another program may hold the file. The wait is for that program, so it is no business of our clock. */
const patienceMs = 5_000;
/** A single statement waits so long, and this whole process with it. */
const busyTimeoutMs = 50;
const tryEveryMs = 10;
/** Multi-row statements come in up to a hundred lengths each; the rarest are prepared again. */
const maxStatements = 300;

/** Opens `path` (`:memory:` too) and makes it and its folder, for this user alone, when they are missing. */
export function openSqlite(path: string, options: { readonly patienceMs?: number } = {}): Engine {
  return translated(() => {
    if (path !== ":memory:") makeFile(path);
    const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // FULL: a commit in WAL mode returns after its fsync.
    db.exec("pragma synchronous = full");
    return engineOf(db, path, options.patienceMs ?? patienceMs);
  });
}

function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  createPrivate(path);
}

function engineOf(db: DatabaseSync, path: string, patience: number): Engine {
  const statements = statementCache(db);
  let lock: HeldLock | undefined;
  return {
    kind: "sqlite",
    async lock(clock) {
      // A database in memory belongs to its process alone.
      if (path !== ":memory:") lock ??= tryLockFile(`${path}.lock`, clock);
    },
    async adopt() {
      // The log is cut back to 16 MiB after a burst, instead of keeping its greatest length.
      translated(() => db.exec("pragma journal_mode = wal; pragma journal_size_limit = 16777216"));
    },
    begin: () => beginSoon(statements, patience),
    async commit() {
      // After some errors SQLite has rolled back by itself, and what followed was not in a transaction.
      if (!db.isTransaction) throw new StorageError("aborted", "SQLite had undone the transaction");
      run(statements, "commit");
    },
    async rollback() {
      try {
        if (db.isTransaction) db.exec("rollback");
      } catch {
        // Then `begin` fails next, and says so.
      }
    },
    control: async (statement) => run(statements, statement),
    async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
      try {
        const { statement, reads } = statements(query.sql);
        const values = query.parameters as readonly SQLInputValue[];
        if (reads) return { rows: statement.all(...values) as R[] };
        return { rows: [], numAffectedRows: BigInt(statement.run(...values).changes) };
      } catch (error) {
        throw translate(error);
      }
    },
    streamQuery() {
      throw new Error("queries are not streamed");
    },
    async close() {
      db.close();
      lock?.release();
      lock = undefined;
    },
  };
}

interface CachedStatement {
  readonly statement: StatementSync;
  /** It answers with rows. */
  readonly reads: boolean;
}

type Statements = (sql: string) => CachedStatement;

function statementCache(db: DatabaseSync): Statements {
  const cache = new Map<string, CachedStatement>();
  return (sql) => {
    const known = cache.get(sql);
    if (known !== undefined) return known;
    const statement = db.prepare(sql);
    const made = { statement, reads: statement.columns().length > 0 };
    const oldest = cache.size < maxStatements ? undefined : cache.keys().next().value;
    if (oldest !== undefined) cache.delete(oldest);
    cache.set(sql, made);
    return made;
  };
}

/** Another program may have begun first; what else this process does goes on until that one is done. */
async function beginSoon(statements: Statements, patience: number): Promise<void> {
  for (let left = patience; ; left -= busyTimeoutMs + tryEveryMs) {
    try {
      return run(statements, "begin immediate");
    } catch (error) {
      if (translate(error).code !== "busy" || left <= 0) throw error;
    }
    await pause(tryEveryMs);
  }
}

function run(statements: Statements, sql: string): void {
  translated(() => statements(sql).statement.run());
}
