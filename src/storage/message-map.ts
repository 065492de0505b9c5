// Which message is a copy of which, found from both sides; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { MapRow, StoreTx } from "../bridge/ports.ts";
import type { Copy } from "../model/delivery.ts";
import { conversationKey, messageKey } from "../model/refs.ts";
import type { Engine } from "./engine.ts";
import { messageFrom, placeKey } from "./keys.ts";
import { prepared, preparedKeys, preparedRows } from "./prepared.ts";
import type { MessageMapTable, Tables } from "./schema.ts";

type CopyRow = Pick<MessageMapTable, "copy_key" | "copy_conversation" | "part" | "hash" | "via" | "at">;

const columns = [
  "copy_key",
  "copy_conversation",
  "source",
  "source_conversation",
  "place",
  "part",
  "hash",
  "via",
  "at",
] as const;

export function messageMapOf(engine: Engine, db: Kysely<Tables>): StoreTx["map"] {
  const record = recordOf(engine, db);
  const rehash = prepared(engine, (hash: string, copy: string) =>
    db.updateTable("message_map").set({ hash }).where("copy_key", "=", copy),
  );
  const copies = prepared(engine, (source: string, place: string) =>
    db
      .selectFrom("message_map")
      .select(["copy_key", "copy_conversation", "part", "hash", "via", "at"])
      .where("source", "=", source)
      .where("place", "=", place)
      .orderBy("part")
      .orderBy("at"),
  );
  const forget = preparedKeys(engine, (keys) => db.deleteFrom("message_map").where("copy_key", "in", keys));
  return {
    async record(rows) {
      await record(rows.map(rowOf));
    },
    async rehash(copy, hash) {
      await rehash(hash, messageKey(copy));
    },
    copies: async (source, to) => (await copies(messageKey(source), placeKey(to))).map(copyOf),
    find: findOf(engine, db),
    async forget(refs) {
      await forget(refs.map(messageKey));
    },
  };
}

/** A copy that is recorded again (its commit was not confirmed, but done) is written over. */
function recordOf(
  engine: Engine,
  db: Kysely<Tables>,
): (rows: readonly MessageMapTable[]) => Promise<unknown> {
  const upsert = preparedRows(engine, columns, (rows: readonly MessageMapTable[]) =>
    db
      .insertInto("message_map")
      .values(rows)
      .onConflict((conflict) =>
        conflict.column("copy_key").doUpdateSet((eb) => ({
          copy_conversation: eb.ref("excluded.copy_conversation"),
          source: eb.ref("excluded.source"),
          source_conversation: eb.ref("excluded.source_conversation"),
          place: eb.ref("excluded.place"),
          part: eb.ref("excluded.part"),
          hash: eb.ref("excluded.hash"),
          via: eb.ref("excluded.via"),
          at: eb.ref("excluded.at"),
        })),
      ),
  );
  return (rows) =>
    upsert(rows.length < 2 ? rows : [...new Map(rows.map((row) => [row.copy_key, row])).values()]);
}

function findOf(engine: Engine, db: Kysely<Tables>): StoreTx["map"]["find"] {
  const originOf = prepared(engine, (copy: string) =>
    db.selectFrom("message_map").select(["source", "source_conversation"]).where("copy_key", "=", copy),
  );
  const firstCopy = prepared(engine, (source: string, place: string) =>
    db
      .selectFrom("message_map")
      .select(["copy_key", "copy_conversation"])
      .where("source", "=", source)
      .where("place", "=", place)
      .orderBy("part")
      .orderBy("at")
      .limit(sql.lit(1)),
  );
  return async (ref, to) => {
    const row = (await originOf(messageKey(ref)))[0];
    const origin = row === undefined ? ref : messageFrom(row.source, row.source_conversation);
    const place = placeKey(to);
    if (placeKey(origin.conversation) === place) return origin;
    const copy = (await firstCopy(messageKey(origin), place))[0];
    return copy && messageFrom(copy.copy_key, copy.copy_conversation);
  };
}

function rowOf({ source, copy, part, hash, via, at }: MapRow): MessageMapTable {
  return {
    copy_key: messageKey(copy),
    copy_conversation: conversationKey(copy.conversation),
    source: messageKey(source),
    source_conversation: conversationKey(source.conversation),
    place: placeKey(copy.conversation),
    part,
    hash,
    via: via ?? null,
    at,
  };
}

function copyOf({ copy_key, copy_conversation, part, hash, via, at }: CopyRow): Copy {
  return { ref: messageFrom(copy_key, copy_conversation), part, hash, ...(via !== null && { via }), at };
}
