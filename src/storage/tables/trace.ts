// What befell messages beyond the plain way, told by `matebot trace`; part of the store's transaction.

import type { Insertable, Kysely } from "kysely";
import type { StoreTx, TraceStep } from "../../bridge/store-port.ts";
import { conversationKey, messageKey } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { prepared, preparedRows } from "../prepared.ts";
import { conversationFrom } from "./keys.ts";
import { countDeleted, maxPruned } from "./prune.ts";
import type { Tables, TraceTable } from "./schema.ts";

type NewRow = Readonly<Insertable<Omit<TraceTable, "id">>>;

export function traceOf(engine: Engine, db: Kysely<Tables>): StoreTx["trace"] {
  const note = preparedRows(engine, ["about", "lane", "at", "step", "detail"], (rows: readonly NewRow[]) =>
    db.insertInto("trace").values(rows),
  );
  const of = prepared(engine, (about: string) =>
    db.selectFrom("trace").select(["lane", "at", "step", "detail"]).where("about", "=", about).orderBy("id"),
  );
  return {
    async note(steps) {
      await note(steps.map(rowOf));
    },
    async of(about) {
      const rows = await of(messageKey(about));
      return rows.map(({ lane, at, step, detail }) => ({
        about,
        ...(lane !== null && { to: conversationFrom(lane) }),
        at,
        step,
        ...(detail !== null && { detail }),
      }));
    },
    prune(before) {
      const old = db.selectFrom("trace").select("id").where("at", "<", before);
      return countDeleted(db.deleteFrom("trace").where("id", "in", old.limit(maxPruned)));
    },
  };
}

function rowOf({ about, to, at, step, detail }: TraceStep): NewRow {
  return {
    about: messageKey(about),
    lane: to === undefined ? null : conversationKey(to),
    at,
    step,
    detail: detail ?? null,
  };
}
