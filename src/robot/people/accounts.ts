// The accounts of one person, and what holds for all of them at once; every command about people uses it.

import type { StoreTx } from "../../bridge/store-port.ts";
import type { UserRef } from "../../model/refs.ts";
import type { PersonWishes } from "../../model/room.ts";
import type { RobotWorld } from "../world.ts";

export function userKey({ account, id }: UserRef): string {
  return `${account}:${id}`;
}

export function isSameUser(one: UserRef | undefined, other: UserRef | undefined): boolean {
  return one !== undefined && one.account === other?.account && one.id === other.id;
}

/** The person's account first, then those that are linked to it. */
export async function accountsIn(
  tx: StoreTx,
  user: UserRef,
  accounts: readonly string[],
): Promise<readonly UserRef[]> {
  const others = accounts.filter((account) => account !== user.account);
  const linked = await Promise.all(others.map((account) => tx.people.find(user, account)));
  return [user, ...linked.flatMap((one) => one ?? [])];
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
