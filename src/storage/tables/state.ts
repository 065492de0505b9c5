// Small values kept for each account; part of the store's transaction, and written by the journal for its positions.

import type { Kysely } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Engine } from "../engine.ts";
import { prepared, preparedRows } from "../prepared.ts";
import type { StateTable, Tables } from "./schema.ts";

/** Stores these values; of several with one name the last. */
export type SetStates = (rows: readonly Readonly<StateTable>[]) => Promise<void>;

export function setStatesOf(engine: Engine, db: Kysely<Tables>): SetStates {
  const upsert = preparedRows(engine, ["account", "name", "value"], (rows: readonly Readonly<StateTable>[]) =>
    db
      .insertInto("state")
      .values(rows)
      .onConflict((conflict) =>
        conflict.columns(["account", "name"]).doUpdateSet({ value: (eb) => eb.ref("excluded.value") }),
      ),
  );
  return async (rows) => {
    // PostgreSQL refuses a statement that would write the same row twice.
    const last =
      rows.length < 2 ? rows : [...new Map(rows.map((row) => [`${row.account} ${row.name}`, row])).values()];
    await upsert(last);
  };
}

export function stateOf(engine: Engine, db: Kysely<Tables>, setStates: SetStates): StoreTx["state"] {
  const get = prepared(engine, (account: string, name: string) =>
    db.selectFrom("state").select("value").where("account", "=", account).where("name", "=", name),
  );
  return {
    get: async (account, name) => (await get(account, name))[0]?.value,
    set: (account, name, value) => setStates([{ account, name, value }]),
  };
}
