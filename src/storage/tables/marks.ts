// Who reacted to a message and who voted in its poll; part of the store's transaction.

import type { Kysely } from "kysely";
import type { Mark, MarkKind, MarkRow, StoreTx } from "../../bridge/store-port.ts";
import type { MessageRef } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { prepared, preparedRows } from "../prepared.ts";
import { conversationFrom, placeKey } from "./keys.ts";
import { addPlacesOf, isAnyOf, keyOf, type MessageKey, numberOf, worded } from "./places.ts";
import { forgetPollsOf } from "./polls.ts";
import type { Tables } from "./schema.ts";

/** A name can hold what PostgreSQL takes in no text (NUL), so it stands in the JSON, escaped. */
type Content = Pick<MarkRow, "name" | "marks">;

/** Reactions do not name the thread, so neither does `place`: it comes back as the chat. */
export function marksOf(engine: Engine, db: Kysely<Tables>): StoreTx["marks"] {
  const addPlaces = addPlacesOf(engine, db);
  const put = putOf(engine, db);
  const rowsOf = (place: string, id: string, kind: MarkKind) =>
    db
      .deleteFrom("marks")
      .where("about_place", "=", numberOf(db, place))
      .where("about_id", "=", id)
      .where("kind", "=", kind);
  const clear = prepared(engine, (place: string, id: string, kind: MarkKind, where: string) =>
    rowsOf(place, id, kind).where("place", "=", numberOf(db, where)),
  );
  const remove = prepared(engine, (place: string, id: string, kind: MarkKind, where: string, user: string) =>
    rowsOf(place, id, kind).where("place", "=", numberOf(db, where)).where("user_id", "=", user),
  );
  const forget = preparedRows(engine, ["place", "id"], (refs: readonly MessageKey[]) =>
    db.deleteFrom("marks").where(isAnyOf("about_place", "about_id", refs)),
  );
  const forgetPolls = forgetPollsOf(engine, db);
  return {
    of: readOf(engine, db),
    async put({ about, kind, place, user, name, marks, at }) {
      const message = keyOf(about);
      const where = placeKey(place);
      if (marks.length === 0) {
        await remove(message.place, message.id, kind, where, user);
        return;
      }
      const content: Content = { name, marks };
      await addPlaces([message.place, where]);
      await put(message.place, message.id, kind, where, user, JSON.stringify(content), at);
    },
    async clear(about, kind, place) {
      const message = keyOf(about);
      await clear(message.place, message.id, kind, placeKey(place));
    },
    async forget(abouts) {
      const refs = abouts.map(keyOf);
      await forget(refs);
      await forgetPolls(refs);
    },
  };
}

function putOf(engine: Engine, db: Kysely<Tables>) {
  return prepared(
    engine,
    (about: string, id: string, kind: MarkKind, where: string, user: string, content: string, at: number) =>
      db
        .insertInto("marks")
        .values({
          ...{ about_place: numberOf(db, about), about_id: id, kind, place: numberOf(db, where) },
          ...{ user_id: user, content, at },
        })
        .onConflict((conflict) =>
          conflict.columns(["about_place", "about_id", "kind", "place", "user_id"]).doUpdateSet((eb) => ({
            content: eb.ref("excluded.content"),
            at: eb.ref("excluded.at"),
          })),
        ),
  );
}

function readOf(engine: Engine, db: Kysely<Tables>): StoreTx["marks"]["of"] {
  const read = prepared(engine, (place: string, id: string, kind: MarkKind) =>
    db
      .selectFrom("marks")
      .select(["user_id", "content", "at"])
      .select(worded("place").as("place"))
      .where("about_place", "=", numberOf(db, place))
      .where("about_id", "=", id)
      .where("kind", "=", kind),
  );
  return async (about: MessageRef, kind: MarkKind) => {
    const { place, id } = keyOf(about);
    // Sorted here: the engines compare texts in different ways.
    const rows = [...(await read(place, id, kind))].sort(
      (a, b) => a.at - b.at || compare(a.place, b.place) || compare(a.user_id, b.user_id),
    );
    return rows.map((row): MarkRow => {
      const { name, marks } = JSON.parse(row.content) as { name: string; marks: readonly Mark[] };
      return { about, kind, place: conversationFrom(row.place), user: row.user_id, name, marks, at: row.at };
    });
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
