// Where a database is and how it is reached, and in which words its faults are said; what opens databases calls it.

import { UserError } from "../model/errors.ts";
import type { Texts, Values } from "../model/texts.ts";
import type { Engine } from "./engine.ts";
import { type OpenFault, StorageError } from "./errors.ts";
import { LockHeld } from "./lock.ts";
import { knownVersion, WrongSchema } from "./migrations/migrations.ts";
import { sqliteFault } from "./sqlite/errors.ts";
import { openSqlite } from "./sqlite/sqlite.ts";

/** Where a database is, in words that hold no password. */
interface Place {
  readonly kind: "sqlite" | "postgres";
  readonly name: string;
}

export interface Access {
  readonly place: Place;
  readonly open: () => Promise<Engine>;
  /** The error in words when the user can mend it; otherwise as it was. */
  readonly explain: (error: unknown) => unknown;
  /** A fault of the database, or of the file `at`. */
  readonly refuse: (key: string, at?: string, values?: Values) => UserError;
}

const untranslated: Texts = (key, values = {}) => `${key} ${JSON.stringify(values)}`;

/** `pg` is loaded only where it is used: it takes 11 MB. @throws UserError when the URL is none */
export async function accessTo(
  url: string,
  texts: Texts = untranslated,
  onTakeover?: () => void,
): Promise<Access> {
  const place = placeOf(url);
  if (place === undefined) throw new UserError(texts("storage.bad-url"));
  const { open, faultOf } =
    place.kind === "sqlite"
      ? { open: async () => openSqlite(place.name), faultOf: sqliteFault }
      : await postgres(url, onTakeover);
  const refuse: Access["refuse"] = (key, at = place.name, values = {}) =>
    new UserError(texts(`storage.${key}`, { place: at, ...values }));
  return { place, open, refuse, explain: (error) => explain(error, place.name, faultOf, texts) };
}

async function postgres(url: string, onTakeover?: () => void) {
  const [{ openPostgres }, { postgresFault }] = await Promise.all([
    import("./postgres/postgres.ts"),
    import("./postgres/errors.ts"),
  ]);
  return { open: () => openPostgres(url, onTakeover), faultOf: postgresFault };
}

function placeOf(url: string): Place | undefined {
  const path = /^sqlite:(.+)$/s.exec(url)?.[1];
  if (path !== undefined) return { kind: "sqlite", name: path };
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return undefined;
  const { host, pathname, searchParams } = new URL(url);
  return { kind: "postgres", name: `${host || searchParams.get("host") || "localhost"}${pathname}` };
}

function explain(
  error: unknown,
  place: string,
  faultOf: (error: unknown) => OpenFault | undefined,
  texts: Texts,
): unknown {
  if (error instanceof UserError) return error;
  if (error instanceof WrongSchema) {
    if (error.version === undefined) return new UserError(texts("storage.foreign", { place }));
    const values = { place, version: error.version, known: knownVersion };
    return new UserError(texts("storage.newer", values));
  }
  const fault = error instanceof LockHeld ? heldFault(error) : faultOf(error);
  if (fault === undefined) return error;
  const message = texts(`storage.${fault.key}`, { place, ...fault.values });
  // Only our own errors go along: `pg` puts the whole URL, with its password, into some of its own.
  return new UserError(message, 1, error instanceof StorageError ? { cause: error } : {});
}

function heldFault({ holder }: LockHeld): OpenFault {
  return { key: "held", values: { pid: String(holder?.pid ?? "unknown"), since: holder?.since ?? 0 } };
}
