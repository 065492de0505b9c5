// Which thread of the destination answers to the thread an event came from; `intake.ts` asks before the outbox.

import { type ConversationRef, futureThread } from "../model/refs.ts";
import type { BridgeTable } from "./bridge-table.ts";
import type { StoreTx } from "./store-port.ts";

/**
 * `to` is a member of a bridge; `from` stands in another. What comes from a thread of a bridged chat goes to the thread
 * that answers to it; until that is opened, to the lane that will open it. Members that are threads themselves, and
 * bridges that do not show topics, stay as they are.
 */
export async function placeIn(
  tx: StoreTx,
  from: ConversationRef,
  to: ConversationRef,
  table: BridgeTable,
): Promise<ConversationRef> {
  const isTwin = from.thread !== undefined && to.thread === undefined && !table.isMember(from);
  if (!isTwin || !table.shows(from, "topics")) return to;
  return (await tx.threads.find(from, to)) ?? futureThread(to, from);
}
