// Where a story is played: both simulators, the real app between them on one database file, and time that obeys.
// `play.ts` moves the people and the faults on it.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type App, startApp } from "../../src/app.ts";
import type { Store } from "../../src/bridge/store-port.ts";
import { loadConfig } from "../../src/config.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { createLog } from "../../src/log.ts";
import { platforms } from "../../src/platforms/index.ts";
import { startDiscordSandbox } from "../../src/sandbox/discord/index.ts";
import type { DiscordSandbox } from "../../src/sandbox/discord/sandbox.ts";
import type { FaultRequest } from "../../src/sandbox/faults.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../../src/sandbox/telegram/index.ts";
import { openStore } from "../../src/storage/open.ts";
import { loadTexts } from "../../src/texts.ts";
import { seeded } from "../support/random.ts";
import { FlakyStore } from "./flaky-store.ts";
import type { Rooms } from "./rooms.ts";
import type { Kill, Setting, Side, Story } from "./story.ts";
import { StoryTime } from "./story-time.ts";

/** Memory where the machine has it: a story flushes a thousand times. */
const SHARED_MEMORY = "/dev/shm";
const START_MS = Date.UTC(2026, 0, 15, 12);
/** A supervisor starts again what could not start. */
const RESTART_MS = 5_000;
const MOST_STARTS = 50;
/** A kill that waits for what never happens comes by itself. */
const KILL_ANYWAY_MS = 20_000;
const texts = loadTexts("en");

export interface StageOptions {
  /** Put around the store beneath all that the story does to it: a test breaks a protection with it. */
  readonly beneath?: (store: Store) => Store;
}

/** Owns everything a story needs, and the app's life. */
export class Stage {
  readonly time: StoryTime;
  readonly telegram: TelegramSandbox;
  readonly discord: DiscordSandbox;
  readonly places: Places;
  readonly logged: string[] = [];
  readonly counts: Record<string, number> = {};
  readonly #folder: string;
  readonly #random: () => number;
  readonly #options: StageOptions;
  readonly #configFile: string;
  #app: App | undefined;
  #store: Store | undefined;
  #flaky: FlakyStore;
  /** The app is being killed: nothing reaches it, and nothing it sends arrives. */
  #severed = false;
  #killed = false;
  /** Until when a platform cannot be reached. */
  readonly #cutOffUntil = { telegram: 0, discord: 0 };
  #restartAt: number | undefined;
  #downMs = 0;
  #starts = 0;
  #plannedKill: { readonly at: number; readonly downMs: number } | undefined;
  #fatalRequest: { readonly side: Side; readonly effect: boolean; left: number } | undefined;

  static async open({ seed, setting }: Story, options: StageOptions = {}): Promise<Stage> {
    const time = new StoryTime(START_MS);
    const random = seeded(seed + 1);
    const shared = { clock: time.clock, random, limits: setting.limits };
    const latency = () => Math.floor(random() * setting.latencyMs);
    const resolve = async () => "127.0.0.1";
    const telegram = await startTelegramSandbox({ ...shared, latency, local: true, resolve });
    const discord = await startDiscordSandbox({ ...shared, latency, echo: setting.echo });
    const folder = mkdtempSync(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), "matebot-chaos-"));
    const places = makePlaces(telegram, discord, setting);
    const configFile = join(folder, "matebot.yaml");
    const port = await freePort();
    writeFileSync(configFile, configOf({ telegram, discord, places, setting, port }), { mode: 0o600 });
    for (const { faults } of setting.rough ? [telegram, discord] : []) {
      faults.add({ match: () => true, chance: 0.1, fault: { kind: "status", status: 500 } });
      faults.add({ match: () => true, chance: 0.05, fault: { kind: "cut", when: "after" } });
    }
    return new Stage({ time, telegram, discord, places, folder, configFile, random, options });
  }

  private constructor(parts: {
    readonly time: StoryTime;
    readonly telegram: TelegramSandbox;
    readonly discord: DiscordSandbox;
    readonly places: Places;
    readonly folder: string;
    readonly configFile: string;
    readonly random: () => number;
    readonly options: StageOptions;
  }) {
    this.time = parts.time;
    this.telegram = parts.telegram;
    this.discord = parts.discord;
    this.places = parts.places;
    this.#folder = parts.folder;
    this.#configFile = parts.configFile;
    this.#random = parts.random;
    this.#options = parts.options;
    this.#flaky = this.#newStore();
    for (const side of ["telegram", "discord"] as const) this.#watchRequests(side);
  }

  get running(): boolean {
    return this.#app !== undefined;
  }

  get rooms(): Rooms {
    return { telegram: this.telegram, discord: this.discord, ...this.places };
  }

  get flaky(): FlakyStore {
    return this.#flaky;
  }

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  /** Lets time pass; kills and starts the app when it is due. */
  async pass(ms: number): Promise<void> {
    const end = this.time.now() + ms;
    for (;;) {
      await this.#obey();
      const next = Math.min(end, this.#restartAt ?? end, this.#plannedKill?.at ?? end);
      if (this.#killed) continue;
      await this.time.pass(Math.max(0, next - this.time.now()), async () => {
        if (this.#killed) await this.#kill();
      });
      if (this.time.now() >= end && !this.#isDue()) return;
    }
  }

  async start(): Promise<void> {
    this.#restartAt = undefined;
    this.#starts += 1;
    if (this.#starts > MOST_STARTS) throw new Error(`the app could not start ${MOST_STARTS} times`);
    this.#flaky = this.#newStore();
    const config = loadConfig(this.#configFile, {}, platforms);
    const destination = { write: (line: string) => this.logged.push(line) };
    const log = createLog({ destination, secrets: config.secrets, env: { MATEBOT_LOG: "debug" } });
    const { beneath = (store) => store } = this.#options;
    const starting = startApp({
      ...{ config, log, texts, addSecret: log.addSecret },
      clock: this.time.appClock,
      random: this.#random,
      wrapStore: (store) => {
        this.#store = beneath(store);
        return this.#flaky.wrap(this.#store);
      },
    });
    try {
      this.#app = await this.time.until(starting);
      log.info({}, "STORY: started");
    } catch (error) {
      log.warn({ err: error }, "STORY: the app did not start");
      this.#severed = false;
      this.#killed = false;
      this.#restartAt = this.time.now() + RESTART_MS;
      this.count("failed starts");
    }
  }

  /** Ends the app as a SIGTERM does. */
  async stop(): Promise<void> {
    const app = this.#app;
    this.#app = undefined;
    if (app) await this.time.until(app.stop());
  }

  async restart(downMs: number): Promise<void> {
    if (!this.#app) return;
    await this.stop();
    this.#forgetKill();
    this.#restartAt = this.time.now() + downMs;
  }

  #forgetKill(): void {
    this.#plannedKill = undefined;
    this.#fatalRequest = undefined;
    this.#killed = false;
    this.#severed = false;
    this.#lockGateway();
  }

  planKill(how: Kill, downMs: number): void {
    if (!this.#app || this.#plannedKill) return;
    this.#plannedKill = { at: this.time.now() + KILL_ANYWAY_MS, downMs };
    this.#downMs = downMs;
    if (how.at === "commit") this.#flaky.plan(how);
    else this.#fatalRequest = { side: how.side, effect: how.effect, left: how.afterRequests };
  }

  /** Nothing comes through to the platform for so long; what a platform sends by itself still arrives. */
  cutOff(side: Side, ms: number): void {
    const until = this.time.now() + ms;
    this.#cutOffUntil[side] = Math.max(this.#cutOffUntil[side], until);
    if (side === "telegram") return;
    this.#lockGateway();
    this.discord.gateway.kickOffAll("cut");
    this.time.clock.after(ms, () => this.#lockGateway());
  }

  /** No more faults; what is broken is mended. The app runs. */
  async makePeace(): Promise<void> {
    this.#plannedKill = undefined;
    this.#fatalRequest = undefined;
    this.#flaky.calm();
    Object.assign(this.#cutOffUntil, { telegram: 0, discord: 0 });
    this.#lockGateway();
    this.telegram.faults.clear();
    this.discord.faults.clear();
    this.telegram.deliveryFaults.clear();
    for (const side of ["telegram", "discord"] as const) this.#watchRequests(side);
    if (this.#restartAt !== undefined) await this.pass(Math.max(0, this.#restartAt - this.time.now()));
    while (!this.#app) await this.pass(RESTART_MS);
  }

  /** How many deliveries wait on disk; the app must run. */
  async waiting(): Promise<number> {
    const store = this.#app && this.#store;
    return store ? this.time.until(store.transaction((tx) => tx.outbox.waiting())) : Number.POSITIVE_INFINITY;
  }

  /** Reads the app's database once it has stopped. */
  async openDatabase(): Promise<Store> {
    const config = loadConfig(this.#configFile, {}, platforms);
    return openStore(config.storage, { clock: this.time.appClock, texts });
  }

  async close(): Promise<void> {
    this.#flaky.die();
    await this.stop().catch(() => {});
    await this.time.until(Promise.all([this.telegram.close(), this.discord.close()]));
    if (process.env.CHAOS_KEEP) process.stdout.write(`kept: ${this.#folder}\n`);
    else rmSync(this.#folder, { recursive: true, force: true });
  }

  #isDue(): boolean {
    const now = this.time.now();
    return this.#killed || (this.#restartAt ?? now + 1) <= now || (this.#plannedKill?.at ?? now + 1) <= now;
  }

  async #obey(): Promise<void> {
    if (this.#plannedKill && this.#plannedKill.at <= this.time.now()) this.#flaky.die();
    if (this.#killed) await this.#kill();
    if (this.#restartAt !== undefined && this.#restartAt <= this.time.now()) await this.start();
  }

  #newStore(): FlakyStore {
    return new FlakyStore(() => {
      this.#killed = true;
      this.#severed = true;
    });
  }

  /** The process is gone: its sockets are closed, and what it would still do comes to nothing. */
  async #kill(): Promise<void> {
    const app = this.#app;
    // Killed while it was starting: `start` finds out.
    if (!app) return;
    this.#app = undefined;
    this.#plannedKill = undefined;
    this.#fatalRequest = undefined;
    this.#lockGateway();
    this.discord.gateway.kickOffAll("cut");
    await this.time.until(app.stop());
    this.#severed = false;
    this.#lockGateway();
    this.#killed = false;
    this.#restartAt = this.time.now() + this.#downMs;
    this.count("kills");
    this.logged.push(`{"msg":"STORY: killed, starts again in ${this.#downMs} ms"}\n`);
  }

  #lockGateway(): void {
    const closed = this.#severed || this.time.now() < this.#cutOffUntil.discord;
    this.discord.gateway.refuseConnections(closed);
  }

  #watchRequests(side: Side): void {
    const simulator = side === "telegram" ? this.telegram : this.discord;
    const fault = { kind: "cut", when: "before" } as const;
    simulator.faults.add({ match: (request) => this.#strikes(side, request), chance: 1, fault });
  }

  /** Whether a request comes to nothing because the process that sent it is dead, or dies of it. */
  #strikes(side: Side, request: FaultRequest): boolean {
    if (this.#severed || this.time.now() < this.#cutOffUntil[side]) return true;
    const fatal = this.#fatalRequest;
    if (fatal?.side !== side || !isSend(request)) return false;
    fatal.left -= 1;
    if (fatal.left >= 0) return false;
    this.#flaky.die();
    return !fatal.effect;
  }
}

/** Something that shows in a room. */
export function isSend({ method, path }: FaultRequest): boolean {
  if (/\/bot\d+\//.test(path)) return /\/(sendMessage|editMessageText|deleteMessages?)$/.test(path);
  return method !== "GET" && /\/messages|^\/webhooks\/\d+\/[^/]+(\?|$)/.test(path);
}

export interface Places {
  readonly chat: number;
  readonly channel: string;
  readonly guild: string;
  readonly telegramBot: { readonly token: string; readonly id: number };
  readonly discordBot: { readonly token: string; readonly id: string };
  readonly onTelegram: readonly number[];
  readonly onDiscord: readonly string[];
}

function makePlaces(telegram: TelegramSandbox, discord: DiscordSandbox, setting: Setting): Places {
  const telegramBot = telegram.createBot({ name: "MateBot", username: "mate_bot", privacy: false });
  const chat = telegram.createChat({ title: "Grupo", type: setting.chat }).id;
  const onTelegram = ["Ana", "Bento", "Clara"].map((firstName) => telegram.createUser({ firstName }).id);
  for (const id of onTelegram)
    telegram.join(chat, id, setting.chat === "channel" ? "administrator" : "member");
  telegram.join(chat, telegramBot.id, "administrator");
  const discordBot = discord.createBot({ name: "MateBot" });
  const guild = discord.createGuild({ name: "Servidor" }).id;
  const channel = discord.createChannel(guild, { name: "geral" }).id;
  discord.addBot(guild, discordBot.id);
  const onDiscord = ["dora", "edu", "flor"].map((username) => discord.createUser({ username }).id);
  for (const id of onDiscord) discord.addMember(guild, id);
  if (setting.furnished) discord.say(channel, onDiscord[0] ?? "", { content: "antes" });
  return { chat, channel, guild, telegramBot, discordBot, onTelegram, onDiscord };
}

interface ConfigParts {
  readonly telegram: TelegramSandbox;
  readonly discord: DiscordSandbox;
  readonly places: Places;
  readonly setting: Setting;
  readonly port: number;
}

function configOf({ telegram, discord, places, setting, port }: ConfigParts): string {
  const limits = setting.unlimited ? "none" : "auto";
  return stringify({
    language: "en",
    accounts: {
      telegram: {
        platform: "telegram",
        token: places.telegramBot.token,
        api: telegram.url,
        updates: setting.updates,
        limits,
      },
      discord: {
        platform: "discord",
        token: places.discordBot.token,
        api: discord.url,
        cdn: discord.cdnUrl,
        media: discord.mediaUrl,
        // Pictures are made by another process, which needs time of its own.
        avatars: { show: false },
        limits,
      },
    },
    ...(setting.updates === "webhook" && {
      web: { listen: `127.0.0.1:${port}`, public_url: `http://127.0.0.1:${port}`, tls: "off" },
    }),
    data: "./data",
    bridges: [{ name: "geral", members: [`telegram:${places.chat}`, `discord:${places.channel}`] }],
  });
}
