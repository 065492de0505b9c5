// A whole MateBot whose webhook is harmed from outside, moved, or given up for polling and taken back: no message is lost.

import { afterEach, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { type WebhookParts, webhookCommand } from "../../src/cli/webhook-command.ts";
import { freePort } from "../../src/demo/free-port.ts";
import { systemClock } from "../../src/model/clock.ts";
import { fastClock } from "../support/fast-clock.ts";
import { LeapClock } from "../support/leap-clock.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function open(clock: LeapClock): Promise<World & { readonly app: App }> {
  world = await makeWorld({ clock, telegram: { clock: fastClock(20) } });
  const app = await world.start();
  return { ...world, app };
}

const info = ({ telegram, telegramBot }: World) => telegram.webhookInfo(telegramBot.token);

/** For a lane whose clock leaps everything is late, and is joined, a line for each. */
const heard = (scene: World) => scene.discordTexts().flatMap((text) => text.split("\n"));

/** Another program with the same token; Telegram takes one setWebhook a second from both together. */
async function meddle({ telegram, telegramBot }: World, query: string): Promise<void> {
  while ((await fetch(`${telegram.url}/bot${telegramBot.token}/${query}`)).status === 429);
}

describe("a webhook that is harmed while messages come", () => {
  it.each<readonly [string, (scene: World) => string, RegExp]>([
    [
      "set again without the certificate",
      (scene) => `setWebhook?url=${encodeURIComponent(String(info(scene).url))}&max_connections=40`,
      /Someone changed how Telegram calls .*\(the certificate\)/,
    ],
    ["removed", () => "deleteWebhook", /Another program changed the webhook/],
  ])("(%s) is mended, and every message comes once, in order", async (_, query, words) => {
    const clock = new LeapClock();
    const scene = await open(clock);
    const { telegram, chat, ana, logged } = scene;
    const before = info(scene);
    const texts = Array.from({ length: 12 }, (_each, i) => `t${i}`);
    const say = (some: readonly string[]) => {
      for (const text of some) telegram.say(chat, ana, { text });
    };
    say(texts.slice(0, 4));
    await eventually(() => heard(scene).length >= 4);
    await meddle(scene, query(scene));
    say(texts.slice(4, 8));
    clock.leap(60_000);
    await eventually(() => info(scene).has_custom_certificate === true);
    say(texts.slice(8));
    await eventually(() => heard(scene).length >= texts.length, 15_000);
    expect(heard(scene)).toEqual(texts);
    const { url, has_custom_certificate, allowed_updates, max_connections } = before;
    expect(info(scene)).toMatchObject({ url, has_custom_certificate, allowed_updates, max_connections });
    expect(logged.some((line) => words.test(line))).toBe(true);
  });
});

describe("a MateBot whose ways change between two runs", () => {
  it("goes from webhook to polling and back without losing or doubling a message", async () => {
    const scene = await open(new LeapClock());
    const { telegram, chat, ana } = scene;
    const updates = (way: string) =>
      scene.configure(({ accounts }) => ({
        accounts: { ...accounts, telegram: { ...accounts.telegram, updates: way } },
      }));
    const say = (text: string) => void telegram.say(chat, ana, { text });
    say("por webhook");
    await eventually(() => heard(scene).length === 1);
    await scene.app.stop();
    say("na primeira pausa");
    updates("polling");
    const polling = await scene.start();
    say("por polling");
    await eventually(() => heard(scene).length === 3, 15_000);
    expect(info(scene).url).toBe("");
    await polling.stop();
    say("na segunda pausa");
    updates("webhook");
    await scene.start();
    say("de volta");
    await eventually(() => heard(scene).length >= 5, 15_000);
    expect(heard(scene)).toEqual([
      "por webhook",
      "na primeira pausa",
      "por polling",
      "na segunda pausa",
      "de volta",
    ]);
    expect(info(scene).url).not.toBe("");
  });

  it("moves to another public address, certificate and all", async () => {
    const scene = await open(new LeapClock());
    const { telegram, chat, ana } = scene;
    await scene.app.stop();
    telegram.say(chat, ana, { text: "durante a mudança" });
    const publicUrl = `https://127.0.0.1:${await freePort()}`;
    scene.configure(({ web }) => ({
      web: { ...web, listen: new URL(publicUrl).host, public_url: publicUrl },
    }));
    await scene.start();
    await eventually(() => heard(scene).includes("durante a mudança"), 15_000);
    expect(new URL(String(info(scene).url)).origin).toBe(publicUrl);
    expect(scene.logged.some((line) => line.includes("Another program"))).toBe(false);
  });
});

describe("“matebot webhook delete” beside a MateBot that runs", () => {
  it("says that it comes back, and it does", async () => {
    const clock = new LeapClock();
    const scene = await open(clock);
    const { url } = info(scene);
    const out: string[] = [];
    const parts: WebhookParts = {
      env: {},
      stdout: { write: (text: string) => void out.push(text) },
      stderr: { write: (text: string) => void out.push(text) },
      clock: systemClock,
      expectedUpload: async () => undefined,
    };
    expect(await webhookCommand("delete", { config: scene.configFile }, parts)).toBe(0);
    expect(out.join("")).toMatch(/sets it again within a minute/);
    expect(info(scene).url).toBe("");
    clock.leap(60_000);
    await eventually(() => info(scene).url === url);
    expect(info(scene).has_custom_certificate).toBe(true);
  });
});
