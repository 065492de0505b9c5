// Both simulators, and bridges (each in a process of its own) between rooms of theirs; the rows speak and listen here.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { stringify } from "yaml";
import { freePort } from "../src/demo/free-port.ts";
import { startDiscordSandbox } from "../src/sandbox/discord/index.ts";
import type { DiscordSandbox } from "../src/sandbox/discord/sandbox.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../src/sandbox/telegram/index.ts";
import { type BridgeKind, type BridgeProcess, startBridge } from "./bridge-process.ts";
import { type Crossing, openChannels, openGroups, type PersonsFile, type Side } from "./rooms.ts";

/** A bridge and the rooms it joins. */
export interface Rig {
  readonly kind: BridgeKind;
  readonly bridge: BridgeProcess;
  readonly publicUrl: string;
  readonly folder: string;
  /** From the start of the process until it was connected. */
  readonly started: { readonly inMs: number; readonly cpuUs: number };
  /** The Telegram side of the rooms. */
  readonly chats: readonly number[];
  /** The Discord side. */
  readonly channels: readonly string[];
  /** A person says message `number` in a room. */
  say(from: Side, room: number, number: number): void;
  /** A person sends a file in a room. */
  send(from: Side, room: number, file: PersonsFile): void;
  /** Returns how to stop listening. */
  onCrossing(listener: (crossing: Crossing) => void): () => void;
  /** A new process takes up what a killed one left in the folder. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export interface RigOptions {
  /** What the accounts are told of limits: `none` (the default here) measures the program and not its budgets. */
  readonly limits?: "auto" | "none";
  /** How many people talk on each side, by turns; one, unless told. */
  readonly people?: number;
  /** Of the guilds; 2 takes files of 50 MiB. */
  readonly boostTier?: 0 | 2;
  /** May seed the folder before the bridge starts in it. */
  readonly prepare?: (folder: string) => Promise<void>;
}

export interface WorldOptions {
  /** The platforms' real limits. */
  readonly limits?: boolean;
  /** Milliseconds each answer of an API is held back. */
  readonly latency?: () => number;
}

export interface World {
  readonly telegram: TelegramSandbox;
  readonly discord: DiscordSandbox;
  start(kind: BridgeKind, rooms: number, options?: RigOptions): Promise<Rig>;
  close(): Promise<void>;
}

/** What a call to either platform takes in life. */
export const lifelike = () => 20 + Math.floor(Math.random() * 101);

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const telegram = await startTelegramSandbox({ local: true, ...options });
  const discord = await startDiscordSandbox(options);
  const rigs = new Set<Rig>();
  return {
    telegram,
    discord,
    async start(kind, rooms, rigOptions = {}) {
      const rig = await startRig(telegram, discord, kind, rooms, rigOptions);
      rigs.add(rig);
      return rig;
    },
    async close() {
      for (const rig of rigs) await rig.stop();
      await Promise.all([telegram.close(), discord.close()]);
    },
  };
}

/** Accounts, guilds and people of its own, so that no bridge hears what another is told. */
async function startRig(
  telegram: TelegramSandbox,
  discord: DiscordSandbox,
  kind: BridgeKind,
  rooms: number,
  { limits = "none", people = 1, boostTier = 0, prepare }: RigOptions,
): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), `matebot-bench-${kind}-`));
  const group = openGroups(telegram, kind, rooms, people);
  const guild = openChannels(discord, kind, rooms, people, boostTier);
  const publicUrl = `https://127.0.0.1:${await freePort()}`;
  const configFile = join(folder, "matebot.yaml");
  const accounts = accountsOf(telegram, discord, { group, guild, limits });
  const web = { listen: new URL(publicUrl).host, public_url: publicUrl, tls: "self-signed" };
  writeFileSync(configFile, stringify(configOf(accounts, web, group.ids, guild.ids)), { mode: 0o600 });
  await prepare?.(folder);
  const start = () => startBridge({ kind, configFile, logFile: join(folder, "log") });
  const startedAt = performance.now();
  let bridge = await start();
  const inMs = performance.now() - startedAt;
  const started = { inMs, cpuUs: (await bridge.usage()).cpuUs };
  // That the bot came into its chats was still to be told.
  while (kind !== "bare" && telegram.pendingUpdates(group.token).length > 0) await sleep(20);
  return {
    ...{ kind, publicUrl, folder, started, chats: group.ids, channels: guild.ids },
    get bridge() {
      return bridge;
    },
    say: (from, room, number) => (from === "telegram" ? group : guild).say(room, number),
    send: (from, room, file) => (from === "telegram" ? group : guild).send(room, file),
    onCrossing(listener) {
      const stops = [group.onCrossing(listener), guild.onCrossing(listener)];
      return () => stops.forEach((stop) => void stop());
    },
    async restart() {
      bridge = await start();
    },
    async stop() {
      await bridge.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface AccountParts {
  readonly group: { readonly token: string };
  readonly guild: { readonly token: string };
  readonly limits: "auto" | "none";
}

/** The two accounts of a config. */
export function accountsOf(
  telegram: TelegramSandbox,
  discord: DiscordSandbox,
  { group, guild, limits }: AccountParts,
) {
  return {
    telegram: { platform: "telegram", token: group.token, api: telegram.url, updates: "webhook", limits },
    discord: {
      platform: "discord",
      token: guild.token,
      api: discord.url,
      cdn: discord.cdnUrl,
      media: discord.mediaUrl,
      limits,
    },
  };
}

/** A config that joins each chat with the channel of the same number. */
export function configOf(
  accounts: ReturnType<typeof accountsOf>,
  web: { readonly listen: string; readonly public_url: string; readonly tls: string },
  chats: readonly number[],
  channels: readonly string[],
) {
  const bridges = chats.map((chat, room) => ({
    name: `room${room}`,
    members: [`telegram:${chat}`, `discord:${channels[room]}`],
  }));
  return { language: "en", accounts, web, data: "./data", bridges };
}
