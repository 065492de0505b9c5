// Fills an empty database from a backup, whatever engine either was made by; `matebot restore` calls it.

import { type Clock, systemClock } from "../../model/clock.ts";
import type { Texts } from "../../model/texts.ts";
import { type Access, accessTo } from "../access.ts";
import type { Engine } from "../engine.ts";
import { StorageError } from "../errors.ts";
import { whenFree } from "../lock.ts";
import { knownVersion, migrateTo, schemaVersion, WrongSchema } from "../migrations/migrations.ts";
import { BackupFile } from "./backup-file.ts";
import { copyTables } from "./table-copy.ts";

export interface RestoreParts {
  readonly clock?: Clock;
  /** Says the faults; without it they are said as key and values. */
  readonly texts?: Texts;
}

/**
 * All or nothing: one transaction brings the rows and the schema. What waited to be sent when the backup was made will
 * be sent. @throws UserError when the user can mend it; the database is then as it was
 */
export async function restoreStore(file: string, url: string, parts: RestoreParts = {}): Promise<void> {
  const { clock = systemClock, texts } = parts;
  const access = await accessTo(url, texts);
  const backup = openBackup(file, access);
  let engine: Engine | undefined;
  try {
    engine = await access.open();
    const { lock } = engine;
    await whenFree(clock, () => lock(clock));
    await refuseUsed(engine, access);
    await engine.adopt();
    await fill(engine, backup, clock);
  } catch (error) {
    throw access.explain(error);
  } finally {
    backup.close();
    await engine?.close().catch(() => {});
  }
}

function openBackup(file: string, access: Access): BackupFile {
  try {
    return new BackupFile(file);
  } catch (error) {
    if (error instanceof WrongSchema && error.version !== undefined)
      throw access.refuse("backup-newer", file, { version: error.version, known: knownVersion });
    const corrupt = error instanceof StorageError && error.code === "corrupt";
    throw access.refuse(corrupt ? "backup-corrupt" : "no-backup", file);
  }
}

async function refuseUsed(engine: Engine, access: Access): Promise<void> {
  const used = await schemaVersion(engine).catch((error: unknown) => {
    if (error instanceof WrongSchema) return error.version ?? knownVersion;
    throw error;
  });
  if (used !== 0) throw access.refuse("not-empty");
}

async function fill(engine: Engine, backup: BackupFile, clock: Clock): Promise<void> {
  await engine.begin();
  try {
    await migrateTo(backup.version, engine, clock);
    await copyTables(backup, engine, backup.tables());
    await migrateTo(knownVersion, engine, clock);
    await engine.commit();
  } catch (error) {
    await engine.rollback();
    throw error;
  }
}
