// PostgreSQL through `pg`: one connection, made again after it was lost; `open` makes it.

import type { CompiledQuery, QueryResult } from "kysely";
import { Client, DatabaseError, types } from "pg";
import type { Engine } from "./engine.ts";
import { type OpenFault, type StorageCode, StorageError, storageError } from "./errors.ts";
import { applicationName, PostgresLock } from "./postgres-lock.ts";

const connectTimeoutMs = 10_000;
/** A server that says nothing for so long is as good as gone. */
const queryTimeoutMs = 30_000;
const int8 = 20;

/** Ids and times are below 2^53, so they may be numbers, as in SQLite. */
const numbers: typeof types.getTypeParser = ((oid: number, format?: "text" | "binary") =>
  oid === int8 ? Number : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser;

/** SQLSTATEs, or their classes. https://www.postgresql.org/docs/15/errcodes-appendix.html */
const codes: readonly (readonly [string, StorageCode])[] = [
  ["53100", "full"],
  ["58", "io"],
  ["25006", "readonly"],
  ["42501", "readonly"],
  ["XX001", "corrupt"],
  ["XX002", "corrupt"],
  ["40", "busy"],
  ["55P03", "busy"],
  ["53", "busy"],
  ["08", "lost"],
  ["57P", "lost"],
];

/**
 * Connects at once, so that a fault of the settings is known. A lock that was taken is taken again with every new
 * connection, before anything else; when another MateBot has it, `onTakeover` is told and everything fails from then on.
 * @throws Error as `pg` has it: only `open` may read it
 */
export async function openPostgres(url: string, onTakeover = () => {}): Promise<Engine> {
  let client = await connect(url);
  let lock: PostgresLock | undefined;
  let taken: StorageError | undefined;
  const names = new Map<string, string>();
  const nameOf = (text: string): string => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  };
  const control = (statement: string) => translated(() => client.query(statement));
  return {
    kind: "postgres",
    async lock(clock) {
      const wanted = new PostgresLock(clock);
      await translated(() => wanted.take(client));
      lock = wanted;
    },
    adopt: async () => {},
    async begin() {
      if (client.lost) await reconnect();
      try {
        await control("begin");
      } catch (error) {
        if (!client.lost) throw error;
        await reconnect();
        await control("begin");
      }
    },
    async commit() {
      // A transaction in which a statement failed is rolled back by COMMIT, without an error.
      const { command } = await control("commit");
      if (command !== "COMMIT") throw new StorageError("aborted", "PostgreSQL had undone the transaction");
    },
    async rollback() {
      if (!client.lost) await control("rollback").catch(() => {});
    },
    async control(statement) {
      await control(statement);
    },
    executeQuery: <R>(query: CompiledQuery) =>
      translated(async (): Promise<QueryResult<R>> => {
        const { sql: text, parameters } = query;
        const { rows, rowCount } = await client.query({ name: nameOf(text), text, values: [...parameters] });
        return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
      }),
    streamQuery() {
      throw new Error("queries are not streamed");
    },
    async close() {
      if (!client.lost) await client.end();
    },
  };

  async function reconnect(): Promise<void> {
    if (taken) throw taken;
    const next = await connect(url).catch((error: unknown) => {
      throw translate(error);
    });
    try {
      await lock?.takeAgain(next);
    } catch (error) {
      next.drop();
      const failure = translate(error);
      if (failure.code === "taken") {
        taken = failure;
        onTakeover();
      }
      throw failure;
    }
    client = next;
  }

  async function translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const failure = translate(error);
      if (failure.code === "lost") client.drop();
      throw failure;
    }
  }
}

/** A connection that knows when it is of no use any more. */
class Connection extends Client {
  lost = false;

  /** Forgets the connection without waiting for the server. */
  drop(): void {
    if (this.lost) return;
    this.lost = true;
    this.end().catch(() => {});
  }
}

async function connect(url: string): Promise<Connection> {
  const client = new Connection({
    connectionString: url,
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: queryTimeoutMs,
    keepAlive: true,
    application_name: applicationName,
    types: { getTypeParser: numbers },
  });
  client.on("error", () => client.drop());
  client.on("end", () => client.drop());
  try {
    await client.connect();
    // What was committed must be on the server's disk, even where the server's default is faster.
    await client.query(
      "select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'",
    );
    // A machine that went away without a word gives its lock back within a minute, not after two hours.
    await client.query(
      `select set_config('tcp_keepalives_idle', '30', false), set_config('tcp_keepalives_interval', '10', false),
         set_config('tcp_keepalives_count', '3', false)`,
    );
  } catch (error) {
    client.drop();
    throw error;
  }
  return client;
}

/** The error without `detail` and `where`, which may quote rows, and without a cause, which has them. */
function translate(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  if (!(error instanceof DatabaseError))
    return new StorageError("lost", "the connection to PostgreSQL was lost");
  const state = error.code ?? "";
  const code = codes.find(([prefix]) => state.startsWith(prefix))?.[1] ?? "query";
  return storageError(code, `PostgreSQL ${state}: ${error.message}`);
}

/** What the user is told when the server could not be used; no password and no URL is in it. */
export function postgresFault(error: unknown): OpenFault {
  const { code = "", message = "" } = error as { readonly code?: string; readonly message?: string };
  if (error instanceof URIError || code === "ERR_INVALID_URL") return { key: "bad-url" };
  if (code.startsWith("28") || message.startsWith("SASL")) return { key: "password" };
  if (code === "3D000") return { key: "no-database" };
  const failure = translate(error);
  if (failure.code === "full") return { key: "full" };
  if (failure.code === "readonly") return { key: "denied" };
  if (failure.code !== "lost") return { key: "refused", values: { reason: failure.message } };
  const fromServer = error instanceof DatabaseError || error instanceof StorageError;
  return { key: "unreachable", values: { reason: fromServer || code === "" ? message : code } };
}
