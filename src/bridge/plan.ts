// Turns an event into one delivery for each other member of its bridge; `intake.ts` calls it before the commit.

import type { Delivery } from "../model/delivery.ts";
import { type BridgeEvent, conversationOf } from "../model/event.ts";
import type { AccountId } from "../model/refs.ts";
import type { BridgeTable } from "./bridge-table.ts";
import type { Capabilities } from "./platform.ts";

/** Never delivers to the conversation the event came from; leaves out what the destination cannot do at all. */
export function plan(
  event: BridgeEvent,
  table: BridgeTable,
  capabilitiesOf: (account: AccountId) => Capabilities,
): readonly Delivery[] {
  if (event.kind === "conversation.moved") return [];
  return table
    .others(conversationOf(event))
    .filter((to) => possible(event, capabilitiesOf(to.account)))
    .map((to) => ({ event, to }));
}

function possible(event: BridgeEvent, capabilities: Capabilities): boolean {
  switch (event.kind) {
    case "message.edited":
      return capabilities.edit;
    case "message.deleted":
      return capabilities.delete;
    default:
      return true;
  }
}
