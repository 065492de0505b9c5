// One-time codes that open a room for being joined, how often they may be guessed, and joins that wait for their last yes.

import { createHash, randomInt } from "node:crypto";
import type { Store, StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import { type ConversationRef, conversationKey, isSamePlace, type UserRef } from "../../model/refs.ts";

const CODE = "bridge.code";
/** The code that is out for a room and a person: a new one ends it. */
const CODE_OF = "bridge.code-of";
const GUESSES = "bridge.guesses";
const PENDING = "bridge.pending";

/** How long a code lasts, and a question that waits for its yes. */
export const CODE_MS = 10 * 60_000;
const WINDOW_MS = 10 * 60_000;
const MOST_OF_ONE = 5;
const MOST_OF_ALL = 30;

/** Without what is mistaken for another: 0 O, 1 I L, U V. */
const ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 8;
const SHAPE = new RegExp(`^[${ALPHABET}]{${LENGTH}}$`);

/** Who let a room be joined. */
export interface Opening {
  readonly room: ConversationRef;
  readonly by: UserRef;
  readonly name: string;
}

/** A join that waits for its yes. */
export interface Pending {
  readonly opening: Opening;
  /** Where the code was entered. */
  readonly room: ConversationRef;
  readonly by: UserRef;
  /** By an admin who writes as the group: any admin may say yes. */
  readonly isAnonymous: boolean;
}

/** From a source that nobody can foresee. */
export function newCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join("");
}

/** As it is read aloud: `ABCD-EFGH`. */
export function spoken(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`;
}

/** The code in what was typed or brought by a link; undefined when it cannot be one. */
export function codeIn(words: string): string | undefined {
  const code = words.replace(/[\s\-–—]+/g, "").toUpperCase();
  return SHAPE.test(code) ? code : undefined;
}

/** A code that is out for the same room and person ends. */
export async function keepCode(tx: StoreTx, code: string, opening: Opening, now: number): Promise<void> {
  const until = now + CODE_MS;
  const owner = `${userKey(opening.by)} ${conversationKey(opening.room)}`;
  const last = await tx.records.get(CODE_OF, owner);
  if (typeof last === "string") await tx.records.delete(CODE, last);
  await tx.records.put(CODE, hashOf(code), opening as unknown as Json, until);
  await tx.records.put(CODE_OF, owner, hashOf(code), until);
}

export type Guess =
  | { readonly kind: "right"; readonly opening: Opening }
  | { readonly kind: "wrong" | "blocked" };

/** What the code opens; a wrong one is counted, and after too many even a right one opens nothing for a while. */
export function guess(
  store: Store,
  code: string,
  { by, room, now }: { by: UserRef; room: ConversationRef; now: number },
): Promise<Guess> {
  return store.transaction(async (tx) => {
    const counters = [
      { key: `person ${userKey(by)}`, most: MOST_OF_ONE },
      { key: `room ${conversationKey({ account: room.account, id: room.id })}`, most: MOST_OF_ONE },
      { key: "all", most: MOST_OF_ALL },
    ];
    const lately = await Promise.all(counters.map(async ({ key }) => timesOf(tx, key, now)));
    if (counters.some(({ most }, i) => (lately[i]?.length ?? 0) >= most)) return { kind: "blocked" };
    const opening = await tx.records.get(CODE, hashOf(code));
    if (opening !== undefined)
      return { kind: "right", opening: await openingNow(tx, opening as unknown as Opening) };
    for (const [i, { key }] of counters.entries())
      await tx.records.put(GUESSES, key, [...(lately[i] ?? []), now], now + WINDOW_MS);
    return { kind: "wrong" };
  });
}

async function timesOf(tx: StoreTx, key: string, now: number): Promise<readonly number[]> {
  const times = await tx.records.get(GUESSES, key);
  return Array.isArray(times) ? times.map(Number).filter((at) => at > now - WINDOW_MS) : [];
}

/** The code is used up. False when somebody else was quicker. */
export function spend(tx: StoreTx, code: string): Promise<boolean> {
  return tx.records.delete(CODE, hashOf(code));
}

/** The same for a question that is asked again; short enough for a button. */
export function pendingId(askId: string): string {
  return createHash("sha256").update(askId).digest("hex").slice(0, 16);
}

export function keepPending(tx: StoreTx, id: string, pending: Pending, now: number): Promise<void> {
  return tx.records.put(PENDING, id, pending as unknown as Json, now + CODE_MS);
}

export function pendingOf(store: Store, id: string): Promise<Pending | undefined> {
  return store.transaction(async (tx) => {
    const pending = (await tx.records.get(PENDING, id)) as unknown as Pending | undefined;
    if (!pending) return undefined;
    const opening = await openingNow(tx, pending.opening);
    return { ...pending, opening, room: await idNow(tx, pending.room) };
  });
}

/** Making the bot an admin may give a Telegram group another id, while its code is out. */
async function openingNow(tx: StoreTx, opening: Opening): Promise<Opening> {
  // Who writes as the group has its id.
  return { ...opening, room: await idNow(tx, opening.room), by: await idNow(tx, opening.by) };
}

async function idNow<T extends ConversationRef | UserRef>(tx: StoreTx, ref: T): Promise<T> {
  let now = ref;
  for (const { from, to } of await tx.moves.all()) if (isSamePlace(now, from)) now = { ...now, id: to.id };
  return now;
}

/** False when it was answered already. */
export function endPending(tx: StoreTx, id: string): Promise<boolean> {
  return tx.records.delete(PENDING, id);
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}

export function userKey({ account, id }: UserRef): string {
  return `${account}:${id}`;
}
