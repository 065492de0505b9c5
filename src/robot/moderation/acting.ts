// Does to a person in several rooms what somebody may do there, and says in which rooms it was done, and why not elsewhere.

import type { Line, Standing } from "../../bridge/social.ts";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Act } from "../../model/event.ts";
import { type ConversationRef, conversationKey, type UserRef } from "../../model/refs.ts";
import { accountsOf, isSameUser } from "../people/accounts.ts";
import type { RobotWorld } from "../world.ts";
import { keepOffer, type Offer, offerId } from "./offers.ts";
import type { OwnActs } from "./own-acts.ts";

export interface Deed {
  readonly act: Act;
  readonly target: UserRef;
  readonly name: string;
  /** Who wants it; undefined when nobody knows. */
  readonly by: UserRef | undefined;
  /** Milliseconds since 1970. */
  readonly until?: number;
}

/** Keys below `robot-moderation.outcome`. */
export type Outcome = "done" | "no-account" | "admin" | "self" | "cannot" | "not-admin" | "failed";

export interface Acting {
  readonly world: RobotWorld;
  readonly own: OwnActs;
  readonly signal: AbortSignal;
}

export interface Result {
  readonly room: ConversationRef;
  readonly outcome: Outcome;
}

/** The rooms of a bridge that carry moderation: none when it is paused or off here. */
export function moderatedRooms(room: ConversationRef, world: RobotWorld): readonly ConversationRef[] {
  const bridge = world.table.bridgeOf(room);
  if (!bridge || bridge.paused || !world.rooms.get(room).moderation) return [];
  return bridge.members.filter((member) => world.rooms.get(member).moderation);
}

/** In one room, if `by` is an admin there by the platform's word, now. */
export async function actIn(room: ConversationRef, deed: Deed, acting: Acting): Promise<Result> {
  return { room, outcome: await outcomeIn(room, deed, acting) };
}

async function outcomeIn(room: ConversationRef, deed: Deed, acting: Acting): Promise<Outcome> {
  const { world, own, signal } = acting;
  const social = world.social(room.account);
  if (!social?.moderate) return "cannot";
  const user = await accountIn(room, deed.target, world);
  if (!user) return "no-account";
  const actor = deed.by && (await accountIn(room, deed.by, world));
  if (isSameUser(actor, user)) return "self";
  if (!actor || !isAdmin(await world.standingOf(actor, room, signal))) return "not-admin";
  // Asked last, so that nobody learns by it who is an admin somewhere.
  if (isAdmin(await world.standingOf(user, room, signal))) return "admin";
  try {
    own.note(deed.act, user, room);
    const until = deed.until === undefined ? {} : { until: deed.until };
    await social.moderate({ act: deed.act, user, room, ...until }, signal);
    return "done";
  } catch (error) {
    signal.throwIfAborted();
    world.log.debug({ err: error }, "somebody could not be moderated");
    return "failed";
  }
}

function isAdmin(standing: Standing): boolean {
  return standing === "owner" || standing === "admin";
}

/** The person's account on the side of the room. */
export async function accountIn(
  room: ConversationRef,
  user: UserRef,
  world: RobotWorld,
): Promise<UserRef | undefined> {
  const accounts = await accountsOf(world, user);
  return accounts.find(({ account }) => account === room.account);
}

/** What the admins of rooms are told that did not follow, with a button to follow. */
export interface Telling {
  readonly lines: readonly Line[];
  keep(tx: StoreTx): Promise<void>;
}

/** One line for each room in which nobody who may has decided; `id` is the same when it is told again. */
export async function tellOthers(
  results: readonly Result[],
  deed: Deed,
  id: string,
  world: RobotWorld,
): Promise<Telling> {
  const open = results.filter(({ outcome }) => outcome === "not-admin");
  const offers: (readonly [string, Offer])[] = [];
  const lines: Line[] = [];
  for (const { room } of open) {
    const user = await accountIn(room, deed.target, world);
    if (!user) continue;
    const texts = world.texts(world.rooms.language(room));
    const key = offerId(`${id} ${conversationKey(room)}`);
    const until = deed.until === undefined ? {} : { until: deed.until };
    offers.push([key, { act: deed.act, user, name: deed.name, room, ...until }]);
    const words = texts("robot-moderation.offer", { act: deed.act, name: deed.name });
    const label = texts("robot-moderation.here-too", { act: deed.act });
    const button = { label, action: `moderation:${key}`, style: "danger" } as const;
    lines.push({ to: room, saying: { body: [{ kind: "text", text: words }], buttons: [[button]] } });
  }
  const now = world.clock.now();
  return {
    lines,
    async keep(tx) {
      for (const [key, offer] of offers) await keepOffer(tx, key, offer, now);
    },
  };
}
