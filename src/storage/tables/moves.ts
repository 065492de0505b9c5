// Conversations that got another id; part of the store's transaction.

import type { Kysely } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import { conversationKey } from "../../model/refs.ts";
import { conversationFrom } from "./keys.ts";
import type { Tables } from "./schema.ts";

export function movesOf(db: Kysely<Tables>): StoreTx["moves"] {
  return {
    async all() {
      const rows = await db.selectFrom("moves").select(["from_key", "to_key"]).orderBy("id").execute();
      return rows.map(({ from_key, to_key }) => ({
        from: conversationFrom(from_key),
        to: conversationFrom(to_key),
      }));
    },
    async add(from, to) {
      await db
        .insertInto("moves")
        .values({ from_key: conversationKey(from), to_key: conversationKey(to) })
        .onConflict((conflict) => conflict.columns(["from_key", "to_key"]).doNothing())
        .execute();
    },
  };
}
