// Remembers for a while what the robot itself did to people, so that word of it is not carried round in circles.

import type { Clock } from "../../model/clock.ts";
import type { Act } from "../../model/event.ts";
import type { ConversationRef, UserRef } from "../../model/refs.ts";

const REMEMBER_MS = 5 * 60_000;
const MOST = 1_000;

/** What takes an act back: done again after that it is somebody's new decision. */
const OPPOSITE: Partial<Readonly<Record<Act, Act>>> = {
  ...{ ban: "unban", unban: "ban", mute: "unmute", unmute: "mute" },
};

export interface OwnActs {
  note(act: Act, user: UserRef, room: ConversationRef): void;
  /** Whether word of it is word of our own act; what a moderator does ends what they take back. */
  isEcho(act: Act, user: UserRef, room: ConversationRef): boolean;
}

export function createOwnActs(clock: Pick<Clock, "now">): OwnActs {
  const times = new Map<string, number>();
  // A ban on Discord is of the whole server, so the account stands for all its rooms.
  const keyOf = (act: Act, { account, id }: UserRef, room: ConversationRef) =>
    `${act} ${account}:${id} ${room.account}`;
  const takeBack = (act: Act, user: UserRef, room: ConversationRef) => {
    const opposite = OPPOSITE[act];
    if (opposite) times.delete(keyOf(opposite, user, room));
  };
  return {
    note(act, user, room) {
      takeBack(act, user, room);
      const key = keyOf(act, user, room);
      times.delete(key);
      times.set(key, clock.now());
      const [oldest] = times.keys();
      if (times.size > MOST && oldest !== undefined) times.delete(oldest);
    },
    isEcho(act, user, room) {
      const at = times.get(keyOf(act, user, room)) ?? Number.NEGATIVE_INFINITY;
      if (clock.now() - at < REMEMBER_MS) return true;
      takeBack(act, user, room);
      return false;
    },
  };
}
