// Runs the whole product against simulated platforms and shows it on one page; `cli/demo.ts` starts it.

import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { startApp } from "../app.ts";
import { loadConfig } from "../config.ts";
import type { RootLog } from "../log.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { platforms } from "../platforms/index.ts";
import { type DiscordSide, startDiscordSide } from "./discord-side.ts";
import { freePort } from "./free-port.ts";
import { openTalk } from "./opening-talk.ts";
import { startPageServer } from "./page-server.ts";
import { createRouteLog } from "./route-log.ts";
import type { DemoSide } from "./side.ts";
import { startTelegramSide, type TelegramSide } from "./telegram-side.ts";
import type { DemoAction, Side } from "./view.ts";

export interface DemoOptions {
  readonly texts: Texts;
  readonly log: RootLog;
  /** Of the page; another one when it is taken, a free one for 0. */
  readonly port: number;
  readonly clock?: Clock;
}

export interface Demo {
  readonly url: string;
  stop(): Promise<void>;
}

/** Everything lies in a folder of its own that `stop` removes; a start that fails leaves nothing behind. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const stops: (() => unknown)[] = [];
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one();
  };
  try {
    return { url: await start(options, stops), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(options: DemoOptions, stops: (() => unknown)[]): Promise<string> {
  const { texts, log, port, clock = systemClock } = options;
  const folder = mkdtempSync(join(tmpdir(), "matebot-demo-"));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  const telegram = await startTelegramSide(texts("demo.group"));
  stops.push(() => telegram.close());
  const discord = await startDiscordSide("Matehackers", texts("demo.channel"));
  stops.push(() => discord.close());
  const sides: Readonly<Record<Side, DemoSide>> = { telegram, discord };

  const publicUrl = `https://127.0.0.1:${await freePort()}`;
  const config = loadConfig(writeConfig(folder, publicUrl, telegram, discord), {}, platforms);
  for (const secret of config.secrets) log.addSecret(secret);
  const route = createRouteLog();
  const app = await startApp({
    config,
    log,
    texts,
    clock,
    addSecret: log.addSecret,
    observe: route.observer,
  });
  stops.push(() => app.stop());
  await openTalk(sides, texts, clock);

  const webhook = { url: publicUrl, validUntil: validUntil(folder) };
  const page = await startPageServer({
    ...{ port, clock },
    view: () => ({
      rooms: { telegram: telegram.view(), discord: discord.view() },
      route: route.rows(),
      webhook,
    }),
    act: (action) => act(sides[action.side], action),
  });
  stops.push(() => page.stop());
  for (const part of [telegram, discord, route]) part.onChange(page.changed);
  return page.url;
}

/** Does what somebody did on the page; the reason when the platform would not let them. */
function act(side: DemoSide, action: DemoAction): string | undefined {
  try {
    if (action.do === "say") side.say(action);
    else if (action.do === "edit") side.edit(action.message, action.text);
    else side.remove(action.message);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^SANDBOX: /, "") : String(error);
  }
}

/** The demo takes the way of every user: a file, read and checked. */
function writeConfig(
  folder: string,
  publicUrl: string,
  telegram: TelegramSide,
  discord: DiscordSide,
): string {
  const file = join(folder, "matebot.yaml");
  const { conversation: group, ...telegramAccount } = telegram.settings;
  const { conversation: channel, ...discordAccount } = discord.settings;
  const config = {
    accounts: {
      telegram: { platform: "telegram", updates: "webhook", limits: "none", ...telegramAccount },
      discord: { platform: "discord", limits: "none", ...discordAccount },
    },
    web: { listen: new URL(publicUrl).host, public_url: publicUrl, tls: "self-signed" },
    data: "./data",
    bridges: [{ name: "demo", members: [`telegram:${group}`, `discord:${channel}`] }],
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}

function validUntil(folder: string): string {
  const pem = readFileSync(join(folder, "data", "tls", "self-signed.pem"));
  return new X509Certificate(pem).validToDate.toISOString().slice(0, 10);
}
