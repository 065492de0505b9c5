// SQLite through Node's own `node:sqlite`: one connection, every commit on the disk; `open` makes it.

import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { CompiledQuery, QueryResult } from "kysely";
import type { Engine } from "./engine.ts";
import { type OpenFault, type StorageCode, StorageError } from "./errors.ts";

/** How long another program may hold the file; everything in this process waits meanwhile. */
const busyTimeoutMs = 5_000;
/** Multi-row statements come in up to a hundred lengths each; the rarest are prepared again. */
const maxStatements = 300;

/** The primary result codes of SQLite that tell what is wrong with the file. https://sqlite.org/rescode.html */
const codes: Readonly<Record<number, StorageCode>> = {
  3: "readonly",
  5: "busy",
  6: "busy",
  8: "readonly",
  10: "io",
  11: "corrupt",
  13: "full",
  14: "readonly",
  23: "readonly",
  26: "alien",
};

/** SQLITE_IOERR_SHMSIZE: the small file beside the log could not grow, which is how a full disk shows at the start. */
const sharedMemoryCannotGrow = 4874;

/** Opens `path` (`:memory:` too) and makes it and its folder, for this user alone, when they are missing. */
export function openSqlite(path: string): Engine {
  return translated(() => {
    if (path !== ":memory:") makeFile(path);
    const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // FULL: a commit in WAL mode returns after its fsync.
    db.exec("pragma synchronous = full");
    return engineOf(db);
  });
}

function makeFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, "a", 0o600));
}

function engineOf(db: DatabaseSync): Engine {
  const statements = statementCache(db);
  const begin = "begin immediate";
  return {
    kind: "sqlite",
    async adopt() {
      // The log is cut back to 16 MiB after a burst, instead of keeping its greatest length.
      translated(() => db.exec("pragma journal_mode = wal; pragma journal_size_limit = 16777216"));
    },
    begin: async () => run(statements, begin),
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
    close: async () => db.close(),
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

function run(statements: Statements, sql: string): void {
  translated(() => statements(sql).statement.run());
}

function translated<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw translate(error);
  }
}

/** An error of SQLite or of the file system, as a StorageError. SQLite's messages name tables and columns, no values. */
function translate(error: unknown): StorageError {
  if (!(error instanceof Error)) return new StorageError("query", String(error));
  const { errcode, code } = error as Error & { readonly errcode?: number; readonly code?: string };
  if (errcode !== undefined) {
    const known = errcode === sharedMemoryCannotGrow ? "full" : codes[errcode & 0xff];
    return new StorageError(known ?? "query", `SQLite ${errcode}: ${error.message}`, {
      cause: error,
    });
  }
  if (code === "ENOSPC" || code === "EDQUOT")
    return new StorageError("full", error.message, { cause: error });
  if (code === "EIO") return new StorageError("io", error.message, { cause: error });
  const fromFileSystem = (error as NodeJS.ErrnoException).syscall !== undefined;
  return new StorageError(fromFileSystem ? "readonly" : "query", error.message, { cause: error });
}

const faults: Readonly<Partial<Record<StorageCode, string>>> = {
  readonly: "unwritable",
  busy: "busy",
  full: "full",
  io: "io",
  corrupt: "corrupt",
  alien: "alien",
};

/** What the user is told; undefined when it is no fault of theirs. */
export function sqliteFault(error: unknown): OpenFault | undefined {
  const key = error instanceof StorageError ? faults[error.code] : undefined;
  return key === undefined ? undefined : { key };
}
