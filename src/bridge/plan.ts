// Turns an event into one delivery for each other member of its bridge; `intake.ts` calls it before the commit.

import type { Delivery } from "../model/delivery.ts";
import { type BridgeEvent, conversationOf, type Shown } from "../model/event.ts";
import type { AccountId } from "../model/refs.ts";
import type { BridgeTable } from "./bridge-table.ts";
import type { Capabilities } from "./platform.ts";

/**
 * Never delivers to the conversation the event came from; leaves out what the destination cannot do at all, and what
 * the bridge does not show.
 */
export function plan(
  event: BridgeEvent,
  table: BridgeTable,
  capabilitiesOf: (account: AccountId) => Capabilities,
): readonly Delivery[] {
  const from = conversationOf(event);
  if (from === undefined || isForRobot(event) || event.kind === "conversation.moved") return [];
  const speaker = speakerOf(event);
  if (speaker && !table.shows(from, speaker)) return [];
  const group = groupOf(event);
  if (group && !table.shows(from, group)) return [];
  return table
    .others(from)
    .filter((to) => possible(event, capabilitiesOf(to.account)))
    .map((to) => ({ event, to }));
}

const FOR_ROBOT: ReadonlySet<BridgeEvent["kind"]> = new Set([
  "members.changed",
  "access.changed",
  "moderated",
  "button.pressed",
]);

function isForRobot({ kind }: BridgeEvent): boolean {
  return FOR_ROBOT.has(kind);
}

/** With what the words of those who are no people are switched off. */
function speakerOf(event: BridgeEvent): Shown | undefined {
  if (!("message" in event)) return undefined;
  const { kind } = event.message.author;
  return kind === "bot" ? "bots" : kind === "relay" ? "relays" : undefined;
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

/** With what it is switched off. */
function groupOf(event: BridgeEvent): Shown | undefined {
  switch (event.kind) {
    case "notice":
      return event.notice.group;
    case "pin.changed":
      return "pins";
    case "thread.changed":
      return "topics";
    case "reaction.changed":
      return "reactions";
    case "vote.changed":
    case "poll.closed":
      return "polls";
    default:
      return undefined;
  }
}
