// Remembers for a while whom the robot itself banned or let in, so that it is not told of it as news; `social.ts` notes it.

import type { Clock } from "../../../model/clock.ts";
import type { Act } from "../../../model/event.ts";

export interface Deeds {
  note(act: Act, guild: string, user: string): void;
  isOurs(act: Act, guild: string, user: string): boolean;
}

/** Events come within seconds, and after a lost connection within minutes. */
const REMEMBER_MS = 10 * 60_000;
const MOST = 10_000;

export function createDeeds(clock: Clock): Deeds {
  const done = new Map<string, number>();
  const keyOf = (act: Act, guild: string, user: string) => `${act} ${guild} ${user}`;
  return {
    note(act, guild, user) {
      const key = keyOf(act, guild, user);
      done.delete(key);
      done.set(key, clock.now());
      const [oldest] = done.keys();
      if (done.size > MOST && oldest !== undefined) done.delete(oldest);
    },
    isOurs: (act, guild, user) => {
      const at = done.get(keyOf(act, guild, user));
      return at !== undefined && clock.now() - at < REMEMBER_MS;
    },
  };
}
