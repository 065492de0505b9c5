// Copies every row of one database into another whose schema is the same, whatever the engines; backup and restore use it.

import { CompiledQuery, type Kysely } from "kysely";
import { type Engine, kyselyOver } from "../engine.ts";
import { preparedRows } from "../prepared.ts";

/** A table as it is copied. `numbered`: its rows get their ids from a counter, which is copied, too. */
export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  readonly numbered: boolean;
}

export type CopiedRow = Readonly<Record<string, unknown>>;

/** What rows are copied from; everything it gives is of one moment. */
export interface RowSource {
  rows(table: TableShape): AsyncIterable<readonly CopiedRow[]>;
  /** The greatest id that was ever given. */
  counter(table: TableShape): Promise<number>;
}

/** Within the transaction that was begun on `target`, whose tables must be empty. @throws StorageError */
export async function copyTables(
  source: RowSource,
  target: Engine,
  tables: readonly TableShape[],
): Promise<void> {
  const db = kyselyOver(target) as unknown as Kysely<Record<string, Record<string, unknown>>>;
  for (const table of tables) {
    const insert = preparedRows(target, table.columns, (rows: readonly CopiedRow[]) =>
      db.insertInto(table.name).values(rows),
    );
    for await (const rows of source.rows(table)) await insert(rows);
    if (table.numbered) await setCounter(target, table.name, await source.counter(table));
  }
}

async function setCounter(target: Engine, table: string, last: number): Promise<void> {
  if (target.kind === "postgres") {
    const counter = "pg_get_serial_sequence($1, 'id')";
    await run(target, `select setval(${counter}, greatest($2::bigint, 1), $2::bigint > 0)`, [table, last]);
    return;
  }
  // `trace` counts without this table, from the greatest id that is there.
  await run(target, "update sqlite_sequence set seq = ? where name = ?", [last, table]);
  await run(
    target,
    `insert into sqlite_sequence (name, seq) select ?, ?
       where exists (select 1 from sqlite_schema where name = ? and sql like '%autoincrement%')
         and not exists (select 1 from sqlite_sequence where name = ?)`,
    [table, last, table, table],
  );
}

async function run(engine: Engine, statement: string, values: readonly unknown[]): Promise<void> {
  await engine.executeQuery(CompiledQuery.raw(statement, [...values]));
}
