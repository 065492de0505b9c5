// A backup is a file with an SQLite database, whatever engine it came from; backup checks it, restore reads from it.

import { DatabaseSync } from "node:sqlite";
import { StorageError } from "../errors.ts";
import { knownVersion, WrongSchema } from "../migrations/migrations.ts";
import { translated } from "../sqlite/errors.ts";
import type { CopiedRow, RowSource, TableShape } from "./table-copy.ts";

/** Rows that are read before they are written. */
export const batchRows = 1_000;

/** Owns the file until it is closed; nobody can change it through this. */
export class BackupFile implements RowSource {
  readonly #db: DatabaseSync;
  /** Of the schema. */
  readonly version: number;

  /** @throws StorageError `alien` or `corrupt`, WrongSchema when the file is no backup of ours */
  constructor(path: string) {
    this.#db = translated(() => new DatabaseSync(path, { readOnly: true }));
    try {
      this.version = this.#check();
    } catch (error) {
      this.#db.close();
      throw error;
    }
  }

  #check(): number {
    const tables = this.#all("select name from sqlite_schema where type = 'table'").map(({ name }) => name);
    if (!tables.includes("matebot_schema")) throw new WrongSchema(undefined);
    const version = Number(this.#all("select max(version) as version from matebot_schema")[0]?.version);
    if (version > knownVersion) throw new WrongSchema(version);
    const [first] = this.#all("pragma integrity_check(1)");
    if (first?.integrity_check !== "ok") throw new StorageError("corrupt", "the integrity check failed");
    return version;
  }

  /** Every table but the one of the schema's version. */
  tables(): readonly TableShape[] {
    const names = this.#all(
      "select name from sqlite_schema where type = 'table' and substr(name, 1, 7) <> 'sqlite_' and name <> 'matebot_schema'",
    );
    return names.map(({ name }) => {
      const fields = this.#all(`select name, type from pragma_table_info('${name}')`);
      const columns = fields.map((field) => String(field.name));
      // An id that is a text was given by somebody else.
      const numbered = fields.some((field) => field.name === "id" && /^integer$/i.test(String(field.type)));
      return { name: String(name), columns, numbered };
    });
  }

  async *rows({ name, columns }: TableShape): AsyncGenerator<readonly CopiedRow[]> {
    let batch: CopiedRow[] = [];
    const list = columns.map((column) => `"${column}"`).join(", ");
    for (const row of this.#db.prepare(`select ${list} from "${name}"`).iterate()) {
      batch.push(row);
      if (batch.length < batchRows) continue;
      yield batch;
      batch = [];
    }
    yield batch;
  }

  async counter({ name }: TableShape): Promise<number> {
    const [given] = this.#all(`select max(seq) as last from sqlite_sequence where name = '${name}'`);
    const [there] = this.#all(`select max(id) as last from "${name}"`);
    return Math.max(Number(given?.last ?? 0), Number(there?.last ?? 0));
  }

  close(): void {
    this.#db.close();
  }

  #all(query: string): readonly CopiedRow[] {
    return translated(() => this.#db.prepare(query).all());
  }
}
