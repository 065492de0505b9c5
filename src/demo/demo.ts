// Runs the whole product against simulated platforms and shows it on one page; `cli/demo.ts` starts it.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { startApp } from "../app.ts";
import { loadConfig } from "../config.ts";
import type { RootLog } from "../log.ts";
import { findFfmpeg } from "../media/convert/convert.ts";
import { type Clock, systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { platforms } from "../platforms/index.ts";
import { type DiscordSide, startDiscordSide } from "./discord-side.ts";
import { createFileShelf } from "./file-shelf.ts";
import { freePort } from "./free-port.ts";
import { joinRooms } from "./join-rooms.ts";
import { openTalk } from "./opening-talk.ts";
import { startPageServer } from "./page-server.ts";
import { reachView } from "./reach-view.ts";
import { createRouteLog } from "./route-log.ts";
import { createSamples } from "./samples.ts";
import type { DemoSide } from "./side.ts";
import { startTelegramSide, type TelegramSide } from "./telegram-side.ts";
import { createTimers } from "./timers.ts";
import type { DemoAction, Side } from "./view.ts";

/** After an action: what it set off has come, and what is shown for five seconds is over. */
const LOOK_AGAIN_MS = [0, 400, 6_000];
/** The simulators forget nothing. */
const MOST_UPLOADED_BYTES = 128 << 20;

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
  const ffmpeg = findFfmpeg(process.env);
  const shelf = createFileShelf({ folder, clock, ffmpeg });
  stops.push(() => shelf.stop());
  const parts = { clock, texts, shelf, samples: createSamples(ffmpeg, folder) };
  const telegram = await startTelegramSide(texts("demo.group"), parts);
  stops.push(() => telegram.close());
  const discord = await startDiscordSide("Matehackers", texts("demo.channel"), parts);
  stops.push(() => discord.close());
  const sides: Readonly<Record<Side, DemoSide>> = { telegram, discord };

  const publicUrl = `https://127.0.0.1:${await freePort()}`;
  const config = loadConfig(writeConfig(folder, publicUrl, { telegram, discord, texts }), {}, platforms);
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
  await joinRooms(sides, clock);
  await openTalk(sides, texts, clock);

  const { later, stop: stopLooking } = createTimers(clock);
  stops.push(stopLooking);
  let uploaded = 0;
  const page = await startPageServer({
    ...{ port, clock },
    view: () => ({
      rooms: { telegram: telegram.view(), discord: discord.view() },
      route: route.rows(),
      reach: reachView(app),
    }),
    act: async (action) => {
      const reason = await reasonOf(() => act(sides[action.side], action));
      // The simulators do not tell of everything that somebody sees.
      for (const ms of LOOK_AGAIN_MS) later(ms, page.changed);
      return reason;
    },
    open: shelf.open,
    upload: async (file, bytes) => {
      uploaded += bytes.length;
      if (uploaded > MOST_UPLOADED_BYTES) return texts("demo.full");
      return await reasonOf(() => sides[file.side].upload(file, bytes));
    },
  });
  stops.push(() => page.stop());
  for (const part of [telegram, discord, route]) part.onChange(page.changed);
  return page.url;
}

/** The reason why it was not to be; undefined when it was done. */
async function reasonOf(work: () => unknown): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^SANDBOX: /, "") : String(error);
  }
}

/** Does what somebody did on the page. @throws Error when the platform would not let them */
function act(side: DemoSide, action: DemoAction): unknown {
  switch (action.do) {
    case "say":
      return side.say(action);
    case "press":
      return side.press(action);
    case "submit":
      return side.submit(action);
    case "edit":
      return side.edit(action.message, action.text);
    case "delete":
      return side.remove(action.message);
    case "send":
      return side.send(action);
    case "react":
      return side.react(action);
    case "vote":
      return side.vote(action);
    case "pin":
      return side.pin(action);
    case "close-poll":
      return side.closePoll(action);
    case "tick":
      return side.tick(action);
  }
}

/** The demo takes the way of every user: a file, read and checked. */
function writeConfig(
  folder: string,
  publicUrl: string,
  {
    telegram,
    discord,
    texts,
  }: { readonly telegram: TelegramSide; readonly discord: DiscordSide; readonly texts: Texts },
): string {
  const file = join(folder, "matebot.yaml");
  const { conversation: _, ...telegramAccount } = telegram.settings;
  const { conversation: __, ...discordAccount } = discord.settings;
  const config = {
    language: texts("demo.language"),
    accounts: {
      telegram: { platform: "telegram", updates: "webhook", limits: "none", ...telegramAccount },
      discord: { platform: "discord", limits: "none", ...discordAccount },
    },
    web: { listen: new URL(publicUrl).host, public_url: publicUrl, tls: "self-signed" },
    data: "./data",
    // The rooms are joined by their people, as everywhere.
    robot: { show: { typing: true, phones: true }, rough: true, network: {} },
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
  return file;
}
