// Opens the database that the configuration names, or says in words why it cannot; `app` and the commands call it.

import type { Store } from "../bridge/ports.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import type { Engine } from "./engine.ts";
import { type OpenFault, StorageError } from "./errors.ts";
import { LockHeld, whenFree } from "./lock.ts";
import { knownVersion, migrate, schemaVersion, WrongSchema } from "./migrations.ts";
import { openSqlite } from "./sqlite.ts";
import { sqliteFault } from "./sqlite-errors.ts";
import { storeOver } from "./store.ts";

export interface OpenOptions {
  readonly clock?: Clock;
  /** Says the faults; without it they are said as key and values. */
  readonly texts?: Texts;
  /** For a command that looks, or leaves a mark, while MateBot may be running: the lock is not taken. */
  readonly beside?: boolean;
  /** The lock was lost with the connection, and another MateBot has it: nothing can be stored any more. */
  readonly onTakeover?: () => void;
}

/** Where a database is, in words that hold no password. */
interface Place {
  readonly kind: "sqlite" | "postgres";
  readonly name: string;
}

interface Access {
  readonly open: () => Promise<Engine>;
  readonly faultOf: (error: unknown) => OpenFault | undefined;
}

const untranslated: Texts = (key, values = {}) => `${key} ${JSON.stringify(values)}`;

/**
 * Opens `sqlite:<path>`, `sqlite::memory:` or `postgres://…` for this process alone and brings its schema up to date.
 * @throws UserError when the user can mend it (another MateBot has it, too); the database is then as it was
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Store> {
  const { clock = systemClock, texts = untranslated } = options;
  const place = placeOf(url);
  if (place === undefined) throw new UserError(texts("storage.bad-url"));
  const access = await accessTo(place, url, options.onTakeover);
  let engine: Engine | undefined;
  try {
    engine = await access.open();
    await claim(engine, clock, options.beside);
    await migrate(engine, clock);
    return storeOver(engine, clock);
  } catch (error) {
    await engine?.close().catch(() => {});
    throw explain(error, place, access.faultOf, texts);
  }
}

/** A schema is changed by nobody but the holder of the lock: a MateBot that runs would not understand it any more. */
async function claim(engine: Engine, clock: Clock, beside = false): Promise<void> {
  const current = (await schemaVersion(engine)) === knownVersion;
  if (!beside || !current) await whenFree(clock, () => engine.lock(clock));
}

/** `pg` is loaded only where it is used: it takes 11 MB. */
async function accessTo(place: Place, url: string, onTakeover?: () => void): Promise<Access> {
  if (place.kind === "sqlite") return { open: async () => openSqlite(place.name), faultOf: sqliteFault };
  const { openPostgres, postgresFault } = await import("./postgres.ts");
  return { open: () => openPostgres(url, onTakeover), faultOf: postgresFault };
}

function placeOf(url: string): Place | undefined {
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path !== undefined) return { kind: "sqlite", name: path };
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return undefined;
  const { host, pathname, searchParams } = new URL(url);
  return { kind: "postgres", name: `${host || searchParams.get("host") || "localhost"}${pathname}` };
}

function explain(error: unknown, place: Place, faultOf: Access["faultOf"], texts: Texts): unknown {
  if (error instanceof WrongSchema) {
    if (error.version === undefined) return new UserError(texts("storage.foreign", { place: place.name }));
    const values = { place: place.name, version: error.version, known: knownVersion };
    return new UserError(texts("storage.newer", values));
  }
  const fault = error instanceof LockHeld ? heldFault(error) : faultOf(error);
  if (fault === undefined) return error;
  const message = texts(`storage.${fault.key}`, { place: place.name, ...fault.values });
  // Only our own errors go along: `pg` puts the whole URL, with its password, into some of its own.
  return new UserError(message, 1, error instanceof StorageError ? { cause: error } : {});
}

function heldFault({ holder }: LockHeld): OpenFault {
  return { key: "held", values: { pid: String(holder?.pid ?? "unknown"), since: holder?.since ?? 0 } };
}
