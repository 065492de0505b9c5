// Finds the copies of messages, and the originals of copies; put together with the rest by `message-map`.

import { type Kysely, sql } from "kysely";
import type { MapRow, StoreTx } from "../../bridge/store-port.ts";
import { isCoined } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { prepared, preparedRows } from "../prepared.ts";
import { placeKey } from "./keys.ts";
import { copyColumns, copyOf, isJoined, mapRowOf, sourceColumns, sourceOf } from "./map-rows.ts";
import { isAnyOf, keyOf, type MessageKey, numberOf } from "./places.ts";
import type { Tables } from "./schema.ts";

type Reads = Pick<StoreTx["map"], "copies" | "find" | "origin" | "known" | "rows">;

export function mapReadsOf(engine: Engine, db: Kysely<Tables>): Reads {
  const copies = prepared(engine, copiesIn(db));
  const originOf = originsOf(engine, db);
  return {
    async origin(copy) {
      const { place, id } = keyOf(copy);
      const row = (await originOf(place, id))[0];
      return row && sourceOf(row);
    },
    async copies(source, to) {
      const { place, id } = keyOf(source);
      return (await copies(place, id, placeKey(to))).map(copyOf);
    },
    find: findOf(engine, db, originOf),
    known: knownOf(engine, db),
    rows: rowsOf(engine, db),
  };
}

/** The copies of a message in one place, in order. */
function copiesIn(db: Kysely<Tables>) {
  return (place: string, id: string, to: string) =>
    db
      .selectFrom("message_map")
      .select(copyColumns)
      .where("source_place", "=", numberOf(db, place))
      .where("source_id", "=", id)
      .where("copy_place", "=", numberOf(db, to))
      .orderBy("part")
      .orderBy("at");
}

/** The row of a copy; of a joined one that of its first section. */
function originsOf(engine: Engine, db: Kysely<Tables>) {
  return prepared(engine, (place: string, id: string) =>
    db
      .selectFrom("message_map")
      .select(sourceColumns)
      .where("copy_place", "=", numberOf(db, place))
      .where("copy_id", "=", id)
      .orderBy("section")
      .limit(sql.lit(1)),
  );
}

function findOf(
  engine: Engine,
  db: Kysely<Tables>,
  originOf: ReturnType<typeof originsOf>,
): StoreTx["map"]["find"] {
  const copies = copiesIn(db);
  const firstCopy = prepared(engine, (place: string, id: string, to: string) =>
    copies(place, id, to).limit(sql.lit(1)),
  );
  return async (ref, to) => {
    const asked = keyOf(ref);
    const row = (await originOf(asked.place, asked.id))[0];
    const origin = row === undefined ? ref : sourceOf(row);
    const joined = row !== undefined && isJoined(row);
    const { place, id } = keyOf(origin);
    const there = placeKey(to);
    if (place === there && !isCoined(origin)) return { ref: origin, joined, ...(row && { since: row.at }) };
    const copy = (await firstCopy(place, id, there))[0];
    if (copy === undefined) return undefined;
    const since = Math.max(copy.at, row?.at ?? 0);
    return { ref: copyOf(copy).ref, joined: joined || isJoined(copy), since };
  };
}

function rowsOf(engine: Engine, db: Kysely<Tables>): StoreTx["map"]["rows"] {
  const all = db.selectFrom("message_map").select(copyColumns).select(sourceColumns);
  const ofCopy = prepared(engine, (place: string, id: string) =>
    all.where("copy_place", "=", numberOf(db, place)).where("copy_id", "=", id).orderBy("section"),
  );
  const ofSource = prepared(engine, (place: string, id: string) =>
    all.where("source_place", "=", numberOf(db, place)).where("source_id", "=", id),
  );
  return async (ref) => {
    const { place, id } = keyOf(ref);
    const copies = (await ofSource(place, id)).map(mapRowOf).sort(byPlace);
    return [...copies, ...(await ofCopy(place, id)).map(mapRowOf)];
  };
}

function byPlace(a: MapRow, b: MapRow): number {
  const [here, there] = [placeKey(a.copy.conversation), placeKey(b.copy.conversation)];
  if (here !== there) return here < there ? -1 : 1;
  return a.part - b.part || a.at - b.at;
}

function knownOf(engine: Engine, db: Kysely<Tables>): StoreTx["map"]["known"] {
  const seenAs = (place: "copy_place" | "source_place", id: "copy_id" | "source_id") =>
    preparedRows(engine, ["place", "id"], (refs: readonly MessageKey[]) =>
      db
        .selectFrom("message_map")
        .innerJoin("places", "places.id", `message_map.${place}`)
        .select(["places.key as place", `message_map.${id} as id`])
        .distinct()
        .where(isAnyOf(`message_map.${place}`, `message_map.${id}`, refs)),
    );
  const [asCopies, asSources] = [seenAs("copy_place", "copy_id"), seenAs("source_place", "source_id")];
  const text = ({ place, id }: MessageKey) => `${place}#${id}`;
  return async (refs) => {
    const keys = refs.map(keyOf);
    const found = new Set([...(await asCopies(keys)), ...(await asSources(keys))].map(text));
    return keys.map((key) => found.has(text(key)));
  };
}
