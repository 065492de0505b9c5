// Everything that was given up, deliveries and updates alike, under ids an admin can type; `dead-letters.ts` calls it.

import { createHash } from "node:crypto";
import type { DeadDelivery, DeadUpdate, StoreTx } from "../bridge/store-port.ts";
import { type AccountId, conversationKey } from "../model/refs.ts";
import type { LoadedTexts } from "../texts.ts";
import { originOf } from "./event-facts.ts";

export type Letter = Common &
  (
    | { readonly kind: "delivery"; readonly dead: DeadDelivery; readonly to: string }
    | { readonly kind: "update"; readonly dead: DeadUpdate }
  );

interface Common {
  /** `d34` for a delivery, `u1a2b3c4d` for an update; the same at every look. */
  readonly id: string;
  /** When it came in; milliseconds since 1970. */
  readonly at: number;
  /** The conversation (`account:id`), or the account alone when the update does not tell. */
  readonly from: string;
}

/** Newest last. */
export async function readLetters(tx: StoreTx): Promise<readonly Letter[]> {
  const deliveries = (await tx.outbox.dead()).map(
    (dead): Letter => ({
      kind: "delivery",
      id: deliveryId(dead.id),
      at: dead.createdAt,
      from: originOf(dead.event),
      to: conversationKey(dead.to),
      dead,
    }),
  );
  const updates = (await tx.journal.dead()).map(
    (dead): Letter => ({
      kind: "update",
      id: updateId(dead.raw.account, dead.raw.key),
      at: dead.raw.receivedAt,
      from: dead.raw.account,
      dead,
    }),
  );
  return [...deliveries, ...updates].sort((a, b) => a.at - b.at);
}

export function deliveryId(id: number): string {
  return `d${id}`;
}

/** Updates have no number of their own; their key can be long. */
export function updateId(account: AccountId, key: string): string {
  return `u${createHash("sha256").update(`${account} ${key}`).digest("hex").slice(0, 8)}`;
}

/** What was given up, in a word. */
export function whatOf(letter: Letter, texts: LoadedTexts): string {
  return texts(`cli.dead-letters.what.${letter.kind === "update" ? "update" : letter.dead.event.kind}`);
}

export interface Reason {
  /** For people. */
  readonly words: string;
  /** What the platform or the parser said. */
  readonly technical?: string;
}

/** A reason is kept as the key of a text, what the platform said, or both: `key: what it said`. */
export function reasonOf(reason: string, texts: LoadedTexts): Reason {
  const [, key = "", technical] = /^([\w-]+(?:\.[\w-]+)+)(?::\s+(.*))?$/s.exec(reason) ?? [];
  if (!texts.has(key)) return { words: reason === "" ? texts("cli.dead-letters.no-reason") : reason };
  return { words: texts(key), ...(technical && { technical }) };
}

/** The reason of a letter; that of an update is its parser's. */
export function reasonWords(letter: Letter, texts: LoadedTexts): Reason {
  if (letter.kind === "delivery") return reasonOf(letter.dead.reason, texts);
  return { words: texts("cli.dead-letters.not-understood"), technical: letter.dead.reason };
}
