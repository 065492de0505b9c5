// Updates that could not be understood, until they are or an admin gives them up; put together with the rest by `journal`.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { RawUpdate } from "../../model/delivery.ts";
import type { Engine } from "../engine.ts";
import { prepared } from "../prepared.ts";
import type { JournalTable, Tables } from "./schema.ts";

type DeadUpdates = Pick<StoreTx["journal"], "bury" | "dead" | "again" | "retry" | "settle">;

// Written into the statements, not given as values: only then may the engines use their partial index.
const buried = sql<boolean>`state <> 'done'`;
const dead = sql<boolean>`state = 'dead'`;
const again = sql<boolean>`state = 'again'`;

export function deadUpdatesOf(engine: Engine, db: Kysely<Tables>): DeadUpdates {
  const bury = prepared(engine, (reason: string, account: string, key: string) =>
    db
      .updateTable("journal")
      .set({ state: "dead", reason })
      .where("account", "=", account)
      .where("key", "=", key),
  );
  const listed = (which: typeof dead) =>
    prepared(engine, () =>
      db
        .selectFrom("journal")
        .select(["account", "key", "body", "received_at", "reason"])
        .where(buried)
        .where(which)
        .orderBy("received_at")
        .orderBy("account")
        .orderBy("key"),
    );
  const dug = (state: "again" | "done") =>
    prepared(engine, (account: string, key: string) =>
      db
        .updateTable("journal")
        .set(state === "done" ? { state, reason: null } : { state })
        .where("account", "=", account)
        .where("key", "=", key)
        .where(buried)
        .returning("key"),
    );
  const [allDead, allAgain, retry, settle] = [listed(dead), listed(again), dug("again"), dug("done")];
  return {
    async bury(raw, reason) {
      await bury(reason, raw.account, raw.key);
    },
    dead: async () => (await allDead()).map((row) => ({ raw: rawOf(row), reason: row.reason ?? "" })),
    again: async () => (await allAgain()).map(rawOf),
    retry: async (account, key) => (await retry(account, key)).length > 0,
    settle: async (account, key) => (await settle(account, key)).length > 0,
  };
}

function rawOf(row: Pick<JournalTable, "account" | "key" | "body" | "received_at">): RawUpdate {
  return { account: row.account, key: row.key, body: row.body, receivedAt: row.received_at };
}
