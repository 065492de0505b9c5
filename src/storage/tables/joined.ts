// What joined messages show, kept for as long as one of their sections may change; part of the store's transaction.

import type { Kysely } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { JoinedSection } from "../../model/delivery.ts";
import { messageKey } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { prepared } from "../prepared.ts";
import { countDeleted, maxPruned } from "./prune.ts";
import type { Tables } from "./schema.ts";

export function joinedOf(engine: Engine, db: Kysely<Tables>): StoreTx["joined"] {
  const save = prepared(engine, (copy: string, sections: string, at: number) =>
    db
      .insertInto("joined")
      .values({ copy_key: copy, sections, saved_at: at })
      .onConflict((conflict) =>
        conflict.column("copy_key").doUpdateSet((eb) => ({
          sections: eb.ref("excluded.sections"),
          saved_at: eb.ref("excluded.saved_at"),
        })),
      ),
  );
  const load = prepared(engine, (copy: string) =>
    db.selectFrom("joined").select("sections").where("copy_key", "=", copy),
  );
  return {
    async save(copy, sections, at) {
      await save(messageKey(copy), JSON.stringify(sections), at);
    },
    async load(copy) {
      const row = (await load(messageKey(copy)))[0];
      return row && (JSON.parse(row.sections) as readonly JoinedSection[]);
    },
    async forget(copy) {
      await db.deleteFrom("joined").where("copy_key", "=", messageKey(copy)).execute();
    },
    prune(before) {
      const old = db.selectFrom("joined").select("copy_key").where("saved_at", "<", before);
      return countDeleted(db.deleteFrom("joined").where("copy_key", "in", old.limit(maxPruned)));
    },
  };
}
