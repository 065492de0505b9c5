// Both simulators with a group and a channel in them, and the real app between; the end-to-end tests live in it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { type App, type AppOptions, startApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { createLog } from "../../src/log.ts";
import type { Clock } from "../../src/model/clock.ts";
import { platforms } from "../../src/platforms/index.ts";
import { startDiscordSandbox } from "../../src/sandbox/discord/index.ts";
import type { DiscordSandbox } from "../../src/sandbox/discord/sandbox.ts";
import { startTelegramSandbox, type TelegramSandbox } from "../../src/sandbox/telegram/index.ts";
import { loadTexts } from "../../src/texts.ts";

export interface WorldOptions {
  readonly updates?: "webhook" | "polling";
  readonly chat?: "group" | "supergroup" | "channel";
  readonly language?: "pt-BR" | "en" | "es";
  readonly storage?: string;
  readonly telegram?: Parameters<typeof startTelegramSandbox>[0];
  readonly discord?: Parameters<typeof startDiscordSandbox>[0];
  /** Of the Discord bot; all it may need, unless told. */
  readonly permissions?: bigint;
  /** Whether MESSAGE_CONTENT is switched on for the Discord bot; it is, unless told. */
  readonly messageContent?: boolean;
  /** The Discord application is above the review threshold: it cannot switch that on by itself. */
  readonly reviewed?: boolean;
  /** Of the accounts: `none`, unless told, so that a test need not wait for a budget. */
  readonly limits?: "auto" | "none";
  /** Puppets wear the pictures of those who speak; they do not, unless told. */
  readonly faces?: boolean;
  readonly observe?: AppOptions["observe"];
  /** Of the app; the simulators have their own. */
  readonly clock?: Clock;
  /** Of the app's waits: 0 <= x < 1. */
  readonly random?: () => number;
}

/** What `matebot.yaml` holds; a test changes what it is about. */
export interface WorldConfig {
  readonly language: string;
  readonly accounts: {
    readonly telegram: Readonly<Record<string, unknown>>;
    readonly discord: Readonly<Record<string, unknown>>;
  };
  readonly web: Readonly<Record<string, unknown>>;
  readonly data: string;
  readonly storage?: string;
  readonly bridges: readonly { readonly name: string; readonly members: readonly string[] }[];
  readonly robot?: Readonly<Record<string, unknown>>;
  readonly plugins?: readonly unknown[];
}

export interface World {
  readonly telegram: TelegramSandbox;
  readonly discord: DiscordSandbox;
  readonly chat: number;
  readonly channel: string;
  readonly guild: string;
  readonly telegramBot: { readonly token: string; readonly id: number };
  readonly discordBot: { readonly token: string; readonly id: string };
  /** Ana writes on Telegram, Carla on Discord. */
  readonly ana: number;
  readonly carla: string;
  readonly configFile: string;
  /** The data folder; made by the app. */
  readonly data: string;
  readonly publicUrl: string;
  /** Everything that was logged, as it was written. */
  readonly logged: string[];
  /** Rewrites the configuration file; for the next start. */
  configure(change: (config: WorldConfig) => Partial<WorldConfig>): void;
  start(): Promise<App>;
  /** What the members of the group see, in order. */
  telegramTexts(): readonly string[];
  discordTexts(): readonly string[];
  close(): Promise<void>;
}

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "matebot-world-"));
  const telegram = await startTelegramSandbox({ local: true, ...options.telegram });
  const discord = await startDiscordSandbox(options.discord);
  const telegramBot = telegram.createBot({ name: "MateBot", username: "mate_bot", privacy: false });
  const chat = telegram.createChat({ title: "Grupo", type: options.chat ?? "supergroup" }).id;
  const ana = telegram.createUser({ firstName: "Ana", username: "ana" }).id;
  telegram.join(chat, ana, options.chat === "channel" ? "administrator" : "member");
  telegram.join(chat, telegramBot.id, "administrator");
  const { messageContent = true, reviewed = false } = options;
  const discordBot = discord.createBot({ name: "MateBot", intents: { messageContent }, reviewed });
  const guild = discord.createGuild({ name: "Servidor" }).id;
  const channel = discord.createChannel(guild, { name: "geral" }).id;
  const { permissions } = options;
  discord.addBot(guild, discordBot.id, permissions === undefined ? {} : { permissions });
  const carla = discord.createUser({ username: "carla", globalName: "Carla" }).id;
  discord.addMember(guild, carla);

  const publicUrl = `https://127.0.0.1:${await freePort()}`;
  const configFile = join(folder, "matebot.yaml");
  const { limits = "none" } = options;
  let config: WorldConfig = {
    language: options.language ?? "en",
    accounts: {
      telegram: {
        platform: "telegram",
        token: telegramBot.token,
        api: telegram.url,
        updates: options.updates ?? "webhook",
        limits,
      },
      discord: {
        platform: "discord",
        token: discordBot.token,
        api: discord.url,
        cdn: discord.cdnUrl,
        media: discord.mediaUrl,
        avatars: { show: options.faces ?? false },
        limits,
      },
    },
    web: { listen: new URL(publicUrl).host, public_url: publicUrl, tls: "self-signed" },
    data: "./data",
    ...(options.storage && { storage: options.storage }),
    bridges: [{ name: "geral", members: [`telegram:${chat}`, `discord:${channel}`] }],
  };
  const writeConfig = () => writeFileSync(configFile, stringify(config), { mode: 0o600 });
  writeConfig();

  const logged: string[] = [];
  const running = new Set<App>();
  return {
    ...{
      telegram,
      discord,
      chat,
      channel,
      guild,
      telegramBot,
      discordBot,
      ana,
      carla,
      configFile,
      publicUrl,
      logged,
    },
    data: join(folder, "data"),
    configure(change) {
      config = { ...config, ...change(config) };
      writeConfig();
    },
    async start() {
      const loaded = loadConfig(configFile, {}, platforms);
      const destination = { write: (line: string) => logged.push(line) };
      const log = createLog({ destination, secrets: loaded.secrets, env: { MATEBOT_LOG: "debug" } });
      const texts = loadTexts(loaded.language);
      const { clock, random, observe } = options;
      const given = { ...(clock && { clock }), ...(random && { random }), ...(observe && { observe }) };
      const app = await startApp({ config: loaded, log, texts, addSecret: log.addSecret, ...given });
      running.add(app);
      return {
        ...app,
        async stop() {
          running.delete(app);
          await app.stop();
        },
      };
    },
    telegramTexts: () => telegram.messages(chat).flatMap(({ text }) => (text === undefined ? [] : [text])),
    discordTexts: () => discord.messages(channel).map(({ content }) => content),
    async close() {
      for (const app of running) await app.stop();
      await Promise.all([telegram.close(), discord.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves with what `look` finds as soon as it finds something; looks every `everyMs`. */
export async function eventually<T>(
  look: () => T | undefined | false,
  withinMs = 10_000,
  everyMs = 2,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const found = look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > end) throw new Error(`did not happen within ${withinMs} ms: ${look}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
