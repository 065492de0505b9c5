// Accounts on different platforms that belong to one person; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { UserRef } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { prepared } from "../prepared.ts";
import type { Tables } from "./schema.ts";

/** Who is linked to two is one person with both. Of two users in one account the one linked last is found. */
export function peopleOf(engine: Engine, db: Kysely<Tables>): StoreTx["people"] {
  const find = prepared(engine, (from: string, user: string, to: string) =>
    db
      .selectFrom("people as one")
      .innerJoin("people as other", "other.person", "one.person")
      .select("other.user_id as id")
      .where("one.account", "=", from)
      .where("one.user_id", "=", user)
      .where("other.account", "=", to)
      .orderBy("other.id", "desc")
      .limit(sql.lit(1)),
  );
  return {
    async link(one, other) {
      const [own, theirs] = [await personOf(db, one), await personOf(db, other)];
      const person = own ?? theirs ?? (await nextPerson(db));
      if (theirs !== undefined && theirs !== person) {
        await db.updateTable("people").set({ person }).where("person", "=", theirs).execute();
      }
      for (const user of [one, other]) {
        await leave(db, user);
        await db.insertInto("people").values({ account: user.account, user_id: user.id, person }).execute();
      }
    },
    unlink: (user) => leave(db, user),
    async find(user, account) {
      const row = (await find(user.account, user.id, account))[0];
      return row && { account, id: row.id };
    },
  };
}

async function personOf(db: Kysely<Tables>, { account, id }: UserRef): Promise<number | undefined> {
  const row = await db
    .selectFrom("people")
    .select("person")
    .where("account", "=", account)
    .where("user_id", "=", id)
    .executeTakeFirst();
  return row?.person;
}

async function nextPerson(db: Kysely<Tables>): Promise<number> {
  const last = await db
    .selectFrom("people")
    .select((eb) => eb.fn.max<number | null>("person").as("person"))
    .executeTakeFirst();
  return (last?.person ?? 0) + 1;
}

async function leave(db: Kysely<Tables>, { account, id }: UserRef): Promise<void> {
  await db.deleteFrom("people").where("account", "=", account).where("user_id", "=", id).execute();
}
