// The operator's room: starts, stops, faults and a summary a day, few lines and no words of anybody; `robot-areas.ts` makes one.

import { sleep } from "../../model/clock.ts";
import type { ConversationRef } from "../../model/refs.ts";
import { isSamePlace } from "../../model/refs.ts";
import type { Values } from "../../model/texts.ts";
import type { Area } from "../area.ts";
import { type Command, said } from "../command.ts";
import type { RobotConfig } from "../config.ts";
import type { RobotWorld } from "../world.ts";
import { type Counts, createCounts } from "./counts.ts";
import { createLines, type Level } from "./lines.ts";
import { msUntil } from "./when.ts";

export interface LogRoom {
  readonly area: Area;
  /** Told at once or with the next lines; what is below the level of the room is only counted. */
  readonly report: RobotWorld["report"];
  /** One more of these for the summary of the day. */
  count(key: CountKey): void;
  /** MateBot stops: what has not been said yet is left on disk for the lanes. */
  stop(): Promise<void>;
  /** What is said there is not reported: a fault of the room itself would call itself for ever. */
  isOwn(room: ConversationRef): boolean;
}

const KEEP_EVERY_MS = 60_000;
const LAST_WORDS_MS = 1_500;
const LOOK_EVERY_MS = 50;

export const COUNTS = ["carried", "dead", "answered", "down", "reported"] as const;
export type CountKey = (typeof COUNTS)[number];

/** Without `log_room` nothing is kept and nothing said. */
export function createLogRoom(config: RobotConfig): LogRoom {
  const { logRoom } = config;
  let world: RobotWorld | undefined;
  const counts = createCounts();
  const waiting: (readonly [Level, string, Values])[] = [];
  const lines = createLines(() => world, logRoom);

  const report: RobotWorld["report"] = (level, key, values = {}) => {
    if (!logRoom) return;
    if (level !== "info") counts.add("reported");
    // A fault before the robot stands is said when it does.
    if (world) lines.add(level, key, values);
    else if (waiting.length < 20) waiting.push([level, key, values]);
  };

  return {
    report,
    count: (key) => void (logRoom && counts.add(key)),
    isOwn: (room) => logRoom !== undefined && isSamePlace(room, logRoom.room),
    async stop() {
      if (!world || !logRoom) return;
      report("info", "robot-log.stopped");
      await counts.keep(world);
      await lines.stop();
      await arrived(world, logRoom.room);
    },
    area: {
      name: "log-room",
      commands: [logRoomCommand],
      async prepare(given) {
        world = given;
        if (logRoom) await counts.load(given);
      },
      start(given) {
        if (!logRoom) return { stop: async () => {} };
        report("info", "robot-log.started");
        for (const [level, key, values] of waiting.splice(0)) lines.add(level, key, values);
        const jobs = [
          daily(given, logRoom.daily, async () => {
            lines.add("info", "robot-log.daily", await counts.take(given));
          }),
          keeping(given, counts),
        ];
        return { stop: async () => void (await Promise.all(jobs.map((job) => job.stop()))) };
      },
    },
  };
}

/** The lanes end soon: the last words wait a moment for theirs, and else for the next start. */
async function arrived({ clock, store }: RobotWorld, room: ConversationRef): Promise<void> {
  for (let waited = 0; waited < LAST_WORDS_MS; waited += LOOK_EVERY_MS) {
    if ((await store.transaction((tx) => tx.outbox.depth(room, 1))) === 0) return;
    await sleep(clock, LOOK_EVERY_MS);
  }
}

/** A crash forgets no more than the last minute. */
function keeping(world: RobotWorld, counts: Counts): { stop(): Promise<void> } {
  const { clock, log } = world;
  let timer = clock.after(KEEP_EVERY_MS, tick);
  let running = Promise.resolve();
  function tick() {
    running = counts
      .keep(world)
      .catch((error: unknown) => log.warn({ err: error }, "the numbers of the day could not be kept"));
    timer = clock.after(KEEP_EVERY_MS, tick);
  }
  return {
    stop() {
      timer.cancel();
      return running;
    },
  };
}

/** Calls at this time of the day, by the machine's own time. */
function daily(world: RobotWorld, at: string, work: () => Promise<void>): { stop(): Promise<void> } {
  const { clock, log } = world;
  let timer = clock.after(msUntil(at, clock.now()), tick);
  let running = Promise.resolve();
  function tick() {
    running = work().catch((error: unknown) =>
      log.warn({ err: error }, "the summary of the day could not be made"),
    );
    timer = clock.after(msUntil(at, clock.now() + 1_000), tick);
  }
  return {
    stop() {
      timer.cancel();
      return running;
    },
  };
}

const logRoomCommand: Command = {
  name: "logroom",
  texts: "robot-log.command",
  who: "owner",
  isCarried: false,
  isPrivate: true,
  answer({ world, texts }) {
    const { logRoom } = world.config;
    if (!logRoom) return said(texts("robot-log.none"));
    const { room, level, daily: at } = logRoom;
    return {
      ...said(texts("robot-log.set", { platform: world.platformOf(room.account), level, at })),
      also: [{ to: room, saying: { body: [{ kind: "text", text: texts("robot-log.test") }] } }],
    };
  },
};
