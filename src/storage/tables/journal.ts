// The durable inbox: which updates were seen, with the positions that came with them; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { RawUpdate } from "../../model/delivery.ts";
import type { Engine } from "../engine.ts";
import { prepared, preparedRows } from "../prepared.ts";
import { deadUpdatesOf } from "./journal-dead.ts";
import { countDeleted, maxPruned } from "./prune.ts";
import type { Tables } from "./schema.ts";
import type { SetStates } from "./state.ts";

interface JournalRow {
  readonly account: string;
  readonly key: string;
  readonly body: string;
  readonly received_at: number;
}

// Written into the statement, not given as a value: only then may the engines use their partial index.
const done = sql<boolean>`state = 'done'`;

/** No key goes on with a character behind this one, the last there is. */
const lastCharacter = "\u{10ffff}";

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
  const keys = prepared(engine, (account: string, first: string, last: string, since: number) =>
    db
      .selectFrom("journal")
      .select("key")
      .where("account", "=", account)
      .where("key", ">=", first)
      .where("key", "<=", last)
      .where("received_at", ">=", since)
      .orderBy("key"),
  );
  return {
    ...deadUpdatesOf(engine, db),
    async insert(raws) {
      const stored = await insert(raws.map(rowOf));
      const fresh = stored.length === raws.length ? raws : firstOfEach(raws, stored);
      await setStates(fresh.flatMap(({ account, position }) => (position ? [{ account, ...position }] : [])));
      return fresh;
    },
    prune(before) {
      const old = db
        .selectFrom("journal")
        .select(["account", "key"])
        .where(done)
        .where("received_at", "<", before)
        .limit(maxPruned)
        .$asTuple("account", "key");
      return countDeleted(
        db.deleteFrom("journal").where((eb) => eb(eb.refTuple("account", "key"), "in", old)),
      );
    },
    keys: async (account, prefix, since) =>
      (await keys(account, prefix, `${prefix}${lastCharacter}`, since)).map(({ key }) => key),
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
