// How often a person and a room may ask in a minute, and how soon the same command again; `answering.ts` asks. Memory only.

import type { Clock } from "../model/clock.ts";
import type { RobotConfig } from "./config.ts";

const MINUTE_MS = 60_000;
/** In whole numbers: fifths add up to a little more than one. */
const [COMMAND, PRESS] = [5, 1];
/** Beyond it everything is forgotten: a crowd that large is stopped by its rooms' limits. */
const MOST_KEYS = 10_000;

export type Flood = "free" | "first" | "again";

export interface FloodControl {
  /**
   * `first`: too much, and it has not been said yet in this minute; `again`: it has. A press weighs a fifth: options are
   * switched one by one.
   */
  take(person: string, room: string, isPress?: boolean): Flood;
  /** Milliseconds until this may be done again; 0 when it was done now. */
  cooldown(key: string, ms: number): number;
}

export function createFloodControl(clock: Clock, limits: RobotConfig["flood"]): FloodControl {
  const windows = new Map<string, { from: number; count: number; isTold: boolean }>();
  const cooling = new Map<string, number>();

  const windowOf = (key: string) => {
    const known = windows.get(key);
    if (known && clock.now() - known.from < MINUTE_MS) return known;
    if (windows.size >= MOST_KEYS) windows.clear();
    const fresh = { from: clock.now(), count: 0, isTold: false };
    windows.set(key, fresh);
    return fresh;
  };

  return {
    take(person, room, isPress = false) {
      const weight = isPress ? PRESS : COMMAND;
      const ways = [
        { window: windowOf(`person ${person} ${room}`), most: limits.personPerMinute },
        { window: windowOf(`room ${room}`), most: limits.roomPerMinute },
      ];
      const full = ways.find(({ window, most }) => window.count + weight > most * COMMAND)?.window;
      if (!full) {
        for (const { window } of ways) window.count += weight;
        return "free";
      }
      const isFirst = !full.isTold;
      full.isTold = true;
      return isFirst ? "first" : "again";
    },
    cooldown(key, ms) {
      const left = (cooling.get(key) ?? 0) - clock.now();
      if (left > 0) return left;
      if (cooling.size >= MOST_KEYS) cooling.clear();
      cooling.set(key, clock.now() + ms);
      return 0;
    },
  };
}
