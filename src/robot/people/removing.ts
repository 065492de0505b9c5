// Takes a message away wherever it stands: copies by their lanes, the original by its platform; deleting and purging share it.

import { createOutgoing } from "../../bridge/outgoing.ts";
import type { StoreTx } from "../../bridge/store-port.ts";
import { type ConversationRef, conversationKey, isSamePlace, type MessageRef } from "../../model/refs.ts";
import type { RobotWorld } from "../world.ts";
import type { Original } from "./originals.ts";

/**
 * The copies go, and what is on its way stays away; the lanes that have something to do then. `within`: only those in this
 * chat. May run twice.
 */
export async function removeCopies(
  tx: StoreTx,
  originals: readonly Original[],
  now: number,
  within?: ConversationRef,
): Promise<readonly ConversationRef[]> {
  const outgoing = createOutgoing(tx, now);
  for (const { ref } of originals) {
    const event = { kind: "message.deleted", conversation: ref.conversation, refs: [ref] } as const;
    const places = (await placesOf(tx, ref)).filter((to) => !within || isSamePlace(to, within));
    for (const to of places) if ((await outgoing.cancel(ref, to)) === "delete") outgoing.add({ event, to });
  }
  const lanes = await outgoing.store();
  // What stays elsewhere keeps its reactions there.
  if (!within) await tx.marks.forget(originals.map(({ ref }) => ref));
  return lanes;
}

async function placesOf(tx: StoreTx, source: MessageRef): Promise<readonly ConversationRef[]> {
  const copies = (await tx.map.rows(source)).map(({ copy }) => copy.conversation);
  const all = [...copies, ...(await tx.outbox.lanesOf(source))];
  return [...new Map(all.map((place) => [conversationKey(place), place])).values()];
}

/** Whether it is gone now. Doing it twice changes nothing. */
export async function removeHere(ref: MessageRef, world: RobotWorld, signal: AbortSignal): Promise<boolean> {
  const social = world.social(ref.conversation.account);
  if (!social) return false;
  try {
    await social.remove(ref, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    world.log.debug({ err: error }, "a message could not be removed");
    return false;
  }
}
