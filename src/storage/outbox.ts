// The durable outbox: deliveries in their lanes, until they are done or given up; part of the store's transaction.

import { type Kysely, type Selectable, sql } from "kysely";
import type { StoredDelivery, StoreTx } from "../bridge/ports.ts";
import type { Clock } from "../model/clock.ts";
import type { Call, Delivery } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import { conversationKey, messageKey } from "../model/refs.ts";
import type { Engine } from "./engine.ts";
import { conversationFrom } from "./keys.ts";
import { prepared, preparedRows } from "./prepared.ts";
import type { OutboxTable, Tables } from "./schema.ts";

const columns = ["id", "lane", "event", "state", "attempts", "failing_since", "calls", "done"] as const;

type StoredRow = Pick<Selectable<OutboxTable>, (typeof columns)[number]>;
type NewRow = Readonly<Pick<OutboxTable, "lane" | "kind" | "event" | "source" | "created_at">>;
type Reads = Pick<StoreTx["outbox"], "head" | "lanes" | "waiting" | "dead" | "carries">;

// Written into the statement, not given as a value: only then may the engines use their partial indexes.
const alive = sql<boolean>`state <> 'dead'`;
const dead = sql<boolean>`state = 'dead'`;

export function outboxOf(engine: Engine, db: Kysely<Tables>, clock: Clock): StoreTx["outbox"] {
  const append = preparedRows(
    engine,
    ["lane", "kind", "event", "source", "created_at"],
    (rows: readonly NewRow[]) => db.insertInto("outbox").values(rows),
  );
  const freeze = prepared(engine, (calls: string, id: number) =>
    db.updateTable("outbox").set({ calls, state: "sending" }).where("id", "=", id),
  );
  const progress = prepared(engine, (done: number, id: number) =>
    db.updateTable("outbox").set({ done }).where("id", "=", id),
  );
  const failed = prepared(engine, (attempts: number, since: number, id: number) =>
    db.updateTable("outbox").set({ attempts, failing_since: since }).where("id", "=", id),
  );
  const finish = prepared(engine, (id: number) => db.deleteFrom("outbox").where("id", "=", id));
  const bury = prepared(engine, (reason: string, id: number) =>
    db.updateTable("outbox").set({ state: "dead", reason }).where("id", "=", id),
  );
  return {
    ...readsOf(engine, db),
    async append(deliveries) {
      const now = clock.now();
      await append(deliveries.map((delivery) => newRow(delivery, now)));
    },
    async freeze(id, calls) {
      await freeze(JSON.stringify(calls), id);
    },
    async progress(id, done) {
      await progress(done, id);
    },
    async failed(id, attempts, failingSince) {
      await failed(attempts, failingSince, id);
    },
    async finish(id) {
      await finish(id);
    },
    async bury(id, reason) {
      await bury(reason, id);
    },
    async move(from, to) {
      const lane = conversationKey(to);
      // The dead ones and the held ones too: whenever they are sent, it is to the new conversation.
      await db.updateTable("outbox").set({ lane }).where("lane", "=", conversationKey(from)).execute();
      await db.updateTable("held").set({ lane }).where("lane", "=", conversationKey(from)).execute();
    },
  };
}

function readsOf(engine: Engine, db: Kysely<Tables>): Reads {
  const head = prepared(engine, (lane: string) =>
    db
      .selectFrom("outbox")
      .select(columns)
      .where("lane", "=", lane)
      .where(alive)
      .orderBy("id")
      .limit(sql.lit(1)),
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
  const buried = prepared(engine, () =>
    db
      .selectFrom("outbox")
      .select([...columns, "reason"])
      .where(dead)
      .orderBy("id"),
  );
  const carries = prepared(engine, (source: string, lane: string) =>
    db
      .selectFrom("outbox")
      .select("id")
      .where("source", "=", source)
      .where("lane", "=", lane)
      .where("kind", "=", sql.lit("message.created"))
      .where(alive)
      .limit(sql.lit(1)),
  );
  return {
    async head(lane) {
      const row = (await head(conversationKey(lane)))[0];
      return row && stored(row);
    },
    lanes: async () => (await lanes()).map(({ lane }) => conversationFrom(lane)),
    waiting: async () => (await waiting())[0]?.count ?? 0,
    dead: async () => (await buried()).map((row) => ({ ...stored(row), reason: row.reason ?? "" })),
    carries: async (source, to) => (await carries(messageKey(source), conversationKey(to))).length > 0,
  };
}

function newRow({ event, to }: Delivery, now: number): NewRow {
  return {
    lane: conversationKey(to),
    kind: event.kind,
    event: JSON.stringify(event),
    source: "message" in event ? messageKey(event.message.ref) : null,
    created_at: now,
  };
}

function stored(row: StoredRow): StoredDelivery {
  return {
    id: row.id,
    event: JSON.parse(row.event) as BridgeEvent,
    to: conversationFrom(row.lane),
    state: row.state,
    attempts: row.attempts,
    ...(row.failing_since !== null && { failingSince: row.failing_since }),
    ...(row.calls !== null && { calls: JSON.parse(row.calls) as readonly Call[] }),
    done: row.done,
  };
}
