// Whose picture people wear who want that of their other account: in memory, because every message asks; `people.ts` owns it.

import type { UserRef } from "../../model/refs.ts";
import { PERSON } from "../rooms.ts";
import type { RobotWorld } from "../world.ts";
import { accountsOf, userKey } from "./accounts.ts";

export interface Portraits {
  of(user: UserRef): UserRef | undefined;
  /** What is linked to these accounts has changed, or what they wish. */
  refresh(world: RobotWorld, accounts: readonly UserRef[]): Promise<void>;
  load(world: RobotWorld): Promise<void>;
}

export function createPortraits(): Portraits {
  const others = new Map<string, UserRef>();

  async function refresh(world: RobotWorld, accounts: readonly UserRef[]): Promise<void> {
    for (const user of accounts) {
      const [, other] = world.people.get(user).face === "other" ? await accountsOf(world, user) : [];
      if (other) others.set(userKey(user), other);
      else others.delete(userKey(user));
    }
  }

  return {
    of: (user) => others.get(userKey(user)),
    refresh,
    async load(world) {
      const kept = await world.store.transaction((tx) => tx.records.list(PERSON));
      await refresh(
        world,
        kept.map(({ key }) => ({
          account: key.slice(0, key.indexOf(":")),
          id: key.slice(key.indexOf(":") + 1),
        })),
      );
    },
  };
}
