// Copies the database, as it is at one moment, into a file while MateBot runs; `matebot backup` calls it.

import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { CompiledQuery } from "kysely";
import { type Clock, systemClock } from "../../model/clock.ts";
import type { Texts } from "../../model/texts.ts";
import { type Access, accessTo } from "../access.ts";
import type { Engine } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { migrateTo, schemaVersion } from "../migrations/migrations.ts";
import { PostgresRows } from "../postgres/rows.ts";
import { translated } from "../sqlite/errors.ts";
import { createPrivate } from "../sqlite/lock-file.ts";
import { openSqlite } from "../sqlite/sqlite.ts";
import { BackupFile } from "./backup-file.ts";
import { copyTables } from "./table-copy.ts";

export interface BackupParts {
  readonly clock?: Clock;
  /** Says the faults; without it they are said as key and values. */
  readonly texts?: Texts;
}

/**
 * Everything that was acknowledged before it began is in `file`, which appears when it is whole and checked. Neither
 * the lock nor the writer is held meanwhile. Answers with the size of the file.
 * @throws UserError when the user can mend it; `file` is then as it was
 */
export async function backupStore(
  url: string,
  file: string,
  parts: BackupParts = {},
): Promise<{ readonly bytes: number }> {
  const { clock = systemClock, texts } = parts;
  const access = await accessTo(url, texts);
  const { place } = access;
  if (existsSync(file)) throw access.refuse("backup-exists", file);
  // Opening would make an empty one.
  if (place.kind === "sqlite" && !existsSync(place.name)) throw access.refuse("nothing");
  const partial = `${file}.partial`;
  let engine: Engine | undefined;
  try {
    engine = await access.open();
    if ((await schemaVersion(engine)) === 0) throw access.refuse("nothing");
    translated(() => startFile(partial));
    if (engine.kind === "sqlite") await engine.executeQuery(CompiledQuery.raw("vacuum into ?", [partial]));
    else await copyInto(engine, partial, clock);
    new BackupFile(partial).close();
    translated(() => publish(partial, file));
    return { bytes: statSync(file).size };
  } catch (error) {
    rmSync(partial, { force: true });
    throw explain(error, access, file);
  } finally {
    await engine?.close().catch(() => {});
  }
}

/** What is left of a backup that was cut short is of no use to anybody. */
function startFile(partial: string): void {
  rmSync(partial, { force: true });
  createPrivate(partial);
}

/** All rows are of the moment of the first query, whatever is written meanwhile. */
async function copyInto(engine: Engine, partial: string, clock: Clock): Promise<void> {
  await engine.begin();
  await engine.control("set transaction isolation level repeatable read, read only");
  const version = await schemaVersion(engine);
  const target = openSqlite(partial);
  try {
    await target.begin();
    await migrateTo(version, target, clock);
    await target.commit();
    const shapes = new BackupFile(partial);
    const tables = shapes.tables();
    shapes.close();
    await target.begin();
    await copyTables(new PostgresRows(engine), target, tables);
    await target.commit();
  } finally {
    await target.close();
    await engine.rollback();
  }
}

/** The file gets its name when it is on the disk, and never the name of another. */
function publish(partial: string, file: string): void {
  sync(partial);
  try {
    linkSync(partial, file);
    rmSync(partial);
  } catch (error) {
    // Some disks (FAT) know no second name; there the look of a moment ago must do.
    if ((error as NodeJS.ErrnoException).code === "EEXIST" || existsSync(file)) throw error;
    renameSync(partial, file);
  }
  // Windows cannot do this to a folder, and need not.
  if (process.platform !== "win32") sync(dirname(file));
}

function sync(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** The database is only read, so what cannot be written is the file. */
function explain(error: unknown, access: Access, file: string): unknown {
  const code = error instanceof StorageError ? error.code : undefined;
  if (code === "full") return access.refuse("backup-full", file);
  if (code === "readonly" || code === "io") return access.refuse("backup-unwritable", file);
  return access.explain(error);
}
