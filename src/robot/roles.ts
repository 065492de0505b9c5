// Who may do what: owners of the configuration, admins by the platform's word, trusted people; `robot.ts` makes one.

import type { Social, Standing } from "../bridge/social.ts";
import { type Clock, sleep } from "../model/clock.ts";
import { type AccountId, type ConversationRef, conversationKey, type UserRef } from "../model/refs.ts";
import { ROLES, type Role } from "./command.ts";
import type { RobotConfig } from "./config.ts";
import type { Rooms } from "./world.ts";

export interface RolesParts {
  readonly config: Pick<RobotConfig, "owners" | "trusted">;
  readonly social: (account: AccountId) => Social | undefined;
  readonly rooms: Rooms;
  readonly clock: Clock;
}

export interface Roles {
  standingOf(user: UserRef, room: ConversationRef, signal: AbortSignal): Promise<Standing>;
  /** What the platform says counts for half a minute. */
  roleOf(user: UserRef, room: ConversationRef, signal: AbortSignal): Promise<Role>;
}

const REMEMBER_MS = 30_000;
const MOST_REMEMBERED = 2_000;
/** A platform that does not answer makes nobody an admin. */
const ASK_MS = 8_000;

export function atLeast(role: Role, needed: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function createRoles(parts: RolesParts): Roles {
  const { config, clock } = parts;
  const known = new Map<string, { readonly standing: Standing; readonly until: number }>();

  async function standingOf(user: UserRef, room: ConversationRef, signal: AbortSignal): Promise<Standing> {
    const social = parts.social(room.account);
    if (!social || user.account !== room.account) return "none";
    const over = new AbortController();
    const asked = social.standing(user, room, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    const late = sleep(clock, ASK_MS, over.signal).then(() => undefined);
    const standing = await Promise.race([asked, late]);
    over.abort();
    return standing ?? "none";
  }

  async function lately(user: UserRef, room: ConversationRef, signal: AbortSignal): Promise<Standing> {
    const key = `${user.id} ${conversationKey(room)}`;
    const remembered = known.get(key);
    if (remembered && remembered.until > clock.now()) return remembered.standing;
    const standing = await standingOf(user, room, signal);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(key, { standing, until: clock.now() + REMEMBER_MS });
    return standing;
  }

  const isAmong = (people: readonly UserRef[], user: UserRef) =>
    people.some(({ account, id }) => account === user.account && id === user.id);

  return {
    standingOf,
    async roleOf(user, room, signal) {
      // Accounts that a person linked lend no rights: who was talked into a code would give theirs away.
      if (isAmong(config.owners, user)) return "owner";
      const standing = await lately(user, room, signal);
      if (standing === "owner" || standing === "admin") return "admin";
      if (isAmong(config.trusted, user)) return "trusted";
      return standing !== "none" && parts.rooms.get(room).trusted ? "trusted" : "everyone";
    },
  };
}
