// PostgreSQL through `pg`: one connection, made again after it was lost; `access` makes it.

import type { CompiledQuery, QueryResult } from "kysely";
import type { Clock } from "../../model/clock.ts";
import type { Engine } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { type Connection, connect } from "./connection.ts";
import { translate } from "./errors.ts";
import { PostgresLock } from "./lock.ts";

const schemaTimeoutMs = 3_600_000;

/**
 * Connects at once, so that a fault of the settings is known. A lock that was taken is taken again with every new
 * connection, before anything else; when another MateBot has it, `onTakeover` is told and everything fails from then on.
 * @throws Error as `pg` has it: only `access` may read it
 */
export async function openPostgres(url: string, onTakeover = () => {}): Promise<Engine> {
  return engineOf(new Line(url, await connect(url), onTakeover));
}

function engineOf(line: Line): Engine {
  const nameOf = statementNames();
  const control = (statement: string) => line.use((client) => client.query(statement));
  return {
    kind: "postgres",
    lock: (clock) => line.lock(clock),
    adopt: async () => {},
    begin: () => line.begin(),
    async commit() {
      // A transaction in which a statement failed is rolled back by COMMIT, without an error.
      const { command } = await control("commit");
      if (command !== "COMMIT") throw new StorageError("aborted", "PostgreSQL had undone the transaction");
    },
    async rollback() {
      if (!line.lost) await control("rollback").catch(() => {});
    },
    async control(statement) {
      await control(statement);
    },
    executeQuery: <R>(query: CompiledQuery) =>
      line.use(async (client): Promise<QueryResult<R>> => {
        const { sql: text, parameters } = query;
        const named = { name: nameOf(text), text, values: [...parameters], ...patience(query) };
        const { rows, rowCount } = await client.query(named);
        return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
      }),
    streamQuery() {
      throw new Error("queries are not streamed");
    },
    close: () => line.close(),
  };
}

/** A change of the schema may rewrite the tables of years; a lane's query that takes so long is a fault. */
function patience({ query }: CompiledQuery): { readonly query_timeout?: number } {
  const everyday = ["SelectQueryNode", "InsertQueryNode", "UpdateQueryNode", "DeleteQueryNode"];
  return everyday.includes(query.kind) ? {} : { query_timeout: schemaTimeoutMs };
}

/** Short names for statements that the server shall prepare once. */
function statementNames(): (text: string) => string {
  const names = new Map<string, string>();
  return (text) => {
    const known = names.get(text);
    if (known !== undefined) return known;
    const name = `s${names.size}`;
    names.set(text, name);
    return name;
  };
}

/** Owns the connection, and the next one after it was lost. */
class Line {
  readonly #url: string;
  readonly #onTakeover: () => void;
  #client: Connection;
  #lock: PostgresLock | undefined;
  #taken: StorageError | undefined;

  constructor(url: string, client: Connection, onTakeover: () => void) {
    this.#url = url;
    this.#client = client;
    this.#onTakeover = onTakeover;
  }

  get lost(): boolean {
    return this.#client.lost;
  }

  async lock(clock: Clock): Promise<void> {
    const lock = new PostgresLock(clock);
    await this.use((client) => lock.take(client));
    this.#lock = lock;
  }

  async begin(): Promise<void> {
    if (this.lost) await this.#reconnect();
    try {
      await this.use((client) => client.query("begin"));
    } catch (error) {
      if (!this.lost) throw error;
      await this.#reconnect();
      await this.use((client) => client.query("begin"));
    }
  }

  /** @throws StorageError and nothing else */
  async use<T>(work: (client: Connection) => Promise<T>): Promise<T> {
    const client = this.#client;
    try {
      return await work(client);
    } catch (error) {
      const failure = translate(error);
      if (failure.code === "lost") client.drop();
      throw failure;
    }
  }

  async close(): Promise<void> {
    if (!this.lost) await this.#client.end();
  }

  async #reconnect(): Promise<void> {
    if (this.#taken) throw this.#taken;
    const next = await connect(this.#url).catch((error: unknown) => {
      throw translate(error);
    });
    try {
      await this.#lock?.takeAgain(next);
    } catch (error) {
      next.drop();
      const failure = translate(error);
      if (failure.code === "taken") {
        this.#taken = failure;
        this.#onTakeover();
      }
      throw failure;
    }
    this.#client = next;
  }
}
