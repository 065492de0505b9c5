// The lines for the operator's room: joined, few, and never about the room itself; `log-room.ts` owns them.

import type { Clock, Timer } from "../../model/clock.ts";
import type { Values } from "../../model/texts.ts";
import type { RobotConfig } from "../config.ts";
import type { RobotWorld } from "../world.ts";

export type Level = "info" | "warn" | "error";

const LEVELS: readonly Level[] = ["info", "warn", "error"];
const MARKS: Readonly<Record<Level, string>> = { info: "·", warn: "⚠️", error: "❌" };
/** What comes within this time is one message. */
const JOIN_MS = 30_000;
const HOUR_MS = 3_600_000;
const MOST_IN_AN_HOUR = 20;

export interface Lines {
  add(level: Level, key: string, values: Values): void;
  /** Says what has been waiting, and how much had no room; nothing is said by the clock any more. */
  stop(): Promise<void>;
}

export function createLines(worldNow: () => RobotWorld | undefined, logRoom: RobotConfig["logRoom"]): Lines {
  let waiting: { readonly words: string; count: number }[] = [];
  let timer: Timer | undefined;
  const text = (world: RobotWorld, key: string, values: Values) =>
    world.texts(logRoom ? world.rooms.language(logRoom.room) : "en")(key, values);

  async function flush(): Promise<void> {
    timer?.cancel();
    timer = undefined;
    const world = worldNow();
    if (!world || !logRoom || waiting.length === 0) return;
    const lines = waiting.map(({ words, count }) => (count > 1 ? `${words} ×${count}` : words));
    waiting = [];
    await world.say({
      to: logRoom.room,
      saying: { body: [{ kind: "text", text: lines.join("\n") }], silent: true },
    });
  }

  function push(words: string, world: RobotWorld): void {
    waiting.push({ words, count: 1 });
    timer ??= world.clock.after(JOIN_MS, () => {
      flush().catch((error: unknown) =>
        world.log.warn({ err: error }, "the operator's room could not be told"),
      );
    });
  }

  const hours = createHours((left) => {
    const world = worldNow();
    if (world) push(text(world, "robot-log.more", { count: left }), world);
  });

  return {
    async stop() {
      hours.end();
      await flush();
    },
    add(level, key, values) {
      const world = worldNow();
      if (!world || !logRoom || LEVELS.indexOf(level) < LEVELS.indexOf(logRoom.level)) return;
      const words = `${MARKS[level]} ${text(world, key, values)}`;
      const same = waiting.find((line) => line.words === words);
      if (same) same.count += 1;
      else if (hours.hasRoom(world.clock)) push(words, world);
    },
  };
}

interface Hours {
  /** For one more line in this hour; without room it is counted. */
  hasRoom(clock: Clock): boolean;
  /** The hour ends now. */
  end(): void;
}

/** `tell` is called with how many had no room when their hour is over: nothing else may come for days. */
function createHours(tell: (left: number) => void): Hours {
  let hour = { from: 0, said: 0, left: 0 };
  let over: Timer | undefined;
  function end(): void {
    over?.cancel();
    over = undefined;
    const { left } = hour;
    hour.left = 0;
    if (left > 0) tell(left);
  }
  return {
    end,
    hasRoom(clock) {
      const now = clock.now();
      if (now - hour.from >= HOUR_MS) {
        end();
        hour = { from: now, said: 0, left: 0 };
      }
      if (hour.said < MOST_IN_AN_HOUR) {
        hour.said += 1;
        return true;
      }
      hour.left += 1;
      over ??= clock.after(hour.from + HOUR_MS - now, end);
      return false;
    },
  };
}
