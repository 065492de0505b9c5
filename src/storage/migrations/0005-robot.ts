// What the robot keeps: tasks, records, and who wrote what was carried; `migrations.ts` runs it once for each database.

import { type Kysely, sql } from "kysely";
import type { EngineKind } from "../engine.ts";

/** Ids are compared byte by byte, on both engines. */
const dialects = {
  sqlite: { time: sql`integer`, id: sql`text`, clustered: sql`strict, without rowid` },
  postgres: { time: sql`bigint`, id: sql`text collate "C"`, clustered: sql`` },
} as const;

export async function robot(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  const { time, id, clustered } = dialects[kind];
  await db.schema
    .createTable("tasks")
    .addColumn("id", id, (column) => column.primaryKey().notNull())
    .addColumn("ask", "text", (column) => column.notNull())
    .addColumn("at", time, (column) => column.notNull())
    .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
    .modifyEnd(clustered)
    .execute();
  await db.schema
    .createTable("records")
    .addColumn("kind", id, (column) => column.notNull())
    .addColumn("key", id, (column) => column.notNull())
    .addColumn("value", "text", (column) => column.notNull())
    .addColumn("until", time)
    .addPrimaryKeyConstraint("records_key", ["kind", "key"])
    .modifyEnd(clustered)
    .execute();
  await db.schema.createIndex("records_until").on("records").column("until").execute();
  // Null where nobody knows, or nobody shall know any more.
  await db.schema.alterTable("message_map").addColumn("author", "text").execute();
}
