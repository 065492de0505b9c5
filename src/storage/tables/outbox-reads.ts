// What the lanes ask of the outbox; part of the store's transaction, put together by `outbox`.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import { conversationKey, messageKey } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { prepared } from "../prepared.ts";
import { conversationFrom } from "./keys.ts";
import { alive, deliveryColumns, stored } from "./outbox-rows.ts";
import type { Tables } from "./schema.ts";

type Reads = Pick<StoreTx["outbox"], "front" | "depth" | "lanes" | "waiting" | "pending" | "lanesOf">;

const unjoined = sql<boolean>`state <> 'joined'`;

export function outboxReadsOf(engine: Engine, db: Kysely<Tables>): Reads {
  const frontOf = (lane: string, limit: number) =>
    db.selectFrom("outbox").where("lane", "=", lane).where(alive).where(unjoined).orderBy("id").limit(limit);
  const front = prepared(engine, (lane: string, limit: number) =>
    frontOf(lane, limit).select(deliveryColumns),
  );
  const depth = prepared(engine, (lane: string, limit: number) =>
    db
      .selectFrom(frontOf(lane, limit).select("id").as("front"))
      .select((eb) => eb.fn.countAll<number>().as("count")),
  );
  const lanes = prepared(engine, () =>
    db
      .selectFrom("outbox")
      .select("lane")
      .where(alive)
      .groupBy("lane")
      .orderBy((eb) => eb.fn.min("id")),
  );
  const waiting = prepared(engine, () =>
    db
      .selectFrom("outbox")
      .select((eb) => eb.fn.countAll<number>().as("count"))
      .where(alive),
  );
  const pending = prepared(engine, (source: string, lane: string) =>
    db
      .selectFrom("outbox")
      .select(deliveryColumns)
      .where("source", "=", source)
      .where("lane", "=", lane)
      .where(alive)
      .orderBy("id"),
  );
  const lanesOf = prepared(engine, (source: string) =>
    db
      .selectFrom("outbox")
      .select("lane")
      .where("source", "=", source)
      .where("kind", "=", sql.lit("message.created"))
      .where(alive)
      .orderBy("id"),
  );
  return {
    front: async (lane, limit) => (await front(conversationKey(lane), limit)).map(stored),
    depth: async (lane, limit) => (await depth(conversationKey(lane), limit))[0]?.count ?? 0,
    lanes: async () => (await lanes()).map(({ lane }) => conversationFrom(lane)),
    waiting: async () => (await waiting())[0]?.count ?? 0,
    pending: async (source, to) => (await pending(messageKey(source), conversationKey(to))).map(stored),
    lanesOf: async (source) => (await lanesOf(messageKey(source))).map(({ lane }) => conversationFrom(lane)),
  };
}
