// The lines for the operator's room: joined, few, and never about the room itself; `log-room.ts` owns them.

import type { Timer } from "../../model/clock.ts";
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
  /** Says what has been waiting. */
  flush(): Promise<void>;
}

export function createLines(worldNow: () => RobotWorld | undefined, logRoom: RobotConfig["logRoom"]): Lines {
  let waiting: { readonly words: string; count: number }[] = [];
  let hour = { from: 0, said: 0, left: 0 };
  let timer: Timer | undefined;

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

  /** In an hour so many; the others are counted, and told with the first line of the next. */
  function hasRoom(world: RobotWorld): boolean {
    if (world.clock.now() - hour.from >= HOUR_MS) {
      const { left } = hour;
      hour = { from: world.clock.now(), said: 0, left: 0 };
      if (left > 0) waiting.push({ words: text(world, "robot-log.more", { count: left }), count: 1 });
    }
    if (hour.said < MOST_IN_AN_HOUR) return true;
    hour.left += 1;
    return false;
  }

  function text(world: RobotWorld, key: string, values: Values): string {
    return world.texts(logRoom ? world.rooms.language(logRoom.room) : "en")(key, values);
  }

  return {
    flush,
    add(level, key, values) {
      const world = worldNow();
      if (!world || !logRoom || LEVELS.indexOf(level) < LEVELS.indexOf(logRoom.level)) return;
      const words = `${MARKS[level]} ${text(world, key, values)}`;
      const same = waiting.find((line) => line.words === words);
      if (same) {
        same.count += 1;
        return;
      }
      if (!hasRoom(world)) return;
      hour.said += 1;
      waiting.push({ words, count: 1 });
      timer ??= world.clock.after(JOIN_MS, () => {
        flush().catch((error: unknown) =>
          world.log.warn({ err: error }, "the operator's room could not be told"),
        );
      });
    },
  };
}
