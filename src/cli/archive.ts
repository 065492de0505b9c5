// Looks through what the store keeps but never asks for: updates by what stands in them, held deliveries; `desk.ts` opens it.

import { sql } from "kysely";
import type { HeldDelivery } from "../bridge/store-port.ts";
import type { RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import { type AccountId, asideOf, type ConversationRef, type MessageRef, messageKey } from "../model/refs.ts";
import { accessTo } from "../storage/access.ts";
import { kyselyOver } from "../storage/engine.ts";
import { conversationFrom } from "../storage/tables/keys.ts";

export interface KeptUpdate extends RawUpdate {
  /** Why it could not be understood. */
  readonly reason?: string;
}

/** Reads only, and reads whole tables: for a person who waits a second, not for the bridge. */
export interface Archive {
  /** Updates of the account that hold `text` in any case, oldest first. */
  holding(account: AccountId, text: string): Promise<readonly KeptUpdate[]>;
  /** The newest of them; looked for once. */
  lastHolding(account: AccountId, text: string): Promise<KeptUpdate | undefined>;
  /** How many messages were carried, by their copies. */
  messages(): Promise<number>;
  /** Where something is on its way for one of these, whatever the thread. */
  lanesWith(sources: readonly MessageRef[]): Promise<readonly ConversationRef[]>;
  /** What waits for this message to be known. */
  heldFor(ref: MessageRef): Promise<readonly HeldDelivery[]>;
  close(): Promise<void>;
}

/** The line below a message stands in the map as well, and was carried from nowhere. */
const anyAside = asideOf({ conversation: { account: "", id: "" }, id: "%" }).id;

/** The database has its tables already: the store is opened first. */
export async function openArchive(url: string): Promise<Archive> {
  const engine = await (await accessTo(url)).open();
  const db = kyselyOver(engine);
  const updates = (account: AccountId, text: string) =>
    db
      .selectFrom("journal")
      .select(["account", "key", "body", "received_at", "reason"])
      .where("account", "=", account)
      .where(sql<string>`lower(body)`, "like", `%${text.toLowerCase()}%`);
  const known = new Map<string, Promise<KeptUpdate | undefined>>();
  const last = async (account: AccountId, text: string) => {
    const newest = updates(account, text).orderBy("received_at", "desc").limit(1);
    return (await newest.execute()).map(updateFrom)[0];
  };
  return {
    async holding(account, text) {
      return (await updates(account, text).orderBy("received_at").execute()).map(updateFrom);
    },
    lastHolding(account, text) {
      const key = `${account} ${text}`;
      const found = known.get(key) ?? last(account, text);
      known.set(key, found);
      return found;
    },
    async messages() {
      const sources = db
        .selectFrom("message_map")
        .select(["source_place", "source_id"])
        .distinct()
        .where("source_id", "not like", anyAside);
      const query = db.selectFrom(sources.as("sources")).select((eb) => eb.fn.countAll<number>().as("count"));
      return Number((await query.executeTakeFirstOrThrow()).count);
    },
    async lanesWith(sources) {
      const query = db.selectFrom("outbox").select("lane").distinct().orderBy("lane");
      const rows = await query.where("source", "in", sources.map(messageKey)).execute();
      return rows.map(({ lane }) => conversationFrom(lane));
    },
    async heldFor(ref) {
      const query = db.selectFrom("held").select(["lane", "event", "until"]);
      const rows = await query.where("waits_for", "=", messageKey(ref)).orderBy("id").execute();
      return rows.map(({ lane, event, until }) => ({
        waitsFor: ref,
        delivery: { event: JSON.parse(event) as BridgeEvent, to: conversationFrom(lane) },
        until,
      }));
    },
    close: () => engine.close(),
  };
}

interface JournalRow {
  readonly account: string;
  readonly key: string;
  readonly body: string;
  readonly received_at: number;
  readonly reason: string | null;
}

function updateFrom({ account, key, body, received_at, reason }: JournalRow): KeptUpdate {
  return { account, key, body, receivedAt: received_at, ...(reason !== null && { reason }) };
}
