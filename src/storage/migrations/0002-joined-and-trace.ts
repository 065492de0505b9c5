// Joined messages, dead letters that can be asked for again, and traces; `migrations.ts` runs it once for each database.

import { type CreateTableBuilder, type Kysely, sql } from "kysely";
import type { EngineKind } from "../engine.ts";

/** Carries over every row of the first tables. */
export async function joinedAndTrace(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  const integer = kind === "sqlite" ? "integer" : "bigint";
  await widenJournal(db, kind);
  await widenOutbox(db, integer);
  await rebuildMap(db, kind, integer);
  await strict(db.schema.createTable("joined"), kind)
    .addColumn("copy_key", "text", (column) => column.primaryKey().notNull())
    .addColumn("sections", "text", (column) => column.notNull())
    .addColumn("saved_at", integer, (column) => column.notNull())
    .execute();
  await db.schema.createIndex("joined_age").on("joined").column("saved_at").execute();
  await strict(db.schema.createTable("trace"), kind)
    .addColumn("id", kind === "sqlite" ? "integer" : "bigserial", (column) => column.primaryKey())
    .addColumn("about", "text", (column) => column.notNull())
    .addColumn("lane", "text")
    .addColumn("at", integer, (column) => column.notNull())
    .addColumn("step", "text", (column) => column.notNull())
    .addColumn("detail", "text")
    .execute();
  await db.schema.createIndex("trace_about").on("trace").columns(["about", "id"]).execute();
  await db.schema.createIndex("trace_age").on("trace").column("at").execute();
}

async function widenJournal(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  // Keys are compared byte by byte, as SQLite does, so that those with one beginning stand together in the index.
  if (kind === "postgres") await sql`alter table journal alter column key type text collate "C"`.execute(db);
  await db.schema
    .createIndex("journal_dead")
    .on("journal")
    .columns(["state", "received_at", "account", "key"])
    .where(sql<boolean>`state <> 'done'`)
    .execute();
}

async function widenOutbox(db: Kysely<unknown>, integer: "integer" | "bigint"): Promise<void> {
  const outbox = db.schema.alterTable("outbox");
  await outbox.addColumn("frozen_at", integer).execute();
  await outbox.addColumn("mark", "text").execute();
  await outbox.addColumn("joined_to", integer).execute();
  await outbox.addColumn("died_at", integer).execute();
  await sql`update outbox set died_at = created_at where state = 'dead'`.execute(db);
  await sql`update outbox set frozen_at = created_at where calls is not null`.execute(db);
  await db.schema
    .createIndex("outbox_joined")
    .on("outbox")
    .column("joined_to")
    .where(sql<boolean>`joined_to is not null`)
    .execute();
}

/** SQLite cannot change a primary key, so the rows go into a new table, on both engines alike. */
async function rebuildMap(
  db: Kysely<unknown>,
  kind: EngineKind,
  integer: "integer" | "bigint",
): Promise<void> {
  await sql`drop index message_map_source`.execute(db);
  await sql`alter table message_map rename to message_map_1`.execute(db);
  await strict(db.schema.createTable("message_map"), kind)
    .addColumn("copy_key", "text", (column) => column.notNull())
    .addColumn("section", "integer", (column) => column.notNull())
    .addColumn("copy_conversation", "text", (column) => column.notNull())
    .addColumn("source", "text", (column) => column.notNull())
    .addColumn("source_conversation", "text", (column) => column.notNull())
    .addColumn("place", "text", (column) => column.notNull())
    .addColumn("part", "integer", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .addColumn("via", "text")
    .addColumn("at", integer, (column) => column.notNull())
    .addPrimaryKeyConstraint("message_map_copy", ["copy_key", "section"])
    .execute();
  await sql`
    insert into message_map
      (copy_key, section, copy_conversation, source, source_conversation, place, part, hash, via, at)
    select copy_key, -1, copy_conversation, source, source_conversation, place, part, hash, via, at
    from message_map_1`.execute(db);
  await sql`drop table message_map_1`.execute(db);
  const bySource = db.schema.createIndex("message_map_source").on("message_map");
  await bySource.columns(["source", "place", "part", "at"]).execute();
}

function strict(table: CreateTableBuilder<string>, kind: EngineKind): CreateTableBuilder<string> {
  return kind === "sqlite" ? table.modifyEnd(sql`strict`) : table;
}
