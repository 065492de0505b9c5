// Finds the copies of messages, and the originals of copies; put together with the rest by `message-map`.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../bridge/ports.ts";
import { messageKey } from "../model/refs.ts";
import type { Engine } from "./engine.ts";
import { messageFrom, placeKey } from "./keys.ts";
import { copyColumns, copyOf, isJoined, mapColumns, mapRowOf } from "./map-rows.ts";
import { prepared, preparedKeys } from "./prepared.ts";
import type { Tables } from "./schema.ts";

type Reads = Pick<StoreTx["map"], "copies" | "find" | "known" | "rows">;

export function mapReadsOf(engine: Engine, db: Kysely<Tables>): Reads {
  const copies = prepared(engine, (source: string, place: string) =>
    db
      .selectFrom("message_map")
      .select(copyColumns)
      .where("source", "=", source)
      .where("place", "=", place)
      .orderBy("part")
      .orderBy("at"),
  );
  const ofCopy = prepared(engine, (copy: string) =>
    db.selectFrom("message_map").select(mapColumns).where("copy_key", "=", copy).orderBy("section"),
  );
  const ofSource = prepared(engine, (source: string) =>
    db
      .selectFrom("message_map")
      .select(mapColumns)
      .where("source", "=", source)
      .orderBy("place")
      .orderBy("part")
      .orderBy("at"),
  );
  return {
    copies: async (source, to) => (await copies(messageKey(source), placeKey(to))).map(copyOf),
    find: findOf(engine, db),
    known: knownOf(engine, db),
    async rows(ref) {
      const key = messageKey(ref);
      return [...(await ofSource(key)), ...(await ofCopy(key))].map(mapRowOf);
    },
  };
}

function findOf(engine: Engine, db: Kysely<Tables>): StoreTx["map"]["find"] {
  const originOf = prepared(engine, (copy: string) =>
    db
      .selectFrom("message_map")
      .select(["source", "source_conversation", "section"])
      .where("copy_key", "=", copy)
      .orderBy("section")
      .limit(sql.lit(1)),
  );
  const firstCopy = prepared(engine, (source: string, place: string) =>
    db
      .selectFrom("message_map")
      .select(["copy_key", "copy_conversation", "section"])
      .where("source", "=", source)
      .where("place", "=", place)
      .orderBy("part")
      .orderBy("at")
      .limit(sql.lit(1)),
  );
  return async (ref, to) => {
    const row = (await originOf(messageKey(ref)))[0];
    const origin = row === undefined ? ref : messageFrom(row.source, row.source_conversation);
    const joined = row !== undefined && isJoined(row);
    const place = placeKey(to);
    if (placeKey(origin.conversation) === place) return { ref: origin, joined };
    const copy = (await firstCopy(messageKey(origin), place))[0];
    return (
      copy && {
        ref: messageFrom(copy.copy_key, copy.copy_conversation),
        joined: joined || isJoined(copy),
      }
    );
  };
}

function knownOf(engine: Engine, db: Kysely<Tables>): StoreTx["map"]["known"] {
  const asCopies = preparedKeys(engine, (keys) =>
    db.selectFrom("message_map").select("copy_key as key").distinct().where("copy_key", "in", keys),
  );
  const asSources = preparedKeys(engine, (keys) =>
    db.selectFrom("message_map").select("source as key").distinct().where("source", "in", keys),
  );
  return async (refs) => {
    const keys = refs.map(messageKey);
    const found = new Set([...(await asCopies(keys)), ...(await asSources(keys))].map(({ key }) => key));
    return keys.map((key) => found.has(key));
  };
}
