// Bans that shall end on a platform that knows no end of them: who made them ends them; `moderation.ts` keeps and watches.

import type { StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import type { Act } from "../../model/event.ts";
import type { ConversationRef, UserRef } from "../../model/refs.ts";
import { every } from "../every.ts";
import type { RobotWorld } from "../world.ts";
import type { Deed, Result } from "./acting.ts";
import { accountIn } from "./acting.ts";
import type { OwnActs } from "./own-acts.ts";

const KIND = "moderation.term";
const LOOK_MS = 30_000;
const AGAIN_MS = 10 * 60_000;

interface Term {
  readonly act: Act;
  /** In the account of the room. */
  readonly user: UserRef;
  readonly room: ConversationRef;
  /** Milliseconds since 1970. */
  readonly until: number;
  /** It could not be ended, and the operator knows. */
  readonly isTold?: boolean;
}

const END: Partial<Readonly<Record<Act, Act>>> = { ban: "unban", mute: "unmute" };

export interface Terms {
  prepare(world: RobotWorld): Promise<void>;
  /** Somebody has one: whoever decides about them ends it. */
  has(user: UserRef): boolean;
  /** What was done to somebody in these rooms, and how long it holds; written in the transaction that ends the question. */
  keep(results: readonly Result[], deed: Deed, world: RobotWorld): Promise<(tx: StoreTx) => Promise<void>>;
  /** Somebody else decides about them from now on. */
  forget(user: UserRef, tx: StoreTx): Promise<void>;
  watch(world: RobotWorld, own: OwnActs): { stop(): Promise<void> };
}

export function createTerms(): Terms {
  const known = new Set<string>();
  // A ban on Discord is of the whole server, so the account stands for all its rooms.
  const keyOf = ({ account, id }: UserRef) => `${account}:${id}`;

  async function forget(user: UserRef, tx: StoreTx): Promise<void> {
    await tx.records.delete(KIND, keyOf(user));
    known.delete(keyOf(user));
  }

  return {
    async prepare(world) {
      for (const { key } of await world.store.transaction((tx) => tx.records.list(KIND))) known.add(key);
    },
    has: (user) => known.has(keyOf(user)),
    async keep(results, { act, target, until }, world) {
      const rooms = results.filter(({ outcome }) => outcome === "done").map(({ room }) => room);
      const done = await Promise.all(
        rooms.map(async (room) => ({ room, user: await accountIn(room, target, world) })),
      );
      return async (tx) => {
        for (const { room, user } of done) {
          if (!user) continue;
          const isEndless = world.social(room.account)?.endless?.includes(act);
          if (until === undefined || !isEndless) await forget(user, tx);
          else {
            await tx.records.put(KIND, keyOf(user), { act, user, room, until } as unknown as Json);
            known.add(keyOf(user));
          }
        }
      };
    },
    forget,
    watch: (world, own) =>
      every(world.clock, LOOK_MS, async () => {
        if (known.size === 0) return;
        for (const { value } of await world.store.transaction((tx) => tx.records.list(KIND))) {
          const term = value as unknown as Term;
          if (term.until > world.clock.now()) continue;
          const isEnded = await ended(term, world, own);
          await world.store.transaction((tx) =>
            isEnded ? forget(term.user, tx) : putOff(keyOf(term.user), term, world, tx),
          );
        }
      }),
  };
}

/** A right that is missing may come back. */
async function putOff(key: string, term: Term, { clock }: RobotWorld, tx: StoreTx): Promise<void> {
  const later: Term = { ...term, until: clock.now() + AGAIN_MS, isTold: true };
  await tx.records.put(KIND, key, later as unknown as Json);
}

async function ended({ act, user, room, isTold }: Term, world: RobotWorld, own: OwnActs): Promise<boolean> {
  const social = world.social(room.account);
  const end = END[act];
  // The account is configured no more, or such a thing has no end.
  if (!social?.moderate || !end) return true;
  try {
    own.note(end, user, room);
    await social.moderate({ act: end, user, room }, AbortSignal.timeout(20_000));
    return true;
  } catch (error) {
    world.log.debug({ err: error }, "what was to end could not be ended");
    const platform = world.platformOf(room.account);
    if (!isTold) world.report("warn", "robot-moderation.term-stays", { platform });
    return false;
  }
}
