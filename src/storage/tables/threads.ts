// Topics and threads that answer to each other; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import { type ConversationRef, conversationKey } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { prepared } from "../prepared.ts";
import { conversationFrom, placeKey } from "./keys.ts";
import { addPlacesOf, numberOf, worded } from "./places.ts";
import type { Tables } from "./schema.ts";

/**
 * Threads that answer to each other are a family. Where one chat has two of it (two lanes opened one at the same time),
 * both belong to it, so that what is said in either arrives; the younger answers.
 */
export function threadsOf(engine: Engine, db: Kysely<Tables>): StoreTx["threads"] {
  const find = prepared(engine, (thread: string, chat: string) =>
    db
      .selectFrom("threads as one")
      .innerJoin("threads as other", "other.family", "one.family")
      .select(worded("other.conversation").as("conversation"))
      .where("one.conversation", "=", numberOf(db, thread))
      .where("other.chat", "=", numberOf(db, chat))
      .orderBy("other.id", "desc")
      .limit(sql.lit(1)),
  );
  const forget = prepared(engine, (thread: string) =>
    db.deleteFrom("threads").where("conversation", "=", numberOf(db, thread)),
  );
  return {
    async find(thread, chat) {
      const row = (await find(conversationKey(thread), placeKey(chat)))[0];
      return row && conversationFrom(row.conversation);
    },
    pair: pairOf(engine, db),
    async forget(thread) {
      await forget(conversationKey(thread));
    },
  };
}

/** Threads are opened seldom: these statements are short, not fast. */
function pairOf(engine: Engine, db: Kysely<Tables>): StoreTx["threads"]["pair"] {
  const addPlaces = addPlacesOf(engine, db);
  return async (thread, answers, chat) => {
    const pair = [thread, answers];
    await addPlaces([...pair.map(conversationKey), placeKey(thread), placeKey(chat)]);
    // A chat itself may answer to many threads, and makes no family of them.
    const own = await familyOf(db, thread);
    const theirs = answers.thread === undefined ? undefined : await familyOf(db, answers);
    const family = own ?? theirs ?? (await nextFamily(db));
    if (theirs !== undefined && theirs !== family) await unite(db, theirs, family);
    for (const member of pair) await join(db, family, member);
  };
}

async function familyOf(db: Kysely<Tables>, thread: ConversationRef): Promise<number | undefined> {
  const own = db.selectFrom("threads").select("family");
  const row = await own
    .where("conversation", "=", numberOf(db, conversationKey(thread)))
    .limit(1)
    .executeTakeFirst();
  return row?.family;
}

async function nextFamily(db: Kysely<Tables>): Promise<number> {
  const last = await db
    .selectFrom("threads")
    .select((eb) => eb.fn.max<number | null>("family").as("family"))
    .executeTakeFirst();
  return (last?.family ?? 0) + 1;
}

async function unite(db: Kysely<Tables>, family: number, into: number): Promise<void> {
  const there = db.selectFrom("threads").select("conversation").where("family", "=", into);
  await db.deleteFrom("threads").where("family", "=", family).where("conversation", "in", there).execute();
  await db.updateTable("threads").set({ family: into }).where("family", "=", family).execute();
}

/** As the youngest, even if it was there before. */
async function join(db: Kysely<Tables>, family: number, member: ConversationRef): Promise<void> {
  const conversation = numberOf(db, conversationKey(member));
  await db
    .deleteFrom("threads")
    .where("family", "=", family)
    .where("conversation", "=", conversation)
    .execute();
  const chat = numberOf(db, placeKey(member));
  await db.insertInto("threads").values({ family, chat, conversation }).execute();
}
