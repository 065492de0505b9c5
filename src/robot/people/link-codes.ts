// One-time codes that show that two accounts are one person's, and how often they may be guessed; `link.ts` uses them.

import { createHash } from "node:crypto";
import type { Store, StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import type { UserRef } from "../../model/refs.ts";
import { CODE_MS } from "../bridges/codes.ts";
import { isSameUser, userKey } from "./accounts.ts";

const CODE = "people.code";
/** The code that is out for an account: a new one ends it. */
const CODE_OF = "people.code-of";
const GUESSES = "people.guesses";
const WINDOW_MS = 10 * 60_000;
const MOST_OF_ONE = 5;
const MOST_OF_ALL = 30;

/** Who made a code. */
export interface Maker {
  readonly user: UserRef;
  readonly name: string;
  /** `@name`, where they have one. */
  readonly username?: string;
}

export async function keepLinkCode(tx: StoreTx, code: string, maker: Maker, now: number): Promise<void> {
  await endLinkCode(tx, maker.user);
  await tx.records.put(CODE, hashOf(code), maker as unknown as Json, now + CODE_MS);
  await tx.records.put(CODE_OF, userKey(maker.user), hashOf(code), now + CODE_MS);
}

/** What an account has out, and how often it guessed, is no more. */
export async function forgetLinkCodes(tx: StoreTx, user: UserRef): Promise<void> {
  await endLinkCode(tx, user);
  await tx.records.delete(GUESSES, userKey(user));
}

async function endLinkCode(tx: StoreTx, user: UserRef): Promise<void> {
  const last = await tx.records.get(CODE_OF, userKey(user));
  if (typeof last === "string") await tx.records.delete(CODE, last);
  await tx.records.delete(CODE_OF, userKey(user));
}

export type LinkGuess =
  | { readonly kind: "right"; readonly maker: Maker }
  /** `own`: it was made by an account on the same side. */
  | { readonly kind: "wrong" | "blocked" | "own" };

/** Whose code it is; what is wrong is counted, and after too many even a right one says nothing for a while. */
export function guessLink(
  store: Store,
  code: string | undefined,
  by: UserRef,
  now: number,
): Promise<LinkGuess> {
  return store.transaction(async (tx) => {
    const counters = [
      { key: userKey(by), most: MOST_OF_ONE },
      { key: "all", most: MOST_OF_ALL },
    ];
    const lately = await Promise.all(counters.map(({ key }) => timesOf(tx, key, now)));
    if (counters.some(({ most }, i) => (lately[i]?.length ?? 0) >= most)) return { kind: "blocked" };
    const maker = code && ((await tx.records.get(CODE, hashOf(code))) as unknown as Maker | undefined);
    if (maker && !isSameUser(maker.user, by) && maker.user.account !== by.account)
      return { kind: "right", maker };
    if (maker && isSameUser(maker.user, by)) return { kind: "own" };
    for (const [i, { key }] of counters.entries())
      await tx.records.put(GUESSES, key, [...(lately[i] ?? []), now], now + WINDOW_MS);
    return { kind: "wrong" };
  });
}

/** The code is used up. False when somebody else was quicker. */
export async function spendLink(tx: StoreTx, code: string, maker: Maker): Promise<boolean> {
  await tx.records.delete(CODE_OF, userKey(maker.user));
  return tx.records.delete(CODE, hashOf(code));
}

async function timesOf(tx: StoreTx, key: string, now: number): Promise<readonly number[]> {
  const times = await tx.records.get(GUESSES, key);
  return Array.isArray(times) ? times.map(Number).filter((at) => at > now - WINDOW_MS) : [];
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}
