// Composition root: builds, wires and starts the parts in a numbered order, and stops them in reverse.

import { mkdirSync } from "node:fs";
import { createBridgeTable } from "./bridge/bridge-table.ts";
import { keepTidy } from "./bridge/housekeeping.ts";
import { createIntake, moveConversation } from "./bridge/intake.ts";
import type { LaneStep } from "./bridge/lane-run.ts";
import { createLanes, type LanesParts } from "./bridge/lanes.ts";
import type { Platform, PlatformContext } from "./bridge/platform.ts";
import type { Log } from "./bridge/ports.ts";
import type { Config } from "./config.ts";
import { type Clock, systemClock } from "./model/clock.ts";
import type { RawUpdate } from "./model/delivery.ts";
import type { Texts } from "./model/texts.ts";
import { createPlatform } from "./platforms/index.ts";
import { openStore } from "./storage/open.ts";
import { createHealth, type Health } from "./web/health.ts";
import { startWeb } from "./web/web.ts";

/** What is in flight at a SIGTERM may take this long; the rest waits on disk for the next start. */
const GRACE_MS = 8_000;

export interface AppOptions {
  readonly config: Config;
  readonly log: Log;
  readonly texts: Texts;
  /** Told of every secret that is learned while running. */
  readonly addSecret: (value: string) => void;
  readonly clock?: Clock;
  readonly random?: () => number;
  /** Sees every update that is on disk and every delivery that ended; the demo and the bench listen. */
  readonly observe?: Observer;
}

export interface Observer {
  stored?(raw: RawUpdate, at: number): void;
  ended?(step: LaneStep): void;
}

export interface App {
  readonly health: Health;
  /** Where the web server listens; undefined without `web`. */
  readonly address?: string;
  stop(): Promise<void>;
  /** Resolves with the exit code once the app has stopped. */
  readonly stopped: Promise<number>;
}

/** Resolves when every connection has been started. What was started is stopped again when a later step fails. @throws UserError */
export async function startApp(options: AppOptions): Promise<App> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  try {
    return await start(options, stops, stopAll);
  } catch (error) {
    await stopAll();
    throw error;
  }
}

async function start(
  options: AppOptions,
  stops: (() => Promise<void>)[],
  stopAll: () => Promise<void>,
): Promise<App> {
  const { config, log, texts } = options;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? Math.random;

  // 1. The data folder and the store: nothing is received that could not be kept.
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const store = await openStore(config.storage, { clock, texts });
  stops.push(() => store.close());

  // 2. Who talks with whom, with the new ids of groups that moved since the file was written.
  const table = createBridgeTable(config.bridges);
  for (const { from, to } of await store.transaction((tx) => tx.moves.all())) table.move(from, to);

  // 3. The web server with its certificate; it answers /health from now on.
  const health = createHealth(clock);
  const web = config.web && (await startWeb(config.web, { data: config.data, clock, log, texts, health }));
  if (web) stops.push(() => web.stop());

  // 4. The lanes and the intake, and the platforms they stand between, not yet connected.
  const platforms = new Map<string, Platform>();
  const platform = (account: string) => find(platforms, account);
  const halt = (account: string, reason: string) => {
    lanes.halt(account);
    health.down(account, reason);
    log.error({ account, reason }, "the account is refused; nothing more is sent with it until a restart");
  };
  const moved: LanesParts["moved"] = (from, to) =>
    store.transaction((tx) => moveConversation(tx, from, to, table));
  const observe = (step: LaneStep) => options.observe?.ended?.(step);
  const lanes = createLanes({ store, platform, clock, random, log, texts, halt, moved, observe });
  const intake = createIntake({ store, table, platform, clock, log, wake: lanes.wake });
  for (const { name, platform: kind, settings } of config.accounts) {
    const context: PlatformContext = {
      account: name,
      ...{ log, clock, random, texts, health },
      ...(web && { web: web.port }),
      conversations: () => table.conversations(name),
      state: {
        get: (key) => store.transaction((tx) => tx.state.get(name, key)),
        set: (key, value) => store.transaction((tx) => tx.state.set(name, key, value)),
      },
      halt: (reason) => halt(name, reason),
      secret: options.addSecret,
    };
    platforms.set(name, createPlatform(kind, settings, context));
  }

  // 5. Connect, all at once: one platform that cannot be reached holds up no other. A fault of the user (a wrong
  //    token) ends the start here. Each account first sends what was left on disk for it.
  const accept = async (raw: RawUpdate) => {
    await intake.accept(raw);
    options.observe?.stored?.(raw, clock.now());
  };
  for (const one of platforms.values()) stops.push(() => one.stop());
  stops.push(() => lanes.stop(GRACE_MS));
  await Promise.all(
    [...platforms.values()].map(async (one) => {
      await one.start(accept);
      await lanes.start(one.account);
    }),
  );

  // 6. Keep the disk tidy.
  const housekeeping = keepTidy(store, clock, log);
  stops.push(() => housekeeping.stop());

  const ended = Promise.withResolvers<number>();
  const stop = async () => {
    await stopAll();
    ended.resolve(0);
  };
  return { health, ...(web && { address: web.address }), stopped: ended.promise, stop };
}

function find(platforms: ReadonlyMap<string, Platform>, account: string): Platform {
  const found = platforms.get(account);
  if (!found) throw new Error(`no account is called ${account}`);
  return found;
}
