// How many bytes a database takes, asked beside the store that uses it; the bench of the store's years calls it.

import { statSync } from "node:fs";
import { Client } from "pg";

export interface Measured {
  bytes(): Promise<number>;
  /** Does at once what the engine does by itself after a while. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export function databaseOf(url: string): Measured {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  if (path !== undefined)
    return { bytes: async () => statSync(path).size, settle: async () => {}, close: async () => {} };
  const client = new Client({ connectionString: url });
  const connected = client.connect();
  return {
    async bytes() {
      await connected;
      const { rows } = await client.query("select pg_database_size(current_database())::text as bytes");
      return Number(rows[0]?.bytes);
    },
    async settle() {
      await connected;
      await client.query("vacuum analyze");
      await client.query("checkpoint");
    },
    async close() {
      await connected;
      await client.end();
    },
  };
}
