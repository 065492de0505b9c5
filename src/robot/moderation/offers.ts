// Acts that the admins of a room may follow by a button, until the next day; `acting.ts` makes them, `moderation.ts` takes them up.

import { createHash } from "node:crypto";
import type { Store, StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import type { Act } from "../../model/event.ts";
import type { ConversationRef, UserRef } from "../../model/refs.ts";

const KIND = "moderation.offer";
const KEEP_MS = 24 * 3_600_000;

export interface Offer {
  readonly act: Act;
  /** In the account of the room. */
  readonly user: UserRef;
  readonly name: string;
  readonly room: ConversationRef;
  readonly until?: number;
}

/** Short enough for a button. */
export function offerId(of: string): string {
  return createHash("sha256").update(of).digest("hex").slice(0, 16);
}

export function keepOffer(tx: StoreTx, id: string, offer: Offer, now: number): Promise<void> {
  return tx.records.put(KIND, id, offer as unknown as Json, now + KEEP_MS);
}

export function offerOf(store: Store, id: string): Promise<Offer | undefined> {
  return store.transaction(async (tx) => (await tx.records.get(KIND, id)) as unknown as Offer | undefined);
}

export async function endOffer(tx: StoreTx, id: string): Promise<void> {
  await tx.records.delete(KIND, id);
}
