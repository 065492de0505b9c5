// Which message is a copy of which: what is recorded and what changes; part of the store's transaction.

import type { Kysely } from "kysely";
import type { StoreTx } from "../bridge/ports.ts";
import { messageKey } from "../model/refs.ts";
import type { Engine } from "./engine.ts";
import { mapReadsOf } from "./map-reads.ts";
import { mapColumns, rowOf } from "./map-rows.ts";
import { prepared, preparedKeys, preparedRows } from "./prepared.ts";
import type { MessageMapTable, Tables } from "./schema.ts";

export function messageMapOf(engine: Engine, db: Kysely<Tables>): StoreTx["map"] {
  const record = recordOf(engine, db);
  const rehash = prepared(engine, (hash: string, copy: string) =>
    db.updateTable("message_map").set({ hash }).where("copy_key", "=", copy),
  );
  const forget = preparedKeys(engine, (keys) => db.deleteFrom("message_map").where("copy_key", "in", keys));
  const forgetOf = prepared(engine, (copy: string, source: string) =>
    db.deleteFrom("message_map").where("copy_key", "=", copy).where("source", "=", source),
  );
  return {
    ...mapReadsOf(engine, db),
    async record(rows) {
      await record(rows.map(rowOf));
    },
    async rehash(copy, hash) {
      await rehash(hash, messageKey(copy));
    },
    async forget(copies, source) {
      if (source === undefined) await forget(copies.map(messageKey));
      else for (const copy of copies) await forgetOf(messageKey(copy), messageKey(source));
    },
  };
}

/** A copy that is recorded again (its commit was not confirmed, but done) is written over. */
function recordOf(
  engine: Engine,
  db: Kysely<Tables>,
): (rows: readonly MessageMapTable[]) => Promise<unknown> {
  const upsert = preparedRows(engine, mapColumns, (rows: readonly MessageMapTable[]) =>
    db
      .insertInto("message_map")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["copy_key", "section"]).doUpdateSet((eb) => ({
          copy_conversation: eb.ref("excluded.copy_conversation"),
          source: eb.ref("excluded.source"),
          source_conversation: eb.ref("excluded.source_conversation"),
          place: eb.ref("excluded.place"),
          part: eb.ref("excluded.part"),
          hash: eb.ref("excluded.hash"),
          via: eb.ref("excluded.via"),
          at: eb.ref("excluded.at"),
        })),
      ),
  );
  // PostgreSQL refuses a statement that would write the same row twice.
  return (rows) =>
    upsert(
      rows.length < 2
        ? rows
        : [...new Map(rows.map((row) => [`${row.copy_key} ${row.section}`, row])).values()],
    );
}
