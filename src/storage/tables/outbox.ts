// The durable outbox: deliveries in their lanes, until they are done or given up; part of the store's transaction.

import type { Kysely } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Clock } from "../../model/clock.ts";
import type { Engine } from "../engine.ts";
import { prepared, preparedRows } from "../prepared.ts";
import { deadLettersOf } from "./dead-letters.ts";
import { moveOf } from "./outbox-move.ts";
import { outboxReadsOf } from "./outbox-reads.ts";
import { alive, eventColumns, type NewRow, newRow } from "./outbox-rows.ts";
import type { Tables } from "./schema.ts";

type Outbox = StoreTx["outbox"];
type Attempts = Pick<Outbox, "freeze" | "thaw" | "progress" | "failed" | "finish">;

export function outboxOf(engine: Engine, db: Kysely<Tables>, clock: Clock): Outbox {
  return {
    ...outboxReadsOf(engine, db),
    ...lanesOf(engine, db, clock),
    ...attemptsOf(engine, db),
    ...deadLettersOf(engine, db, clock),
  };
}

function lanesOf(
  engine: Engine,
  db: Kysely<Tables>,
  clock: Clock,
): Pick<Outbox, "append" | "rewrite" | "move"> {
  const append = preparedRows(
    engine,
    ["lane", "kind", "event", "source", "created_at"],
    (rows: readonly NewRow[]) => db.insertInto("outbox").values(rows),
  );
  return {
    async append(deliveries) {
      const now = clock.now();
      await append(deliveries.map((delivery) => newRow(delivery, now)));
    },
    async rewrite(id, event) {
      await db.updateTable("outbox").set(eventColumns(event)).where("id", "=", id).execute();
    },
    move: moveOf(db),
  };
}

function attemptsOf(engine: Engine, db: Kysely<Tables>): Attempts {
  const freeze = prepared(engine, (calls: string, at: number, mark: string | null, id: number) =>
    db.updateTable("outbox").set({ calls, frozen_at: at, mark, state: "sending" }).where("id", "=", id),
  );
  const join = preparedRows(
    engine,
    ["id", "to"],
    (rows: readonly { readonly id: number; readonly to: number }[]) =>
      db
        .updateTable("outbox")
        .set({ state: "joined", joined_to: rows[0]?.to ?? null })
        .where(
          "id",
          "in",
          rows.map(({ id }) => id),
        ),
  );
  const unfrozen = { state: "waiting", calls: null, done: 0, frozen_at: null, mark: null } as const;
  const thaw = prepared(engine, (id: number) =>
    db
      .updateTable("outbox")
      .set({ ...unfrozen, joined_to: null })
      .where((eb) => eb.or([eb("id", "=", id), eb("joined_to", "=", id)]))
      .where(alive),
  );
  const progress = prepared(engine, (done: number, id: number) =>
    db.updateTable("outbox").set({ done }).where("id", "=", id),
  );
  const failed = prepared(engine, (attempts: number, since: number, id: number) =>
    db.updateTable("outbox").set({ attempts, failing_since: since }).where("id", "=", id),
  );
  const finish = prepared(engine, (id: number) =>
    db.deleteFrom("outbox").where((eb) => eb.or([eb("id", "=", id), eb("joined_to", "=", id)])),
  );
  return {
    async freeze(id, calls, { at, mark, joined = [] }) {
      await freeze(JSON.stringify(calls), at, mark ?? null, id);
      await join(joined.map((other) => ({ id: other, to: id })));
    },
    async thaw(id) {
      await thaw(id);
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
  };
}
