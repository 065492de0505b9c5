// Tells who went from who was put out, where the platform says the one before the other; `welcome.ts` asks before a goodbye.

import { sleep } from "../../model/clock.ts";
import type { BridgeEvent } from "../../model/event.ts";
import type { Author } from "../../model/message.ts";
import type { UserRef } from "../../model/refs.ts";
import type { RobotWorld } from "../world.ts";

type EventOf<K extends BridgeEvent["kind"]> = Extract<BridgeEvent, { kind: K }>;

/** Discord's audit log comes behind the leaving itself. */
const PATIENCE_MS = 2_000;
const REMEMBER_MS = 60_000;
const MOST = 1_000;

export interface PutOut {
  note(event: EventOf<"moderated">, now: number): void;
  /** Those who left by themselves; waits a moment for word of somebody who put them out. */
  others(
    event: EventOf<"members.changed">,
    world: RobotWorld,
    signal: AbortSignal,
  ): Promise<readonly Author[]>;
}

export function createPutOut(): PutOut {
  const times = new Map<string, number>();
  const keyOf = ({ account, id }: UserRef) => `${account}:${id}`;
  return {
    note({ act, user }, now) {
      if (act !== "ban" && act !== "kick") return;
      times.delete(keyOf(user.user));
      times.set(keyOf(user.user), now);
      const [oldest] = times.keys();
      if (times.size > MOST && oldest !== undefined) times.delete(oldest);
    },
    async others({ conversation, left, by }, { clock, social }, signal) {
      if (by) return [];
      // A platform that always tells who leaves says by whose will, too.
      if (!social(conversation.account)?.tellsWhoLeaves) return left;
      await sleep(clock, PATIENCE_MS, signal);
      const isOut = (user: UserRef | undefined) =>
        user !== undefined &&
        clock.now() - (times.get(keyOf(user)) ?? Number.NEGATIVE_INFINITY) < REMEMBER_MS;
      return left.filter(({ user }) => !isOut(user));
    },
  };
}
