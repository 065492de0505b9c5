// Reads whole tables of PostgreSQL in batches, within the transaction that was begun; backup copies from it.

import { CompiledQuery } from "kysely";
import { batchRows } from "../backup/backup-file.ts";
import type { CopiedRow, RowSource, TableShape } from "../backup/table-copy.ts";
import type { Engine } from "../engine.ts";

export class PostgresRows implements RowSource {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  async *rows({ name, columns }: TableShape): AsyncGenerator<readonly CopiedRow[]> {
    const list = columns.map((column) => `"${column}"`).join(", ");
    const cursor = `copy_${name}`;
    await this.#engine.control(`declare ${cursor} no scroll cursor for select ${list} from "${name}"`);
    for (;;) {
      const rows = await this.#all(`fetch ${batchRows} from ${cursor}`);
      yield rows;
      if (rows.length < batchRows) break;
    }
    await this.#engine.control(`close ${cursor}`);
  }

  async counter({ name }: TableShape): Promise<number> {
    const [sequence] = await this.#all(`select pg_get_serial_sequence('${name}', 'id') as name`);
    const [row] = await this.#all(`select last_value as last, is_called as used from ${sequence?.name}`);
    return row?.used === true ? Number(row.last) : 0;
  }

  async #all(query: string): Promise<readonly CopiedRow[]> {
    return (await this.#engine.executeQuery<CopiedRow>(CompiledQuery.raw(query))).rows;
  }
}
