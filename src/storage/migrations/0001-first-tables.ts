// The first tables and their indexes; `migrations.ts` runs it once for each database.

import { type CreateTableBuilder, type Kysely, sql } from "kysely";
import type { EngineKind } from "../engine.ts";

/** Every query of the store is a lookup in one of these indexes. */
export async function firstTables(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  await createTables(db, kind);
  await db.schema
    .createIndex("journal_age")
    .on("journal")
    .column("received_at")
    .where(sql<boolean>`state = 'done'`)
    .execute();
  await db.schema
    .createIndex("outbox_lane")
    .on("outbox")
    .columns(["lane", "id"])
    .where(sql<boolean>`state <> 'dead'`)
    .execute();
  await db.schema.createIndex("outbox_source").on("outbox").columns(["source", "lane"]).execute();
  await db.schema
    .createIndex("outbox_dead")
    .on("outbox")
    .column("id")
    .where(sql<boolean>`state = 'dead'`)
    .execute();
  await db.schema.createIndex("held_waits_for").on("held").column("waits_for").execute();
  await db.schema.createIndex("held_until").on("held").column("until").execute();
  const bySource = db.schema.createIndex("message_map_source").on("message_map");
  await bySource.columns(["source", "place", "part", "at"]).execute();
}

async function createTables(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  const integer = kind === "sqlite" ? "integer" : "bigint";
  const table = (name: string) => strict(db.schema.createTable(name), kind);
  const withId = (name: string) =>
    kind === "sqlite"
      ? table(name).addColumn("id", "integer", (column) => column.primaryKey().autoIncrement())
      : table(name).addColumn("id", "bigserial", (column) => column.primaryKey());
  await table("journal")
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("key", "text", (column) => column.notNull())
    .addColumn("body", "text", (column) => column.notNull())
    .addColumn("received_at", integer, (column) => column.notNull())
    .addColumn("state", "text", (column) => column.notNull().defaultTo("done"))
    .addColumn("reason", "text")
    .addUniqueConstraint("journal_key", ["account", "key"])
    .execute();
  await withId("outbox")
    .addColumn("lane", "text", (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("event", "text", (column) => column.notNull())
    .addColumn("source", "text")
    .addColumn("state", "text", (column) => column.notNull().defaultTo("waiting"))
    .addColumn("attempts", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("failing_since", integer)
    .addColumn("calls", "text")
    .addColumn("done", "integer", (column) => column.notNull().defaultTo(0))
    .addColumn("reason", "text")
    .addColumn("created_at", integer, (column) => column.notNull())
    .execute();
  await withId("held")
    .addColumn("waits_for", "text", (column) => column.notNull())
    .addColumn("lane", "text", (column) => column.notNull())
    .addColumn("event", "text", (column) => column.notNull())
    .addColumn("until", integer, (column) => column.notNull())
    .execute();
  await table("message_map")
    .addColumn("copy_key", "text", (column) => column.primaryKey().notNull())
    .addColumn("copy_conversation", "text", (column) => column.notNull())
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("source_conversation", "text", (column) => column.notNull())
    .addColumn("place", "text", (column) => column.notNull())
    .addColumn("part", "integer", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .addColumn("via", "text")
    .addColumn("at", integer, (column) => column.notNull())
    .execute();
  await table("state")
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("value", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("state_name", ["account", "name"])
    .execute();
  await withId("moves")
    .addColumn("from_key", "text", (column) => column.notNull())
    .addColumn("to_key", "text", (column) => column.notNull())
    .addUniqueConstraint("moves_pair", ["from_key", "to_key"])
    .execute();
}

/** SQLite checks the types of the columns only in tables that ask for it. */
function strict(table: CreateTableBuilder<string>, kind: EngineKind): CreateTableBuilder<string> {
  return kind === "sqlite" ? table.modifyEnd(sql`strict`) : table;
}
