// Which original a message stands for and who wrote it, by the map; deleting and moderating ask before they act.

import type { StoreTx } from "../../bridge/store-port.ts";
import { isCoined, type MessageRef, messageKey, type UserRef } from "../../model/refs.ts";

/** A message as it was first written, with where copies of it stand. */
export interface Original {
  readonly ref: MessageRef;
  /** Undefined when nobody knows (any more), or nobody did. */
  readonly author?: UserRef;
  /** What the robot said itself: its original stands in no chat. */
  readonly isOurs: boolean;
}

/** Several for a joined message, in their order; [] for what was never carried. */
export async function originalsOf(tx: StoreTx, ref: MessageRef): Promise<readonly Original[]> {
  const all = new Map<string, Original>();
  for (const { source, author } of await tx.map.rows(ref)) {
    const { account } = source.conversation;
    all.set(messageKey(source), {
      ref: source,
      isOurs: isCoined(source),
      ...(author !== undefined && { author: { account, id: author } }),
    });
  }
  if (all.size === 0 && (await tx.outbox.lanesOf(ref)).length > 0) return [{ ref, isOurs: isCoined(ref) }];
  return [...all.values()];
}
