// Composition root: builds, wires and starts the parts in a numbered order, and stops them in reverse.

import { join } from "node:path";
import { type BridgeTable, createBridgeTable } from "./bridge/bridge-table.ts";
import { keepHouse } from "./bridge/housekeeping.ts";
import { createIntake, type Intake } from "./bridge/intake.ts";
import type { LaneStep } from "./bridge/lane-run.ts";
import { createLanes } from "./bridge/lanes.ts";
import type { OpenedFile } from "./bridge/media-port.ts";
import type { Platform } from "./bridge/platform.ts";
import type { Log } from "./bridge/ports.ts";
import { moveConversation } from "./bridge/route.ts";
import type { Store } from "./bridge/store-port.ts";
import type { Config } from "./config.ts";
import { createRedactor } from "./log.ts";
import { createConverter, findFfmpeg } from "./media/convert/convert.ts";
import { createMedia, type MediaService } from "./media/media.ts";
import type { FileAttachment } from "./model/attachment.ts";
import { type Clock, sleep, systemClock } from "./model/clock.ts";
import type { RawUpdate } from "./model/delivery.ts";
import type { ConversationRef } from "./model/refs.ts";
import type { Texts } from "./model/texts.ts";
import { contextFor } from "./platform-context.ts";
import { createPlatform } from "./platforms/index.ts";
import { ROBOT } from "./robot/files.ts";
import { type RunningRobot, startRobot, textsByLanguage } from "./robot-areas.ts";
import { lockLogin } from "./storage/login-lock.ts";
import { openStore } from "./storage/open.ts";
import { createHealth, type Health } from "./web/health.ts";
import type { Reachability } from "./web/reachability.ts";
import { makePrivateFolder } from "./web/tls/private-files.ts";
import { startWeb, type Web } from "./web/web.ts";

/** What is in flight at a SIGTERM may take this long; the rest waits on disk for the next start. */
const GRACE_MS = 7_000;
/** The robot's part of it, before the lanes end, which take its last words; what it has not answered by then is asked again at the next start. */
const LAST_WORDS_MS = 2_000;
/** How long the start waits for a platform to say whether it lets us in. */
const ASK_MS = 10_000;

export interface AppOptions {
  readonly config: Config;
  readonly log: Log;
  readonly texts: Texts;
  /** Told of every secret that is learned while running. */
  readonly addSecret: (value: string) => void;
  readonly clock?: Clock;
  /** 0 <= x < 1. */
  readonly random?: () => number;
  /** Puts something around the opened store; the chaos suite makes it fail there. */
  readonly wrapStore?: (store: Store) => Store;
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
  /** Resolves when the store answers; a service manager asks. */
  alive(): Promise<boolean>;
  /** How the outside reaches it; undefined without `web`. */
  readonly reach?: () => Reachability;
  stop(): Promise<void>;
  /** Resolves with the exit code once the app has stopped. */
  readonly stopped: Promise<number>;
}

/** Resolves when every account has been started. A later step that fails stops the earlier ones. @throws UserError */
export async function startApp(options: AppOptions): Promise<App> {
  const stops: (() => Promise<void>)[] = [];
  const stopAll = async () => {
    for (const stop of stops.splice(0).reverse()) await stop();
  };
  const stopped = Promise.withResolvers<number>();
  try {
    const fail = (what: string) => {
      options.log.error({ what }, "another MateBot has taken over; this one stops");
      void stopAll().then(() => stopped.resolve(1));
    };
    const started = await start(options, { stops, fail });
    const stop = () => stopAll().then(() => stopped.resolve(0));
    return { ...started, stopped: stopped.promise, stop };
  } catch (error) {
    await stopAll();
    throw error;
  }
}

type Started = Omit<App, "stop" | "stopped">;

interface Ending {
  /** What is to be undone, in the order in which it was done. */
  readonly stops: (() => Promise<void>)[];
  /** Ends the app: another process has taken its place. */
  readonly fail: (what: string) => void;
}

async function start(options: AppOptions, ending: Ending): Promise<Started> {
  const { stops } = ending;
  const { config, log, texts, clock = systemClock, random = Math.random, observe } = options;

  // 1. The data folder and the store, for this process alone: nothing is received that could not be kept.
  const store = await openOwn(options, clock, ending);

  // 2. Who talks with whom, as the file says.
  const table = createBridgeTable(config.bridges);

  // 3. The web server with its certificate; it answers /health from now on.
  const redactor = createRedactor(config.secrets);
  const { tell, listen } = createTelling(log);
  const health = createHealth(clock, { tell, redact: redactor.redact });
  for (const account of config.accounts) health.expect(account.name);
  const told = { data: config.data, health: () => reportHealth(health, store), clock, random, log, texts };
  const web = config.web && (await startWeb(config.web, told));
  if (web) stops.push(() => web.stop());

  // 4. The lanes, the robot, the intake, and the platforms they stand between, not yet connected. The robot knows the
  //    bridges that were made in the chats; then come the new ids of groups that moved.
  const platforms = new Map<string, Platform>();
  const platform = (account: string) => find(platforms, account);
  const halt = haltOf(health, log, (account) => lanes.halt(account));
  const textsOf = textsByLanguage(config.language, texts);
  const lanes = createLanes({
    ...{ store, platform, clock, random, log, texts, halt, shows: table.shows },
    ...speech(config, table, (room) => textsOf(robot.world.rooms.language(room))),
    moved: (from, to) => store.transaction((tx) => moveConversation(tx, from, to, table)),
    observe: (step) => noteEnded(step, observe, robot),
  });
  const robot = await startRobot({ ...options, clock, random, store, table, platform, textsOf }, lanes.wake);
  listen(robot.connection);
  stops.push(() => robot.stop(LAST_WORDS_MS));
  const intake = createIntake({ store, table, platform, clock, log, wake: lanes.wake, robot });
  const media = startMedia(options, clock, web, { open: (file) => robot.open(file), platform });
  stops.push(() => media.stop());
  const world = { clock, random, health, store, table, web, media, platform };
  const shared = { ...options, ...world, halt, redactor, recovered: lanes.recovered, robot: robot.port };
  for (const { name, platform: kind, settings } of config.accounts)
    platforms.set(name, createPlatform(kind, settings, contextFor(name, shared)));

  // 5. Ask at every door first: a token that one platform refuses must leave no webhook set at another.
  for (const one of platforms.values()) stops.push(() => one.stop());
  await askAll([...platforms.values()], clock);

  // 6. Connect, all at once: one platform that cannot be reached holds up no other. Each account then sends what was
  //    left on disk for it.
  const accept = storing(intake, notesOf(health, clock, observe));
  stops.push(() => lanes.stop(GRACE_MS));
  stops.push(() => robot.stop(LAST_WORDS_MS));
  const connect = (one: Platform) => one.start(accept).then(() => lanes.start(one.account));
  await Promise.all([...platforms.values()].map(connect));
  robot.start();

  // 7. Keep the disk tidy, and take up what the commands leave there.
  const housekeeping = keepHouse({ ...config, store, clock, log, ...intake, wakeAll: lanes.wakeAll });
  stops.push(() => housekeeping.stop());
  return { health, alive: () => answers(store), ...(web && { address: web.address, reach: web.reach }) };
}

/** How the lanes speak in each room. */
function speech(config: Config, table: BridgeTable, textsIn: (room: ConversationRef) => Texts) {
  return {
    textsIn,
    platformWord: (account: string) => platformWord(config, account),
    attributionIn: (room: ConversationRef) => table.bridgeOf(room)?.attribution,
  };
}

function platformWord({ accounts }: Config, account: string): string {
  const { platform = account } = accounts.find(({ name }) => name === account) ?? {};
  return `${platform.charAt(0).toUpperCase()}${platform.slice(1)}`;
}

/** Who wants to know that a delivery ended. */
function noteEnded(step: LaneStep, observe: Observer | undefined, robot: RunningRobot): void {
  observe?.ended?.(step);
  robot.ended(step);
}

/** What becomes of an account that its platform refuses. */
function haltOf(health: Health, log: Log, haltLanes: (account: string) => void) {
  return (account: string, reason: string): void => {
    haltLanes(account);
    health.down(account, reason);
    log.error({ account, reason }, "the account is refused; nothing more is sent with it until a restart");
  };
}

function storing(intake: Intake, noteStored: (raw: RawUpdate) => void) {
  return (raw: RawUpdate): Promise<void> => intake.accept(raw).then(() => noteStored(raw));
}

/** Who wants to know that an update is on disk. */
function notesOf(health: Health, clock: Clock, observe: Observer | undefined) {
  return (raw: RawUpdate): void => {
    health.received(raw.account);
    observe?.stored?.(raw, clock.now());
  };
}

/** What turns the files of one platform into what another takes; without ffmpeg fewer kinds of them. */
function startMedia(
  { config, log }: AppOptions,
  clock: Clock,
  web: Web | undefined,
  sources: {
    readonly open: (file: FileAttachment) => Promise<OpenedFile>;
    readonly platform: (account: string) => Platform;
  },
): MediaService {
  const ffmpeg = findFfmpeg(process.env);
  if (ffmpeg === undefined) log.info({}, "ffmpeg is not installed: videos and sounds cross as they are");
  return createMedia({
    ...{ clock, log, folder: join(config.data, "media"), ...(web && { web: web.port }) },
    open: (file, signal) =>
      file.account === ROBOT ? sources.open(file) : sources.platform(file.account).open(file, signal),
    converter: createConverter({ ffmpeg, clock }),
  });
}

/** The store and the tokens, taken so that no other MateBot can use them meanwhile. @throws UserError */
async function openOwn(
  { config, log, texts, wrapStore = (opened) => opened }: AppOptions,
  clock: Clock,
  { stops, fail }: Ending,
): Promise<Store> {
  await makePrivateFolder(config.data, texts);
  const opened = await openStore(config.storage, { clock, texts, onTakeover: () => fail("storage") });
  const store = wrapStore(opened);
  stops.push(() => store.close());
  for (const { name, settings } of config.accounts) {
    const lock = await lockLogin(name, settings, { clock, texts, log });
    stops.push(async () => lock.release());
  }
  return store;
}

/** A platform that does not answer in time is asked again by its `start`. @throws UserError */
async function askAll(platforms: readonly Platform[], clock: Clock): Promise<void> {
  const over = new AbortController();
  const checks = platforms.map((platform) => platform.check(over.signal));
  try {
    await Promise.race([Promise.all(checks), sleep(clock, ASK_MS, over.signal)]);
  } finally {
    over.abort();
    await Promise.allSettled(checks);
  }
}

type Told = (connection: string, reason?: string) => void;

/** Who does not look at /health reads the log, or the operator's room. */
function createTelling(log: Log): { readonly tell: Told; listen(listener: Told): void } {
  const listeners: Told[] = [
    (connection, reason) =>
      reason === undefined ? log.info({ connection }, "it works again") : log.warn({ connection }, reason),
  ];
  return {
    tell: (connection, reason) => {
      for (const listener of listeners) listener(connection, reason);
    },
    listen: (listener) => void listeners.push(listener),
  };
}

/** Rejects when it does not. */
function answers(store: Store): Promise<boolean> {
  return store.transaction((tx) => tx.outbox.waiting()).then(() => true);
}

/** A store that cannot be read or written is a fault of its own, and the answer comes all the same. */
async function reportHealth(health: Health, store: Store) {
  try {
    const waiting = await store.transaction((tx) => tx.outbox.waiting());
    health.up("storage");
    return health.report(waiting);
  } catch (error) {
    health.down("storage", error instanceof Error ? error.message : "the database does not answer");
    return health.report();
  }
}

function find(platforms: ReadonlyMap<string, Platform>, account: string): Platform {
  const found = platforms.get(account);
  if (!found) throw new Error(`no account is called ${account}`);
  return found;
}
