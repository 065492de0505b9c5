// What waits for the robot until it has answered; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import { countDeleted } from "./prune.ts";
import type { Tables } from "./schema.ts";

export function tasksOf(db: Kysely<Tables>): StoreTx["tasks"] {
  return {
    async add({ id, ask, at }) {
      await db
        .insertInto("tasks")
        .values({ id, ask: JSON.stringify(ask), at })
        .onConflict((conflict) => conflict.column("id").doNothing())
        .execute();
    },
    async all(limit) {
      const rows = await db
        .selectFrom("tasks")
        .select(["id", "ask", "at"])
        .orderBy("at")
        .orderBy("id")
        .limit(limit)
        .execute();
      return rows.map(({ id, ask, at }) => ({ id, ask: JSON.parse(ask) as Json, at }));
    },
    async begin(id) {
      const row = await db
        .updateTable("tasks")
        .set({ attempts: sql<number>`attempts + 1` })
        .where("id", "=", id)
        .returning("attempts")
        .executeTakeFirst();
      return row?.attempts ?? 0;
    },
    finish: async (id) => (await countDeleted(db.deleteFrom("tasks").where("id", "=", id))) > 0,
  };
}
