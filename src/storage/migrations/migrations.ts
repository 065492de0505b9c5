// Brings a database to the schema this program knows, or refuses it untouched; `open` calls it.

import { type Kysely, sql } from "kysely";
import type { Clock } from "../../model/clock.ts";
import { type Engine, type EngineKind, kyselyOver } from "../engine.ts";
import type { Tables } from "../tables/schema.ts";
import { firstTables } from "./0001-first-tables.ts";
import { joinedAndTrace } from "./0002-joined-and-trace.ts";
import { places } from "./0003-places.ts";
import { marksAndThreads } from "./0004-marks-and-threads.ts";
import { robot } from "./0005-robot.ts";

type Migration = (db: Kysely<unknown>, kind: EngineKind) => Promise<void>;

/** Migration n leads from version n - 1 to version n. Only ever add to the end. */
const migrations: readonly Migration[] = [firstTables, joinedAndTrace, places, marksAndThreads, robot];

export const knownVersion = migrations.length;

/** The database belongs to another program, or to a newer version of this one. */
export class WrongSchema extends Error {
  override readonly name = "WrongSchema";
  /** Absent when the tables are not ours at all. */
  readonly version: number | undefined;
  constructor(version: number | undefined) {
    super(version === undefined ? "the tables of another program" : `schema version ${version}`);
    this.version = version;
  }
}

/** The version of the database's schema; 0 for an empty one. @throws WrongSchema, StorageError */
export function schemaVersion(engine: Engine): Promise<number> {
  return versionOf(engine, kyselyOver(engine));
}

/** Runs the missing migrations in one transaction. The lock must be held when there are any. @throws StorageError */
export async function migrate(engine: Engine, clock: Clock): Promise<void> {
  await engine.begin();
  try {
    await migrateTo(knownVersion, engine, clock);
    await engine.commit();
  } catch (error) {
    await engine.rollback();
    throw error;
  }
}

/** Runs the missing migrations up to this one, in the transaction that was begun. @throws WrongSchema, StorageError */
export async function migrateTo(wanted: number, engine: Engine, clock: Clock): Promise<void> {
  const db = kyselyOver(engine);
  const version = await versionOf(engine, db);
  if (version === 0) await createVersionTable(db, engine.kind);
  for (const [i, migration] of migrations.entries()) {
    if (i < version || i >= wanted) continue;
    await migration(db as unknown as Kysely<unknown>, engine.kind);
    await db
      .insertInto("matebot_schema")
      .values({ version: i + 1, applied_at: clock.now() })
      .execute();
  }
}

async function createVersionTable(db: Kysely<Tables>, kind: EngineKind): Promise<void> {
  await db.schema
    .createTable("matebot_schema")
    .addColumn("version", "integer", (column) => column.primaryKey().notNull())
    .addColumn("applied_at", kind === "sqlite" ? "integer" : "bigint", (column) => column.notNull())
    .execute();
}

/** 0 for an empty database. */
async function versionOf(engine: Engine, db: Kysely<Tables>): Promise<number> {
  const tables = await tableNames(engine.kind, db);
  if (!tables.includes("matebot_schema")) {
    if (tables.length > 0) throw new WrongSchema(undefined);
    return 0;
  }
  const row = await db
    .selectFrom("matebot_schema")
    .select((eb) => eb.fn.max<number | null>("version").as("version"))
    .executeTakeFirst();
  const version = row?.version ?? 0;
  if (version > knownVersion) throw new WrongSchema(version);
  return version;
}

async function tableNames(kind: EngineKind, db: Kysely<Tables>): Promise<readonly string[]> {
  const query =
    kind === "sqlite"
      ? sql<{
          name: string;
        }>`select name from sqlite_schema where type = 'table' and substr(name, 1, 7) <> 'sqlite_'`
      : sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`;
  return (await query.execute(db)).rows.map(({ name }) => name);
}
