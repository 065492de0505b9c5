// Conversations that the tables name by number, and messages by the number of their place; the map, marks, polls and threads use it.

import { type Kysely, sql } from "kysely";
import type { MessageRef } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { preparedKeys } from "../prepared.ts";
import { placeKey } from "./keys.ts";
import type { Tables } from "./schema.ts";

/** A message as the queries name it: its place and its id there. */
export interface MessageKey {
  readonly place: string;
  readonly id: string;
}

export function keyOf({ conversation, id }: MessageRef): MessageKey {
  return { place: placeKey(conversation), id };
}

/** The number of a conversation; null when no table ever heard of it. */
export function numberOf(db: Kysely<Tables>, key: string) {
  return db.selectFrom("places").select("places.id").where("places.key", "=", key);
}

/** The conversation whose number stands in `column`, by its key. */
export function worded(column: string) {
  return sql<string>`(select key from places where places.id = ${sql.ref(column)})`;
}

/** The message whose place and id stand in these columns is one of `refs`. */
export function isAnyOf(place: string, id: string, refs: readonly MessageKey[]) {
  const tests = refs.map(
    (ref) =>
      sql`${sql.ref(place)} = (select places.id from places where places.key = ${ref.place}) and ${sql.ref(id)} = ${ref.id}`,
  );
  return sql<boolean>`(${sql.join(tests, sql` or `)})`;
}

export type AddPlaces = (keys: readonly string[]) => Promise<void>;

/** Gives a number to each that has none. Almost all have one, so they are looked for first. */
export function addPlacesOf(engine: Engine, db: Kysely<Tables>): AddPlaces {
  const known = preparedKeys(engine, (keys) =>
    db.selectFrom("places").select("key").where("key", "in", keys),
  );
  return async (keys) => {
    const missing = new Set(keys);
    for (const { key } of await known([...missing])) missing.delete(key);
    for (const key of missing) await db.insertInto("places").values({ key }).execute();
  };
}
