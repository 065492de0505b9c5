// Opens the database that the configuration names, or says in words why it cannot; `app` and the commands call it.

import { DatabaseError } from "pg";
import type { Store } from "../bridge/ports.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import type { Engine } from "./engine.ts";
import { type StorageCode, StorageError } from "./errors.ts";
import { knownVersion, migrate, WrongSchema } from "./migrations.ts";
import { openPostgres, translate } from "./postgres.ts";
import { openSqlite } from "./sqlite.ts";
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

const untranslated: Texts = (key, values = {}) => `${key} ${JSON.stringify(values)}`;

/**
 * Opens `sqlite:<path>`, `sqlite::memory:` or `postgres://…` and brings its schema up to date.
 * @throws UserError when the user can mend it; the database is then as it was
 */
export async function openStore(url: string, options: OpenOptions = {}): Promise<Store> {
  const { clock = systemClock, texts = untranslated } = options;
  const place = placeOf(url);
  if (place === undefined) throw new UserError(texts("storage.bad-url"));
  let engine: Engine | undefined;
  try {
    engine = place.kind === "sqlite" ? openSqlite(place.name) : await openPostgres(url);
    await migrate(engine, clock);
    return storeOver(engine, clock);
  } catch (error) {
    await engine?.close().catch(() => {});
    throw explain(error, place, texts);
  }
}

function placeOf(url: string): Place | undefined {
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path !== undefined) return { kind: "sqlite", name: path };
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return undefined;
  const { host, pathname, searchParams } = new URL(url);
  return { kind: "postgres", name: `${host || searchParams.get("host") || "localhost"}${pathname}` };
}

const sqliteKeys: Readonly<Partial<Record<StorageCode, string>>> = {
  readonly: "unwritable",
  busy: "busy",
  full: "full",
  io: "io",
  corrupt: "corrupt",
  alien: "alien",
};

function explain(error: unknown, place: Place, texts: Texts): unknown {
  if (error instanceof WrongSchema) {
    if (error.version === undefined) return new UserError(texts("storage.foreign", { place: place.name }));
    const values = { place: place.name, version: error.version, known: knownVersion };
    return new UserError(texts("storage.newer", values));
  }
  if (place.kind === "postgres") return explainPostgres(error, place, texts);
  const key = error instanceof StorageError ? sqliteKeys[error.code] : undefined;
  if (key === undefined) return error;
  return new UserError(texts(`storage.${key}`, { place: place.name }), 1, { cause: error });
}

/** No cause goes along: `pg` puts the whole URL, with its password, into some errors. */
function explainPostgres(error: unknown, place: Place, texts: Texts): UserError {
  const say = (key: string, values = {}) =>
    new UserError(texts(`storage.${key}`, { place: place.name, ...values }));
  const { code = "", message = "" } = error as { readonly code?: string; readonly message?: string };
  if (code.startsWith("28") || message.startsWith("SASL")) return say("password");
  if (code === "3D000") return say("no-database");
  const failure =
    error instanceof StorageError || error instanceof DatabaseError ? translate(error) : undefined;
  if (failure?.code === "full") return say("full");
  if (failure?.code === "readonly") return say("denied");
  if (failure !== undefined && failure.code !== "lost") return say("refused", { reason: failure.message });
  return say("unreachable", { reason: code || "ETIMEDOUT" });
}
