// The robot: hears what happens, answers what it is asked, on every platform alike; `app.ts` builds one.

import { join } from "node:path";
import type { BridgeTable } from "../bridge/bridge-table.ts";
import type { Heard } from "../bridge/intake.ts";
import type { OpenedFile } from "../bridge/media-port.ts";
import type { Platform } from "../bridge/platform.ts";
import type { Log } from "../bridge/ports.ts";
import type { RobotPort } from "../bridge/social.ts";
import type { Store } from "../bridge/store-port.ts";
import type { FileAttachment } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";
import type { RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { AccountId, ConversationRef } from "../model/refs.ts";
import type { Language, Texts } from "../model/texts.ts";
import { createAnswering } from "./answering.ts";
import type { Area } from "./area.ts";
import type { RobotConfig } from "./config.ts";
import { every } from "./every.ts";
import { createShelf } from "./files.ts";
import { createFloodControl } from "./flood.ts";
import { hear } from "./hearing.ts";
import { createLive } from "./live.ts";
import { createRegistry } from "./registry.ts";
import { createRoles } from "./roles.ts";
import { createPeople, createRooms } from "./rooms.ts";
import { createRunner } from "./runner.ts";
import { storeLine } from "./saying.ts";
import { createWork } from "./work.ts";
import type { RobotWorld } from "./world.ts";

export interface RobotParts {
  readonly config: RobotConfig;
  /** Where nothing else is chosen. */
  readonly language: Language;
  readonly accounts: readonly { readonly name: AccountId; readonly platform: string }[];
  readonly areas: readonly Area[];
  readonly store: Store;
  readonly table: BridgeTable;
  readonly platform: (account: AccountId) => Platform;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly textsOf: (language: Language) => Texts;
  readonly wakeLane: (lane: ConversationRef) => void;
  readonly report: RobotWorld["report"];
}

export interface Robot {
  readonly world: RobotWorld;
  /** What platforms ask of it. */
  readonly port: RobotPort;
  hear(event: BridgeEvent, raw: RawUpdate, index: number): Heard;
  /** There is a task on disk. */
  wake(): void;
  /** The bytes of a file of its own. @throws PlatformError */
  open(file: FileAttachment): Promise<OpenedFile>;
  /** Fills memory from disk, before anything is received. */
  prepare(): Promise<void>;
  /** All accounts are connected: takes up what waited, and does what is done by the clock. */
  start(): void;
  stop(graceMs: number): Promise<void>;
}

const TIDY_MS = 3_600_000;

export function createRobot(parts: RobotParts): Robot {
  const { areas, store, table, clock, log, platform, textsOf, wakeLane } = parts;
  const registry = createRegistry(
    areas.flatMap(({ commands = [] }) => commands),
    textsOf,
  );
  for (const clash of registry.clashes) log.debug(clash, "two commands want the same word");
  const rooms = createRooms(store, table, parts.language);
  const people = createPeople(store);
  const shelf = createShelf({
    ...{ folder: join(parts.config.dataFolder, "robot"), clock },
    open: (file, signal) => platform(file.account).open(file, signal),
  });
  const world = worldOf(parts, { registry, rooms, people, shelf });
  const { social } = world;
  const flood = createFloodControl(clock, parts.config.flood);
  const answering = createAnswering({ world, flood, textsOf, fallback: parts.language, clock });
  const stopping = new AbortController();
  const shared = { world, areas, answering, platform };
  const runner = createRunner({ store, clock, log, wakeLane, ...createWork(shared) });
  const live = createLive({ ...shared, signal: stopping.signal });
  const jobs: { stop(): Promise<void> }[] = [];

  return {
    world,
    port: { ...live.port, commands: () => registry.sheets() },
    hear: (event, raw, index) => hear(event, raw, index, { areas, world, table, social, note: people.note }),
    wake: runner.wake,
    open: shelf.open,
    async prepare() {
      await rooms.load();
      await people.load();
      for (const area of areas) await area.prepare?.(world);
    },
    start() {
      for (const area of areas) {
        const job = area.start?.(world);
        if (job) jobs.push(job);
      }
      jobs.push(every(clock, TIDY_MS, () => shelf.tidy()));
      runner.wake();
    },
    async stop(graceMs) {
      for (const job of jobs.splice(0)) await job.stop();
      stopping.abort();
      await Promise.all([runner.stop(graceMs), live.settle()]);
    },
  };
}

interface Made {
  readonly registry: ReturnType<typeof createRegistry>;
  readonly rooms: ReturnType<typeof createRooms>;
  readonly people: ReturnType<typeof createPeople>;
  readonly shelf: ReturnType<typeof createShelf>;
}

function worldOf(parts: RobotParts, { registry, rooms, people, shelf }: Made): RobotWorld {
  const { accounts, config, clock, store, table, platform, wakeLane } = parts;
  const names = accounts.map(({ name }) => name);
  const social = (account: AccountId) => (names.includes(account) ? platform(account).social : undefined);
  const roles = createRoles({ config, social, rooms, clock });
  let said = 0;
  return {
    ...{ config, clock, store, table, rooms, people, social, files: shelf },
    ...{ random: parts.random, log: parts.log, report: parts.report },
    ...roles,
    accounts: names,
    platformOf: (account) => accounts.find(({ name }) => name === account)?.platform ?? account,
    texts: parts.textsOf,
    commands: registry.all,
    command: (word) => registry.find(word),
    wake: wakeLane,
    async say(line) {
      said += 1;
      const now = clock.now();
      const id = `l${now.toString(36)}.${said.toString(36)}`;
      const lanes = await store.transaction((tx) => storeLine(line, id, { tx, table, platform, now }));
      for (const lane of lanes) wakeLane(lane);
    },
  };
}
