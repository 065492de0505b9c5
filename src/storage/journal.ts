// The durable inbox: which updates were seen, with the positions that came with them; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../bridge/ports.ts";
import type { RawUpdate } from "../model/delivery.ts";
import type { Engine } from "./engine.ts";
import { prepared, preparedRows } from "./prepared.ts";
import type { Tables } from "./schema.ts";
import type { SetStates } from "./state.ts";

interface JournalRow {
  readonly account: string;
  readonly key: string;
  readonly body: string;
  readonly received_at: number;
}

// Written into the statement, not given as a value: only then may the engines use their partial index.
const unburied = sql<boolean>`state = 'done'`;

export function journalOf(engine: Engine, db: Kysely<Tables>, setStates: SetStates): StoreTx["journal"] {
  const insert = preparedRows(
    engine,
    ["account", "key", "body", "received_at"],
    (rows: readonly JournalRow[]) =>
      db
        .insertInto("journal")
        .values(rows)
        .onConflict((conflict) => conflict.columns(["account", "key"]).doNothing())
        .returning(["account", "key"]),
  );
  const bury = prepared(engine, (reason: string, account: string, key: string) =>
    db
      .updateTable("journal")
      .set({ state: "dead", reason })
      .where("account", "=", account)
      .where("key", "=", key),
  );
  return {
    async insert(raws) {
      const stored = await insert(raws.map(rowOf));
      const fresh = stored.length === raws.length ? raws : firstOfEach(raws, stored);
      await setStates(fresh.flatMap(({ account, position }) => (position ? [{ account, ...position }] : [])));
      return fresh;
    },
    async bury(raw, reason) {
      await bury(reason, raw.account, raw.key);
    },
    async prune(before) {
      const query = db.deleteFrom("journal").where(unburied).where("received_at", "<", before);
      return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
    },
  };
}

function rowOf({ account, key, body, receivedAt }: RawUpdate): JournalRow {
  return { account, key, body, received_at: receivedAt };
}

/** The updates whose keys were stored now; of two with one key the first, as the database does. */
function firstOfEach(
  raws: readonly RawUpdate[],
  stored: readonly { readonly account: string; readonly key: string }[],
): readonly RawUpdate[] {
  const left = new Set(stored.map(({ account, key }) => `${account} ${key}`));
  return raws.filter(({ account, key }) => left.delete(`${account} ${key}`));
}
