// Opens the database that the configuration names, or says in words why it cannot; `app` and the commands call it.

import type { Store } from "../bridge/ports.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import type { Engine } from "./engine.ts";
import { type OpenFault, StorageError } from "./errors.ts";
import { knownVersion, migrate, WrongSchema } from "./migrations.ts";
import { openSqlite, sqliteFault } from "./sqlite.ts";
import { storeOver } from "./store.ts";

export interface OpenOptions {
  readonly clock?: Clock;
  /** Says the faults; without it they are said as key and values. */
  readonly texts?: Texts;
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
 * Opens `sqlite:<path>`, `sqlite::memory:` or `postgres://…` and brings its schema up to date.
 * @throws UserError when the user can mend it; the database is then as it was
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Store> {
  const { clock = systemClock, texts = untranslated } = options;
  const place = placeOf(url);
  if (place === undefined) throw new UserError(texts("storage.bad-url"));
  const access = await accessTo(place, url);
  let engine: Engine | undefined;
  try {
    engine = await access.open();
    await migrate(engine, clock);
    return storeOver(engine, clock);
  } catch (error) {
    await engine?.close().catch(() => {});
    throw explain(error, place, access.faultOf, texts);
  }
}

/** `pg` is loaded only where it is used: it takes 11 MB. */
async function accessTo(place: Place, url: string): Promise<Access> {
  if (place.kind === "sqlite") return { open: async () => openSqlite(place.name), faultOf: sqliteFault };
  const { openPostgres, postgresFault } = await import("./postgres.ts");
  return { open: () => openPostgres(url), faultOf: postgresFault };
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
  const fault = faultOf(error);
  if (fault === undefined) return error;
  const { key, reason } = fault;
  const message = texts(`storage.${key}`, { place: place.name, ...(reason !== undefined && { reason }) });
  // Only our own errors go along: `pg` puts the whole URL, with its password, into some of its own.
  return new UserError(message, 1, error instanceof StorageError ? { cause: error } : {});
}
