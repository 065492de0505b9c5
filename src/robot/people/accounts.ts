// The accounts of one person, and what holds for all of them at once; every command about people uses it.

import type { StoreTx } from "../../bridge/store-port.ts";
import type { UserRef } from "../../model/refs.ts";
import type { PersonWishes } from "../../model/room.ts";
import { type Question, Refusal } from "../command.ts";
import type { RobotWorld } from "../world.ts";

export function userKey({ account, id }: UserRef): string {
  return `${account}:${id}`;
}

export function isSameUser(one: UserRef | undefined, other: UserRef | undefined): boolean {
  return one !== undefined && one.account === other?.account && one.id === other.id;
}

/** Behind a group or a channel that writes nobody knows who it is. @throws Refusal */
export function checkPerson({ ask }: Pick<Question, "ask">): void {
  if (ask.by.kind === "anonymous" || ask.by.kind === "channel") throw new Refusal("robot-people.nobody");
}

/** The person's account first, then those that are linked to it. */
export async function accountsIn(
  tx: StoreTx,
  user: UserRef,
  accounts: readonly string[],
): Promise<readonly UserRef[]> {
  const all: UserRef[] = [user];
  for (const account of accounts) {
    const linked = account === user.account ? undefined : await tx.people.find(user, account);
    if (linked) all.push(linked);
  }
  return all;
}

export function accountsOf(world: RobotWorld, user: UserRef): Promise<readonly UserRef[]> {
  return world.store.transaction((tx) => accountsIn(tx, user, world.accounts));
}

/** A wish of one account is a wish of the person. */
export async function wish(
  world: RobotWorld,
  accounts: readonly UserRef[],
  change: Partial<{ [K in keyof PersonWishes]: PersonWishes[K] | undefined }>,
): Promise<void> {
  for (const one of accounts) await world.people.set(one, change);
}
