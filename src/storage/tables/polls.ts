// Polls as they were made, and what the platforms call them; part of the store's transaction.

import type { Kysely } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Poll } from "../../model/attachment.ts";
import { conversationKey } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { prepared, preparedRows } from "../prepared.ts";
import { conversationFrom } from "./keys.ts";
import { addPlacesOf, isAnyOf, keyOf, type MessageKey, numberOf, worded } from "./places.ts";
import type { Tables } from "./schema.ts";

export function pollsOf(engine: Engine, db: Kysely<Tables>): StoreTx["polls"] {
  return { ...contentsOf(engine, db), ...namesOf(engine, db) };
}

function contentsOf(engine: Engine, db: Kysely<Tables>): Pick<StoreTx["polls"], "put" | "get"> {
  const addPlaces = addPlacesOf(engine, db);
  const put = prepared(engine, (place: string, id: string, poll: string) =>
    db
      .insertInto("polls")
      .values({ place: numberOf(db, place), message_id: id, poll })
      .onConflict((conflict) =>
        conflict.columns(["place", "message_id"]).doUpdateSet({ poll: (eb) => eb.ref("excluded.poll") }),
      ),
  );
  const get = prepared(engine, (place: string, id: string) =>
    db
      .selectFrom("polls")
      .select("poll")
      .where("place", "=", numberOf(db, place))
      .where("message_id", "=", id),
  );
  return {
    async put(about, poll) {
      const { place, id } = keyOf(about);
      await addPlaces([place]);
      await put(place, id, JSON.stringify(poll));
    },
    async get(about) {
      const { place, id } = keyOf(about);
      const row = (await get(place, id))[0];
      return row && (JSON.parse(row.poll) as Poll);
    },
  };
}

function namesOf(engine: Engine, db: Kysely<Tables>): Pick<StoreTx["polls"], "name" | "messageOf"> {
  const addPlaces = addPlacesOf(engine, db);
  const name = prepared(engine, (account: string, poll: string, place: string, where: string, id: string) =>
    db
      .insertInto("poll_names")
      .values({
        ...{ account, poll_id: poll, place: numberOf(db, place) },
        ...{ conversation: numberOf(db, where), message_id: id },
      })
      .onConflict((conflict) =>
        conflict.columns(["account", "poll_id"]).doUpdateSet((eb) => ({
          place: eb.ref("excluded.place"),
          conversation: eb.ref("excluded.conversation"),
          message_id: eb.ref("excluded.message_id"),
        })),
      ),
  );
  const messageOf = prepared(engine, (account: string, poll: string) =>
    db
      .selectFrom("poll_names")
      .select(["message_id", worded("conversation").as("conversation")])
      .where("account", "=", account)
      .where("poll_id", "=", poll),
  );
  return {
    async name(account, id, message) {
      const { place, id: messageId } = keyOf(message);
      const where = conversationKey(message.conversation);
      await addPlaces([place, where]);
      await name(account, id, place, where, messageId);
    },
    async messageOf(account, id) {
      const row = (await messageOf(account, id))[0];
      return row && { conversation: conversationFrom(row.conversation), id: row.message_id };
    },
  };
}

/** The polls of these messages are no more; nor are the names of their copies, as long as the map knows those. */
export function forgetPollsOf(engine: Engine, db: Kysely<Tables>) {
  const polls = preparedRows(engine, ["place", "id"], (refs: readonly MessageKey[]) =>
    db.deleteFrom("polls").where(isAnyOf("place", "message_id", refs)),
  );
  const names = preparedRows(engine, ["place", "id"], (refs: readonly MessageKey[]) =>
    db.deleteFrom("poll_names").where(isAnyOf("place", "message_id", refs)),
  );
  const namesOfCopies = preparedRows(engine, ["place", "id"], (refs: readonly MessageKey[]) => {
    const copies = db
      .selectFrom("message_map")
      .select(["copy_place", "copy_id"])
      .where(isAnyOf("source_place", "source_id", refs))
      .$asTuple("copy_place", "copy_id");
    return db.deleteFrom("poll_names").where((eb) => eb(eb.refTuple("place", "message_id"), "in", copies));
  });
  return async (refs: readonly MessageKey[]): Promise<void> => {
    await polls(refs);
    await names(refs);
    await namesOfCopies(refs);
  };
}
