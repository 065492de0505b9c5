// Small things by kind and key, some of them for a time; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Clock } from "../../model/clock.ts";
import type { Json } from "../../model/delivery.ts";
import { countDeleted, maxPruned } from "./prune.ts";
import type { Tables } from "./schema.ts";

/** Sorts behind every key with the same beginning, byte by byte, on both engines. */
const LAST = "\u{10FFFF}";

export function recordsOf(db: Kysely<Tables>, clock: Clock): StoreTx["records"] {
  const alive = (kind: string) =>
    db
      .selectFrom("records")
      .where("kind", "=", kind)
      .where((eb) => eb.or([eb("until", "is", null), eb("until", ">", clock.now())]));
  return {
    async get(kind, key) {
      const row = await alive(kind).select("value").where("key", "=", key).executeTakeFirst();
      return row && (JSON.parse(row.value) as Json);
    },
    async put(kind, key, value, until) {
      await db
        .insertInto("records")
        .values({ kind, key, value: JSON.stringify(value), until: until ?? null })
        .onConflict((conflict) =>
          conflict.columns(["kind", "key"]).doUpdateSet((eb) => ({
            value: eb.ref("excluded.value"),
            until: eb.ref("excluded.until"),
          })),
        )
        .execute();
    },
    async delete(kind, key) {
      const gone = db.deleteFrom("records").where("kind", "=", kind).where("key", "=", key);
      return (await countDeleted(gone)) > 0;
    },
    async list(kind, prefix = "") {
      const rows = await alive(kind)
        .select(["key", "value"])
        .where("key", ">=", prefix)
        .where("key", "<", `${prefix}${LAST}`)
        .orderBy("key")
        .execute();
      return rows.map(({ key, value }) => ({ key, value: JSON.parse(value) as Json }));
    },
    async size(kind) {
      const row = await alive(kind)
        .select((eb) => [
          eb.fn.countAll<number | string>().as("count"),
          sql<number | string>`coalesce(sum(length(value)), 0)`.as("bytes"),
        ])
        .executeTakeFirst();
      return { count: Number(row?.count ?? 0), bytes: Number(row?.bytes ?? 0) };
    },
    prune() {
      const over = db.selectFrom("records").select(["kind", "key"]).where("until", "<=", clock.now());
      return countDeleted(
        db
          .deleteFrom("records")
          .where((eb) => eb(eb.refTuple("kind", "key"), "in", over.limit(maxPruned).$asTuple("kind", "key"))),
      );
    },
  };
}
