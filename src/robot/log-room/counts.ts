// What happened since the last summary, in numbers; kept on disk every minute, so that a crash loses little.

import type { Json } from "../../model/delivery.ts";
import type { RobotWorld } from "../world.ts";
import { COUNTS, type CountKey } from "./log-room.ts";

const KIND = "log-room";
const KEY = "counts";

export interface Counts {
  add(key: CountKey): void;
  load(world: RobotWorld): Promise<void>;
  /** Writes only what is new. */
  keep(world: RobotWorld): Promise<void>;
  /** All of them, and with how many dead letters there are now; they begin anew. */
  take(world: RobotWorld): Promise<Readonly<Record<string, number>>>;
}

export function createCounts(): Counts {
  let counts = new Map<CountKey, number>();
  let isNew = false;
  const plain = () => Object.fromEntries(COUNTS.map((key) => [key, counts.get(key) ?? 0]));
  const add = (key: CountKey, count: number) => void counts.set(key, (counts.get(key) ?? 0) + count);

  async function keep({ store }: RobotWorld): Promise<void> {
    if (!isNew) return;
    isNew = false;
    try {
      await store.transaction((tx) => tx.records.put(KIND, KEY, plain() as Json));
    } catch (error) {
      isNew = true;
      throw error;
    }
  }

  return {
    add(key) {
      isNew = true;
      add(key, 1);
    },
    async load(world) {
      const kept = Object(await world.store.transaction((tx) => tx.records.get(KIND, KEY))) as Readonly<
        Record<string, unknown>
      >;
      for (const key of COUNTS) add(key, Number(kept[key] ?? 0));
    },
    keep,
    async take(world) {
      const told = plain();
      counts = new Map();
      isNew = true;
      await keep(world);
      const letters = await world.store.transaction(async (tx) => (await tx.outbox.dead()).length);
      return { ...told, letters, bridges: world.table.all().length };
    },
  };
}
