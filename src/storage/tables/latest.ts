// The youngest messages that were carried from or to a chat; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import { placeKey } from "./keys.ts";
import { sourceOf } from "./map-rows.ts";
import { numberOf, worded } from "./places.ts";
import type { Tables } from "./schema.ts";

export function latestOf(db: Kysely<Tables>): StoreTx["latest"] {
  return async (chat, limit, authors) => {
    const place = numberOf(db, placeKey(chat));
    const rows = await db
      .selectFrom("message_map")
      .select(["source_id", worded("message_map.source_conversation").as("source_conversation")])
      .where((eb) => eb.or([eb("source_place", "=", place), eb("copy_place", "=", place)]))
      .$if(authors !== undefined, (query) =>
        query.where((eb) => eb.or((authors ?? []).map(({ account, id }) => wroteIt(account, id)))),
      )
      .groupBy(["source_place", "source_id", "source_conversation"])
      .orderBy((eb) => eb.fn.max("at"), "desc")
      .orderBy("source_id", "desc")
      .limit(limit)
      .execute();
    return rows.map(sourceOf);
  };
}

/** The id means nobody else's in another account. */
function wroteIt(account: string, id: string) {
  const start = `${account}:`;
  return sql<boolean>`message_map.author = ${id} and message_map.source_place in (select places.id from places where substr(places.key, 1, ${sql.lit(start.length)}) = ${start})`;
}
