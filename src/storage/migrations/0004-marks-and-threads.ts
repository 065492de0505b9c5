// Reactions, votes, polls, threads that answer to each other, and people; `migrations.ts` runs it once for each database.

import { type Kysely, type RawBuilder, sql } from "kysely";
import type { EngineKind } from "../engine.ts";

interface Dialect {
  /** Milliseconds. */
  readonly time: RawBuilder<unknown>;
  /** Ids are compared byte by byte, on both engines. */
  readonly id: RawBuilder<unknown>;
  /** Counts the rows. */
  readonly counter: RawBuilder<unknown>;
  readonly strict: RawBuilder<unknown>;
  /** The rows stand in the index of the primary key itself. */
  readonly clustered: RawBuilder<unknown>;
}

const dialects: Readonly<Record<EngineKind, Dialect>> = {
  sqlite: {
    time: sql`integer`,
    id: sql`text`,
    counter: sql`integer`,
    strict: sql`strict`,
    clustered: sql`strict, without rowid`,
  },
  postgres: {
    time: sql`bigint`,
    id: sql`text collate "C"`,
    counter: sql`bigserial`,
    strict: sql``,
    clustered: sql``,
  },
};

/** Only new tables: what was there stays as it is. Conversations are named by their number in `places`. */
export async function marksAndThreads(db: Kysely<unknown>, kind: EngineKind): Promise<void> {
  const dialect = dialects[kind];
  await createMarks(db, dialect);
  await createPolls(db, dialect);
  await createThreads(db, dialect);
  await createPeople(db, dialect);
}

async function createMarks(db: Kysely<unknown>, { id, time, clustered }: Dialect): Promise<void> {
  await db.schema
    .createTable("marks")
    .addColumn("about_place", "integer", (column) => column.notNull())
    .addColumn("about_id", id, (column) => column.notNull())
    .addColumn("kind", "text", (column) => column.notNull())
    .addColumn("place", "integer", (column) => column.notNull())
    .addColumn("user_id", id, (column) => column.notNull())
    .addColumn("content", "text", (column) => column.notNull())
    .addColumn("at", time, (column) => column.notNull())
    .addPrimaryKeyConstraint("marks_of_user", ["about_place", "about_id", "kind", "place", "user_id"])
    .modifyEnd(clustered)
    .execute();
}

async function createPolls(db: Kysely<unknown>, { id, clustered }: Dialect): Promise<void> {
  await db.schema
    .createTable("polls")
    .addColumn("place", "integer", (column) => column.notNull())
    .addColumn("message_id", id, (column) => column.notNull())
    .addColumn("poll", "text", (column) => column.notNull())
    .addPrimaryKeyConstraint("polls_message", ["place", "message_id"])
    .modifyEnd(clustered)
    .execute();
  await db.schema
    .createTable("poll_names")
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("poll_id", id, (column) => column.notNull())
    .addColumn("place", "integer", (column) => column.notNull())
    .addColumn("conversation", "integer", (column) => column.notNull())
    .addColumn("message_id", id, (column) => column.notNull())
    .addPrimaryKeyConstraint("poll_names_poll", ["account", "poll_id"])
    .modifyEnd(clustered)
    .execute();
  await db.schema
    .createIndex("poll_names_message")
    .on("poll_names")
    .columns(["place", "message_id"])
    .execute();
}

async function createThreads(db: Kysely<unknown>, { counter, strict }: Dialect): Promise<void> {
  await db.schema
    .createTable("threads")
    .addColumn("id", counter, (column) => column.primaryKey())
    .addColumn("family", "integer", (column) => column.notNull())
    .addColumn("chat", "integer", (column) => column.notNull())
    .addColumn("conversation", "integer", (column) => column.notNull())
    .modifyEnd(strict)
    .execute();
  await db.schema.createIndex("threads_family").on("threads").columns(["family", "chat", "id"]).execute();
  await db.schema
    .createIndex("threads_conversation")
    .on("threads")
    .columns(["conversation", "family"])
    .execute();
}

async function createPeople(db: Kysely<unknown>, { counter, id, strict }: Dialect): Promise<void> {
  await db.schema
    .createTable("people")
    .addColumn("id", counter, (column) => column.primaryKey())
    .addColumn("account", "text", (column) => column.notNull())
    .addColumn("user_id", id, (column) => column.notNull())
    .addColumn("person", "integer", (column) => column.notNull())
    .addUniqueConstraint("people_user", ["account", "user_id"])
    .modifyEnd(strict)
    .execute();
  await db.schema.createIndex("people_person").on("people").columns(["person", "account", "id"]).execute();
}
