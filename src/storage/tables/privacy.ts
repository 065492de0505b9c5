// What the tables hold of one person, to be shown and to be erased; part of the store's transaction.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import type { BridgeEvent } from "../../model/event.ts";
import { messageKey, type UserRef } from "../../model/refs.ts";
import type { Engine } from "../engine.ts";
import { sourceOf } from "./map-rows.ts";
import { worded } from "./places.ts";
import { type Sections, sectionsWith, sectionsWithout, tells } from "./privacy-json.ts";
import { countChanged, countDeleted } from "./prune.ts";
import type { Tables } from "./schema.ts";

/** Rows read and rewritten at once, so that memory stays small. */
const PAGE = 500;
/** Keys in one statement. */
const MOST_KEYS = 400;

/** Each table that has no index by person is read once: bench numbers stand with the contract tests. */
export function privacyOf(engine: Engine, db: Kysely<Tables>): StoreTx["privacy"] {
  const scans = scansOf(engine, db);
  return {
    async about(user) {
      const messages = await messagesOf(db, user);
      const updates: Json[] = [];
      await scans.updates(user, async ({ key, receivedAt }) => void updates.push({ key, receivedAt }));
      const joined: Json[] = [];
      await scans.joined(user, async (_, sections) => void joined.push(...theirWords(sections, user)));
      const dead = await deadOf(db, user);
      return {
        account: user.account,
        id: user.id,
        linked: await linkedTo(db, user),
        messages: messages.map(({ ref, at }) => ({ message: messageKey(ref), at })),
        marks: await marksOf(db, user),
        updates,
        joined,
        undelivered: dead.map(({ event }) => event as unknown as Json),
      };
    },
    async erase(user) {
      const messages = await messagesOf(db, user);
      const dead = await deadOf(db, user);
      const abouts = [...messages.map(({ ref }) => messageKey(ref)), ...dead.map(({ source }) => source)];
      let count = await eraseTraces(db, abouts);
      count += await countChanged(
        db.updateTable("message_map").set({ author: null }).where(isTheirs(db, user)),
      );
      count += await countDeleted(
        db.deleteFrom("marks").where("user_id", "=", user.id).where("place", "in", placesOf(db, user)),
      );
      await scans.updates(user, async ({ key }) => {
        count += 1;
        const row = db.updateTable("journal").set({ body: "{}" }).where("account", "=", user.account);
        await row.where("key", "=", key).execute();
      });
      await scans.joined(user, async (copy, sections) => {
        count += 1;
        const left = JSON.stringify(sectionsWithout(sections, user));
        await db.updateTable("joined").set({ sections: left }).where("copy_key", "=", copy).execute();
      });
      for (const { id } of dead) count += await countDeleted(db.deleteFrom("outbox").where("id", "=", id));
      return count + (await countDeleted(ownLink(db, user)));
    },
  };
}

/** Conversations of the person's account: there its ids are theirs. */
function placesOf(db: Kysely<Tables>, { account }: UserRef) {
  const start = `${account}:`;
  return db.selectFrom("places").select("places.id").where(sql`substr(key, 1, ${start.length})`, "=", start);
}

function isTheirs(db: Kysely<Tables>, user: UserRef) {
  return sql<boolean>`message_map.author = ${user.id} and message_map.source_place in (${placesOf(db, user)})`;
}

async function messagesOf(db: Kysely<Tables>, user: UserRef) {
  const rows = await db
    .selectFrom("message_map")
    .select(["source_id", "at"])
    .select(worded("message_map.source_conversation").as("source_conversation"))
    .where(isTheirs(db, user))
    .execute();
  const first = new Map(
    rows
      .sort((a, b) => b.at - a.at)
      .map((row) => [messageKey(sourceOf(row)), { ref: sourceOf(row), at: row.at }]),
  );
  return [...first.values()].sort((a, b) => a.at - b.at || (messageKey(a.ref) < messageKey(b.ref) ? -1 : 1));
}

async function marksOf(db: Kysely<Tables>, user: UserRef): Promise<readonly Json[]> {
  const rows = await db
    .selectFrom("marks")
    .select(["about_id", "kind", "content", "at"])
    .select(worded("marks.about_place").as("about_place"))
    .where("user_id", "=", user.id)
    .where("place", "in", placesOf(db, user))
    .execute();
  return rows
    .map(({ about_place, about_id, kind, content, at }) => {
      const { name, marks } = JSON.parse(content) as { readonly name: string; readonly marks: Json };
      return { message: `${about_place}#${about_id}`, kind, name, marks, at };
    })
    .sort((a, b) => a.at - b.at || (`${a.message} ${a.kind}` < `${b.message} ${b.kind}` ? -1 : 1));
}

async function linkedTo(db: Kysely<Tables>, { account, id }: UserRef): Promise<readonly Json[]> {
  const rows = await db
    .selectFrom("people as one")
    .innerJoin("people as other", "other.person", "one.person")
    .select(["other.account as account", "other.user_id as id"])
    .where("one.account", "=", account)
    .where("one.user_id", "=", id)
    .orderBy("other.id")
    .execute();
  return rows.filter((row) => row.account !== account || row.id !== id);
}

/** Dead letters that carry the person's own words or doings. */
async function deadOf(db: Kysely<Tables>, user: UserRef) {
  const rows = await db.selectFrom("outbox").select(["id", "event"]).where("state", "=", "dead").execute();
  return rows.flatMap(({ id, event: json }) => {
    const event = JSON.parse(json) as BridgeEvent;
    const by = "message" in event ? event.message.author : "by" in event ? event.by : undefined;
    if (by?.user?.account !== user.account || by.user.id !== user.id) return [];
    return [{ id, event, source: "message" in event ? messageKey(event.message.ref) : "" }];
  });
}

async function eraseTraces(db: Kysely<Tables>, abouts: readonly string[]): Promise<number> {
  let count = 0;
  for (let i = 0; i < abouts.length; i += MOST_KEYS)
    count += await countDeleted(db.deleteFrom("trace").where("about", "in", abouts.slice(i, i + MOST_KEYS)));
  return count;
}

function ownLink(db: Kysely<Tables>, { account, id }: UserRef) {
  return db.deleteFrom("people").where("account", "=", account).where("user_id", "=", id);
}

function theirWords(sections: Sections, user: UserRef): readonly Json[] {
  return sections.flatMap(({ section }) => {
    if (section.kind !== "message") return [];
    const { author, at, body } = section.message;
    const isOwn = author.user?.account === user.account && author.user.id === user.id;
    return isOwn ? [{ name: author.name, at, body: body as unknown as Json }] : [];
  });
}

interface Scans {
  /** Updates that were taken and name the person, buried ones not. */
  updates(
    user: UserRef,
    each: (row: { readonly key: string; readonly receivedAt: number }) => Promise<void>,
  ): Promise<void>;
  joined(user: UserRef, each: (copy: string, sections: Sections) => Promise<void>): Promise<void>;
}

/** The database finds rows in which the id stands somewhere; here it is looked whether it is the person's. */
function scansOf(engine: Engine, db: Kysely<Tables>): Scans {
  const holds = (column: string, id: string) =>
    engine.kind === "sqlite"
      ? sql<boolean>`instr(${sql.ref(column)}, ${id}) > 0`
      : sql<boolean>`strpos(${sql.ref(column)}, ${id}) > 0`;
  return {
    async updates(user, each) {
      const page = (after: string) =>
        db
          .selectFrom("journal")
          .select(["key", "body", "received_at"])
          .where("account", "=", user.account)
          .where("state", "=", "done")
          .where("key", ">", after)
          .where(holds("body", user.id))
          .orderBy("key")
          .limit(PAGE)
          .execute();
      for (let rows = await page(""); rows.length > 0; rows = await page(rows.at(-1)?.key ?? ""))
        for (const { key, body, received_at } of rows)
          if (tells(body, user.id)) await each({ key, receivedAt: received_at });
    },
    async joined(user, each) {
      const page = (after: string) =>
        db
          .selectFrom("joined")
          .select(["copy_key", "sections"])
          .where("copy_key", ">", after)
          .where(holds("sections", user.id))
          .orderBy("copy_key")
          .limit(PAGE)
          .execute();
      for (let rows = await page(""); rows.length > 0; rows = await page(rows.at(-1)?.copy_key ?? ""))
        for (const { copy_key, sections } of rows) {
          const all = JSON.parse(sections) as Sections;
          if (sectionsWith(all, user)) await each(copy_key, all);
        }
    },
  };
}
