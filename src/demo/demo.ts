// Runs the whole product against simulated platforms and shows it on one page; `cli/demo.ts` starts it.

import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { startApp } from "../app.ts";
import { loadConfig } from "../config.ts";
import type { RootLog } from "../log.ts";
import { systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { platforms } from "../platforms/index.ts";
import { type DiscordSide, startDiscordSide } from "./discord-side.ts";
import { freePort } from "./free-port.ts";
import { startPageServer } from "./page-server.ts";
import { createRouteLog } from "./route-log.ts";
import type { DemoSide } from "./side.ts";
import { startTelegramSide, type TelegramSide } from "./telegram-side.ts";
import type { DemoAction, DemoView, Side } from "./view.ts";

/** The page is drawn anew at most this often. */
const CALM_MS = 30;

export interface DemoOptions {
  readonly texts: Texts;
  readonly log: RootLog;
  /** Of the page; 0 takes a free one. */
  readonly port: number;
}

export interface Demo {
  readonly url: string;
  stop(): Promise<void>;
}

/** Everything lies in a folder of its own that `stop` removes; what was started ends with a start that fails. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const stops: (() => Promise<void>)[] = [];
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

async function start({ texts, log, port }: DemoOptions, stops: (() => Promise<void>)[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "matebot-demo-"));
  stops.push(async () => rmSync(folder, { recursive: true, force: true }));
  const telegram = await startTelegramSide(texts("demo.group"));
  stops.push(() => telegram.close());
  const discord = await startDiscordSide("Matehackers", texts("demo.channel"));
  stops.push(() => discord.close());
  const sides: Readonly<Record<Side, DemoSide>> = { telegram, discord };
  const changes = createChanges();

  const publicUrl = `https://127.0.0.1:${await freePort()}`;
  const config = loadConfig(writeConfig(folder, publicUrl, telegram, discord), {}, platforms);
  for (const secret of config.secrets) log.addSecret(secret);
  const route = createRouteLog(changes.tell);
  const app = await startApp({ config, log, texts, addSecret: log.addSecret, observe: route.observer });
  stops.push(() => app.stop());
  telegram.onChange(changes.tell);
  discord.onChange(changes.tell);

  const certificate = texts("demo.certificate", { until: validUntil(folder) });
  const view = (): DemoView => ({
    rooms: { telegram: telegram.view(), discord: discord.view() },
    route: route.rows(),
    webhook: { url: publicUrl, certificate },
  });
  const act = (action: DemoAction) => perform(sides, action, texts);
  const page = await startPageServer({ port, view, act, onChange: changes.listen });
  stops.push(() => page.stop());
  return page.url;
}

/** A burst of messages is one change for the page. */
function createChanges() {
  const listeners = new Set<() => void>();
  let due = false;
  return {
    tell(): void {
      if (due) return;
      due = true;
      systemClock.after(CALM_MS, () => {
        due = false;
        for (const listener of listeners) listener();
      });
    },
    listen(listener: () => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** Does what somebody did on the page; a sentence when the platform would not let them. */
function perform(
  sides: Readonly<Record<Side, DemoSide>>,
  action: DemoAction,
  texts: Texts,
): string | undefined {
  const side = sides[action.side];
  try {
    if (action.do === "say") side.say(action);
    else if (action.do === "edit") side.edit(action.message, action.text);
    else side.remove(action.message);
    return undefined;
  } catch (error) {
    return texts("demo.refused", { reason: error instanceof Error ? error.message : "?" });
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
      telegram: { platform: "telegram", updates: "webhook", ...telegramAccount },
      discord: { platform: "discord", ...discordAccount },
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
