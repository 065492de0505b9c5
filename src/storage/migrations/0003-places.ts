// Conversations of the message map are written once, and its rows name them by number; `migrations.ts` runs it once.

import { type Kysely, sql } from "kysely";
import type { EngineKind } from "../engine.ts";

/** The map is kept for ever: this halves it (bench/storage-years.ts). Carries over every row. */
export async function places(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  const strict = kind === "sqlite" ? sql`strict` : sql``;
  await db.schema
    .createTable("places")
    .addColumn("id", kind === "sqlite" ? "integer" : "serial", (column) => column.primaryKey())
    .addColumn("key", "text", (column) => column.notNull().unique())
    .modifyEnd(strict)
    .execute();
  await sql`drop index message_map_source`.execute(db);
  await sql`alter table message_map rename to message_map_2`.execute(db);
  await createMap(db, kind);
  await carryOver(db, kind);
  await sql`drop table message_map_2`.execute(db);
  const bySource = db.schema.createIndex("message_map_source").on("message_map");
  await bySource.columns(["source_place", "source_id", "copy_place", "part", "at"]).execute();
}

async function createMap(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  // Ids are compared byte by byte, as SQLite does, which is also the fastest way.
  const id = kind === "sqlite" ? sql`text` : sql`text collate "C"`;
  await db.schema
    .createTable("message_map")
    .addColumn("copy_place", "integer", (column) => column.notNull())
    .addColumn("copy_id", id, (column) => column.notNull())
    .addColumn("section", "integer", (column) => column.notNull())
    .addColumn("copy_conversation", "integer", (column) => column.notNull())
    .addColumn("source_place", "integer", (column) => column.notNull())
    .addColumn("source_id", id, (column) => column.notNull())
    .addColumn("source_conversation", "integer", (column) => column.notNull())
    .addColumn("part", "integer", (column) => column.notNull())
    .addColumn("hash", "text", (column) => column.notNull())
    .addColumn("via", "text")
    .addColumn("at", kind === "sqlite" ? "integer" : "bigint", (column) => column.notNull())
    .addPrimaryKeyConstraint("message_map_by_copy", ["copy_place", "copy_id", "section"])
    // The rows stand in the index itself.
    .modifyEnd(kind === "sqlite" ? sql`strict, without rowid` : sql``)
    .execute();
}

async function carryOver(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  // A key is account:conversation/thread, the thread only where there is one.
  const sourcePlace =
    kind === "sqlite"
      ? sql`substr(source_conversation, 1, instr(source_conversation || '/', '/') - 1)`
      : sql`split_part(source_conversation, '/', 1)`;
  await sql`
    insert into places (key)
    select place from message_map_2 union select copy_conversation from message_map_2
    union select source_conversation from message_map_2 union select ${sourcePlace} from message_map_2`.execute(
    db,
  );
  await sql`
    insert into message_map (copy_place, copy_id, section, copy_conversation, source_place, source_id,
      source_conversation, part, hash, via, at)
    select copy_place.id, substr(copy_key, length(place) + 2), section, copy_conversation.id, source_place.id,
      substr(source, length(source_place.key) + 2), source_conversation.id, part, hash, via, at
    from message_map_2 as old
    join places as copy_place on copy_place.key = old.place
    join places as copy_conversation on copy_conversation.key = old.copy_conversation
    join places as source_conversation on source_conversation.key = old.source_conversation
    join places as source_place on source_place.key = ${sourcePlace}`.execute(db);
}
