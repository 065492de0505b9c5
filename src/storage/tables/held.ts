// Deliveries that wait for the message they are about; part of the store's transaction.

import type { Kysely } from "kysely";
import type { HeldDelivery, StoreTx } from "../../bridge/store-port.ts";
import type { BridgeEvent } from "../../model/event.ts";
import { conversationKey, messageKey } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { preparedKeys, preparedRows } from "../prepared.ts";
import { conversationFrom } from "./keys.ts";
import type { HeldTable, Tables } from "./schema.ts";

type HeldRow = Readonly<Omit<HeldTable, "id">>;

export function heldOf(engine: Engine, db: Kysely<Tables>): StoreTx["held"] {
  const hold = preparedRows(engine, ["waits_for", "lane", "event", "until"], (rows: readonly HeldRow[]) =>
    db.insertInto("held").values(rows),
  );
  const release = preparedKeys(engine, (keys) =>
    db.deleteFrom("held").where("waits_for", "in", keys).returning(["id", "lane", "event"]),
  );
  return {
    async hold(rows) {
      await hold(rows.map(rowOf));
    },
    async release(refs) {
      const rows = [...(await release(refs.map(messageKey)))];
      // RETURNING promises no order.
      if (rows.length > 1) rows.sort((a, b) => a.id - b.id);
      return rows.map(({ event, lane }) => ({
        event: JSON.parse(event) as BridgeEvent,
        to: conversationFrom(lane),
      }));
    },
    async expire(now) {
      const query = db.deleteFrom("held").where("until", "<", now);
      return Number((await query.executeTakeFirstOrThrow()).numDeletedRows);
    },
  };
}

function rowOf({ waitsFor, delivery, until }: HeldDelivery): HeldRow {
  return {
    waits_for: messageKey(waitsFor),
    lane: conversationKey(delivery.to),
    event: JSON.stringify(delivery.event),
    until,
  };
}
