// Which message is a copy of which: what is recorded and what changes; part of the store's transaction.

import type { Kysely } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Engine } from "../engine.ts";
import { prepared, preparedRows } from "../prepared.ts";
import { mapReadsOf } from "./map-reads.ts";
import { rowOf, type WordedRow } from "./map-rows.ts";
import { addPlacesOf, keyOf, numberOf } from "./places.ts";
import type { Tables } from "./schema.ts";

export function messageMapOf(engine: Engine, db: Kysely<Tables>): StoreTx["map"] {
  const addPlaces = addPlacesOf(engine, db);
  const record = recordOf(engine, db);
  const rehash = prepared(engine, (hash: string, place: string, id: string) =>
    db
      .updateTable("message_map")
      .set({ hash })
      .where("copy_place", "=", numberOf(db, place))
      .where("copy_id", "=", id),
  );
  const forgetCopy = (place: string, id: string) =>
    db.deleteFrom("message_map").where("copy_place", "=", numberOf(db, place)).where("copy_id", "=", id);
  const forget = prepared(engine, forgetCopy);
  const forgetOf = prepared(engine, (place: string, id: string, sourcePlace: string, sourceId: string) =>
    forgetCopy(place, id)
      .where("source_place", "=", numberOf(db, sourcePlace))
      .where("source_id", "=", sourceId),
  );
  return {
    ...mapReadsOf(engine, db),
    async record(rows) {
      const worded = rows.map(rowOf);
      await addPlaces(worded.flatMap(placesOf));
      await record(worded);
    },
    async rehash(copy, hash) {
      const { place, id } = keyOf(copy);
      await rehash(hash, place, id);
    },
    async forget(copies, source) {
      const of = source && keyOf(source);
      for (const { place, id } of copies.map(keyOf)) {
        if (of === undefined) await forget(place, id);
        else await forgetOf(place, id, of.place, of.id);
      }
    },
  };
}

function placesOf(row: WordedRow): readonly string[] {
  return [row.copy_place, row.copy_conversation, row.source_place, row.source_conversation];
}

/** A copy that is recorded again (its commit was not confirmed, but done) is written over. */
function recordOf(engine: Engine, db: Kysely<Tables>): (rows: readonly WordedRow[]) => Promise<unknown> {
  const columns = [
    ...(["copy_place", "copy_id", "section", "copy_conversation", "source_place", "source_id"] as const),
    ...(["source_conversation", "part", "hash", "via", "at", "author"] as const),
  ];
  const upsert = preparedRows(engine, columns, (rows: readonly WordedRow[]) =>
    db
      .insertInto("message_map")
      .values(
        rows.map((row) => ({
          ...row,
          copy_place: numberOf(db, row.copy_place),
          copy_conversation: numberOf(db, row.copy_conversation),
          source_place: numberOf(db, row.source_place),
          source_conversation: numberOf(db, row.source_conversation),
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(["copy_place", "copy_id", "section"]).doUpdateSet((eb) => ({
          copy_conversation: eb.ref("excluded.copy_conversation"),
          source_place: eb.ref("excluded.source_place"),
          source_id: eb.ref("excluded.source_id"),
          source_conversation: eb.ref("excluded.source_conversation"),
          part: eb.ref("excluded.part"),
          hash: eb.ref("excluded.hash"),
          via: eb.ref("excluded.via"),
          at: eb.ref("excluded.at"),
          author: eb.ref("excluded.author"),
        })),
      ),
  );
  // PostgreSQL refuses a statement that would write the same row twice.
  const keyed = (row: WordedRow) => [`${row.copy_place} ${row.copy_id} ${row.section}`, row] as const;
  return (rows) => upsert(rows.length < 2 ? rows : [...new Map(rows.map(keyed)).values()]);
}
