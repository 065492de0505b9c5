// One connection to PostgreSQL with the settings we need, which knows when it is of no use any more; the engine makes it.

import { Client, types } from "pg";
import { applicationName } from "./lock.ts";

const connectTimeoutMs = 10_000;
/** A server that says nothing for so long is as good as gone. */
const queryTimeoutMs = 30_000;
const int8 = 20;

/** Ids and times are below 2^53, so they may be numbers, as in SQLite. */
const numbers: typeof types.getTypeParser = ((oid: number, format?: "text" | "binary") =>
  oid === int8 ? Number : types.getTypeParser(oid, format as "text")) as typeof types.getTypeParser;

/** A connection that knows when it is of no use any more. */
export class Connection extends Client {
  lost = false;

  /** Forgets the connection without waiting for the server. */
  drop(): void {
    if (this.lost) return;
    this.lost = true;
    this.end().catch(() => {});
  }
}

/** @throws Error as `pg` has it */
export async function connect(url: string): Promise<Connection> {
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
