// What is remembered of feedback until it is answered: where it was asked, by whom, and which message of ours asks for the answer.

import { createHash } from "node:crypto";
import type { Store, StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import { type MessageRef, messageKey, type UserRef } from "../../model/refs.ts";
import type { Language } from "../../model/texts.ts";

const KIND = "everyday.feedback";
const BY_MESSAGE = "everyday.feedback-message";
const RATE = "everyday.feedback-rate";
/** Nobody answers later, and nothing is to be kept for ever. */
const KEEP_MS = 90 * 24 * 3_600_000;
const HOUR_MS = 3_600_000;

export interface Feedback {
  /** In the room where it was asked. */
  readonly room: MessageRef["conversation"];
  readonly message?: MessageRef;
  readonly by: { readonly user: UserRef; readonly name: string };
  readonly isPrivate: boolean;
  readonly language: Language;
  /** The first words, to say what is answered. */
  readonly excerpt: string;
}

/** The same for a question that is asked again; short enough for a button. */
export function feedbackId(askId: string): string {
  return createHash("sha256").update(askId).digest("hex").slice(0, 16);
}

/** `line`: the robot's message in the feedback room. */
export async function keepFeedback(
  tx: StoreTx,
  { id, feedback, line, now }: { id: string; feedback: Feedback; line: MessageRef; now: number },
): Promise<void> {
  const until = now + KEEP_MS;
  await tx.records.put(KIND, id, feedback as unknown as Json, until);
  await tx.records.put(BY_MESSAGE, messageKey(line), id, until);
}

export function feedbackById(store: Store, id: string): Promise<Feedback | undefined> {
  return store.transaction(async (tx) => (await tx.records.get(KIND, id)) as unknown as Feedback | undefined);
}

/** What the message asks to be answered: one of ours, as the platform calls it or as we do. */
export function feedbackOf(store: Store, message: MessageRef): Promise<Feedback | undefined> {
  return store.transaction(async (tx) => {
    const origin = (await tx.map.origin(message)) ?? message;
    const id = await tx.records.get(BY_MESSAGE, messageKey(origin));
    if (typeof id !== "string") return undefined;
    return (await tx.records.get(KIND, id)) as unknown as Feedback | undefined;
  });
}

/** When the person sent feedback within the last hour; milliseconds since 1970. */
export async function sentLately(store: Store, user: UserRef, now: number): Promise<readonly number[]> {
  const times = await store.transaction((tx) => tx.records.get(RATE, userKey(user)));
  return Array.isArray(times) ? times.map(Number).filter((at) => at > now - HOUR_MS) : [];
}

export function keepTimes(tx: StoreTx, user: UserRef, times: readonly number[], now: number): Promise<void> {
  return tx.records.put(RATE, userKey(user), times, now + HOUR_MS);
}

/** What is kept of a person's feedback is no more: the words, the name, and how often. */
export async function forgetFeedback(tx: StoreTx, user: UserRef): Promise<void> {
  const all = await tx.records.list(KIND);
  const theirs = all.filter(({ value }) => isOf(value as unknown as Feedback, user)).map(({ key }) => key);
  for (const id of theirs) await tx.records.delete(KIND, id);
  for (const { key, value } of await tx.records.list(BY_MESSAGE))
    if (theirs.includes(String(value))) await tx.records.delete(BY_MESSAGE, key);
  await tx.records.delete(RATE, userKey(user));
}

/** For an export of what is known of a person: the first words of each. */
export async function feedbackBy(tx: StoreTx, user: UserRef): Promise<readonly string[]> {
  const all = (await tx.records.list(KIND)).map(({ value }) => value as unknown as Feedback);
  return all.filter((one) => isOf(one, user)).map(({ excerpt }) => excerpt);
}

function isOf({ by }: Feedback, { account, id }: UserRef): boolean {
  return by.user.account === account && by.user.id === id;
}

function userKey({ account, id }: UserRef): string {
  return `${account}:${id}`;
}
