// Deliveries that were given up, until an admin or time decides about them; put together with the rest by `outbox`.

import type { Kysely } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Clock } from "../../model/clock.ts";
import type { Engine } from "../engine.ts";
import { prepared } from "../prepared.ts";
import { dead, deliveryColumns, stored } from "./outbox-rows.ts";
import { countDeleted, maxPruned } from "./prune.ts";
import type { Tables } from "./schema.ts";

type DeadLetters = Pick<StoreTx["outbox"], "bury" | "dead" | "retry" | "drop" | "pruneDead">;

export function deadLettersOf(engine: Engine, db: Kysely<Tables>, clock: Clock): DeadLetters {
  const bury = prepared(engine, (reason: string, at: number, id: number) =>
    db.updateTable("outbox").set({ state: "dead", reason, died_at: at }).where("id", "=", id),
  );
  const buried = prepared(engine, () =>
    db
      .selectFrom("outbox")
      .select([...deliveryColumns, "reason"])
      .where(dead)
      .orderBy("id"),
  );
  const untried = { calls: null, done: 0, frozen_at: null, mark: null, attempts: 0, failing_since: null };
  const retry = prepared(engine, (id: number) =>
    db
      .updateTable("outbox")
      .set({ ...untried, state: "waiting", joined_to: null, reason: null, died_at: null })
      .where("id", "=", id)
      .where(dead)
      .returning("id"),
  );
  const drop = prepared(engine, (id: number) =>
    db.deleteFrom("outbox").where("id", "=", id).where(dead).returning("id"),
  );
  return {
    async bury(id, reason) {
      await bury(reason, clock.now(), id);
    },
    dead: async () => (await buried()).map((row) => ({ ...stored(row), reason: row.reason ?? "" })),
    retry: async (id) => (await retry(id)).length > 0,
    drop: async (id) => (await drop(id)).length > 0,
    pruneDead(before) {
      const old = db.selectFrom("outbox").select("id").where(dead).where("died_at", "<", before);
      return countDeleted(db.deleteFrom("outbox").where("id", "in", old.limit(maxPruned)));
    },
  };
}
