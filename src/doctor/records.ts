// Opens the database for reading alone, beside a MateBot that may be running; `world.ts` opens it, checks and platforms read.

import { existsSync } from "node:fs";
import { type Kysely, sql } from "kysely";
import type { Clock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { accessTo } from "../storage/access.ts";
import { type Engine, kyselyOver } from "../storage/engine.ts";
import { StorageError } from "../storage/errors.ts";
import { knownVersion, schemaVersion } from "../storage/migrations/migrations.ts";
import { storeOver } from "../storage/store.ts";
import type { Tables } from "../storage/tables/schema.ts";
import type { RecordCounts, Records } from "./check.ts";

/** Reading a larger one to its end would take longer than anybody waits. */
const MOST_BYTES = 1024 ** 3;

/** Undefined: there is none yet. @throws UserError when it cannot be opened, or is not ours */
export async function openRecords(
  url: string,
  { clock, texts }: { readonly clock: Clock; readonly texts: Texts },
): Promise<Records | undefined> {
  const path = sqlitePath(url);
  if (path !== undefined && !existsSync(path)) return undefined;
  const access = await accessTo(url, texts);
  let engine: Engine | undefined;
  try {
    engine = await access.open();
    const version = await schemaVersion(engine);
    const bytes = await bytesOf(engine);
    return version === 0 ? await nothing(engine) : recordsOver(engine, { version, bytes, clock });
  } catch (error) {
    await engine?.close().catch(() => {});
    throw access.explain(error);
  }
}

/** Undefined for another kind of database, and for one in memory. */
export function sqlitePath(url: string): string | undefined {
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  return path === ":memory:" ? undefined : path;
}

async function nothing(engine: Engine): Promise<undefined> {
  await engine.close();
  return undefined;
}

function recordsOver(
  engine: Engine,
  { version, bytes, clock }: { readonly version: number; readonly bytes: number; readonly clock: Clock },
): Records {
  const db = kyselyOver(engine);
  const store = storeOver(engine, clock);
  return {
    isOlder: version < knownVersion,
    bytes,
    damage: () => damageOf(engine, bytes),
    counts: () => countsOf(db),
    read: (work) => store.transaction(work),
    close: () => store.close(),
  };
}

async function bytesOf(engine: Engine): Promise<number> {
  const db = kyselyOver(engine);
  const query =
    engine.kind === "sqlite"
      ? sql<{
          bytes: number;
        }>`select page_count * page_size as bytes from pragma_page_count, pragma_page_size`
      : sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`;
  return Number((await query.execute(db)).rows[0]?.bytes ?? 0);
}

/** PostgreSQL looks after its own files. */
async function damageOf(engine: Engine, bytes: number): Promise<readonly string[] | undefined> {
  if (engine.kind !== "sqlite") return [];
  if (bytes > MOST_BYTES) return undefined;
  try {
    const found = await sql<{ quick_check: string }>`pragma quick_check(5)`.execute(kyselyOver(engine));
    return found.rows.map((row) => row.quick_check).filter((line) => line !== "ok");
  } catch (error) {
    if (error instanceof StorageError && (error.code === "corrupt" || error.code === "alien"))
      return [error.message];
    throw error;
  }
}

async function countsOf(db: Kysely<Tables>): Promise<RecordCounts> {
  const outbox = (dead: boolean) =>
    db
      .selectFrom("outbox")
      .select((eb) => [
        eb.fn.countAll<number>().as("count"),
        eb.fn.min<number | null>("created_at").as("oldest"),
      ])
      .where("state", dead ? "=" : "<>", "dead")
      .executeTakeFirstOrThrow();
  const journal = db.selectFrom("journal").select((eb) => eb.fn.countAll<number>().as("count"));
  const [dead, alive, all, buried] = [
    await outbox(true),
    await outbox(false),
    await journal.executeTakeFirstOrThrow(),
    await journal.where("state", "=", "dead").executeTakeFirstOrThrow(),
  ];
  return {
    deadLetters: Number(dead.count) + Number(buried.count),
    waiting: Number(alive.count),
    ...(alive.oldest !== null && { oldest: Number(alive.oldest) }),
    journal: Number(all.count),
  };
}
