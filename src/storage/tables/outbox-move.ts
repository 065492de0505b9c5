// A conversation that has another id now takes its lanes along; put together with the rest by `outbox`.

import { type Kysely, sql } from "kysely";
import type { StoreTx } from "../../bridge/store-port.ts";
import { conversationKey } from "../../model/refs.ts";
import { alive, dead } from "./outbox-rows.ts";
import type { Tables } from "./schema.ts";

/**
 * Of a chat all lanes move, those of its threads (and of threads that are still to be opened) to the same threads of the
 * other; of a thread its own lane alone. What is frozen stays as it is. So do the map, marks and paired threads: their
 * messages do not exist under the new id, and whether that chat can have threads must be asked anew.
 */
export function moveOf(db: Kysely<Tables>): StoreTx["outbox"]["move"] {
  return async (from, to) => {
    const [old, lane] = [conversationKey(from), conversationKey(to)];
    // The dead ones and the held ones too: whenever they are sent, it is to the new conversation. Each has its index.
    for (const state of [alive, dead]) {
      await db.updateTable("outbox").set({ lane }).where("lane", "=", old).where(state).execute();
    }
    await db.updateTable("held").set({ lane }).where("lane", "=", old).execute();
    if (from.thread !== undefined) return;
    const [head, newHead] = [`${old}/`, `${conversationKey({ account: to.account, id: to.id })}/`];
    const isBelow = sql<boolean>`substr(lane, 1, length(${head})) = ${head}`;
    const moved = sql<string>`${newHead} || substr(lane, length(${head}) + 1)`;
    for (const table of ["outbox", "held"] as const) {
      await db.updateTable(table).set({ lane: moved }).where(isBelow).execute();
    }
  };
}
