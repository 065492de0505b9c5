// A run in which everything goes wrong, with the log at its loudest: no secret is in anything that leaves the program.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Fault, FaultRequest } from "../../src/sandbox/faults.ts";
import { fastClock } from "../support/fast-clock.ts";
import { type Program, runProgram } from "../support/program.ts";
import { samples } from "../support/sample-files.ts";
import { ask, breakStorage, stateOf } from "../support/strict-client.ts";
import { eventually, makeWorld, type World } from "../support/world.ts";

let world: World | undefined;
const programs: Program[] = [];
afterEach(async () => {
  for (const program of programs.splice(0)) program.signal("SIGKILL");
  await world?.close();
  world = undefined;
});

/** Everything that was written or answered, by where it was. */
type Written = [where: string, text: string][];

/** The ways in which a secret may be written, each of which gives it away. */
function formsOf(secret: string): readonly string[] {
  const encoded = [0, 1, 2].flatMap((shift) => {
    // Inside a longer text the base64 of a secret looks in three ways, but for its ends.
    const whole = Buffer.from(" ".repeat(shift) + secret)
      .toString("base64")
      .replace(/=+$/, "");
    const middle = whole.slice(shift === 0 ? 0 : shift + 1, -1);
    return [middle, middle.replaceAll("+", "-").replaceAll("/", "_")];
  });
  const hex = Buffer.from(secret).toString("hex");
  const inUrl = encodeURIComponent(secret);
  return [secret, inUrl, inUrl.toLowerCase(), hex, ...encoded, [...secret].reverse().join("")];
}

function leaks(written: Written, secrets: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(secrets).flatMap(([name, secret]) => {
    const forms = formsOf(secret);
    return written.flatMap(([where, text]) => {
      const form = forms.find((each) => text.includes(each));
      const at = form === undefined ? 0 : text.indexOf(form);
      return form === undefined
        ? []
        : [`${name} in ${where}: ${text.slice(Math.max(0, at - 200), at + 200)}`];
    });
  });
}

const sendsToDiscord = ({ method, path }: FaultRequest) =>
  method === "POST" && /\/webhooks\/\d+\/[^/]+$/.test(path.split("?")[0] ?? "");
const sendsToTelegram = ({ path }: FaultRequest) => path.endsWith("/sendMessage");

/** What both platforms and the proxies before them answer on a bad day; they like to repeat what they were asked. */
function badDays(secret: string): readonly Fault[] {
  return [
    { kind: "status", status: 403, html: `<h1>Forbidden</h1> /bot${secret}/sendMessage` },
    { kind: "status", status: 500, html: `<pre>POST https://proxy/${secret}</pre>` },
    { kind: "status", status: 502, html: `<title>502</title><p>${encodeURIComponent(secret)}` },
    { kind: "status", status: 503, body: { message: `upstream ${secret}`, code: 0 } },
    { kind: "limit", retryAfter: 0.05 },
    { kind: "cut", when: "before" },
    { kind: "cut", when: "after" },
    {
      kind: "status",
      status: 400,
      body: { ok: false, error_code: 400, description: `Bad Request: ${secret}` },
    },
    { kind: "status", status: 400, body: { message: `Invalid ${secret}`, code: 50035, errors: {} } },
    { kind: "status", status: 200, html: `{"half": "${secret}` },
  ];
}

function start({ configFile }: World): Program {
  const program = runProgram(["run", "--config", configFile], { MATEBOT_LOG: "debug" });
  programs.push(program);
  return program;
}

async function end(program: Program, written: Written): Promise<void> {
  await program.ended;
  written.push(["standard error", program.stderr()], ["standard output", program.stdout()]);
}

/** Asks for everything that a stranger may ask for, right and wrong. */
async function strangers(scene: World, written: Written): Promise<void> {
  const path = new URL(String(scene.telegram.webhookInfo(scene.telegramBot.token).url)).pathname;
  const update = '{"update_id":7,"message":{}}';
  const secret = { "x-telegram-bot-api-secret-token": stateOf(scene, "webhook-secret") };
  const asked = [
    { path: "/health", method: "GET" },
    { path: "/", method: "GET" },
    { path, method: "GET" },
    { path, body: update },
    { path, body: update, headers: { "x-telegram-bot-api-secret-token": "guess" } },
    { path: `${path}/..`, body: update },
    { path: `${path}%00`, body: update },
    { path, body: "{", headers: secret },
    { path, body: Buffer.alloc(1024 * 1024 + 1), headers: secret },
    // Poison: stored, not understood, and said so in the log.
    { path, body: `{"update_id":8,"message":{"chat":"${path}"}}`, headers: secret },
    { path, method: "TRACE", headers: secret },
  ];
  for (const asking of asked) {
    const { status, headers, body } = await ask(scene, asking);
    written.push([`the answer to ${asking.method ?? "POST"}`, `${status}\n${headers}\n${body}`]);
  }
}

async function health(scene: World, written: Written): Promise<void> {
  const { body } = await ask(scene, { path: "/health", method: "GET" });
  written.push(["/health", body]);
}

async function badWeather(scene: World, written: Written): Promise<void> {
  const { telegram, discord, chat, channel, ana, carla, telegramBot, discordBot } = scene;
  const webhook = discord.webhooks(channel)[0]?.token ?? "";
  const telegramDays = badDays(telegramBot.token);
  const discordDays = [...badDays(webhook), ...badDays(discordBot.token)];
  for (const fault of telegramDays) telegram.faults.add({ match: sendsToTelegram, times: 1, fault });
  for (const fault of discordDays) discord.faults.add({ match: sendsToDiscord, times: 1, fault });
  const faults = () => telegram.faults.left + discord.faults.left;
  for (let i = 0; faults() > 0; i += 1) {
    const before = faults();
    telegram.say(chat, ana, { text: `t${i}` });
    discord.say(channel, carla, { content: `d${i}` });
    await eventually(() => faults() < before);
    await health(scene, written);
  }
}

/** A refusal that repeats the question. */
const parrot = (words: string): Fault => {
  const description = `Bad Request: ${words}`;
  return { kind: "status", status: 400, body: { ok: false, error_code: 400, description } };
};

/** A calm run of the real program, after a start that failed: it talks, and strangers knock. */
async function calmRun(scene: World, written: Written): Promise<void> {
  const { telegram, discord, chat, channel, ana, carla, telegramBot } = scene;
  const asksWho = ({ path }: FaultRequest) => path.endsWith("/getMe");
  telegram.faults.add({ match: asksWho, times: 1, fault: parrot(`/bot${telegramBot.token}/getMe`) });
  const failed = start(scene);
  await end(failed, written);
  expect(failed.stderr()).toContain("Telegram refused a request");
  const program = start(scene);
  await eventually(() => program.stderr().includes("session begun"));
  discord.say(channel, carla, { content: "oi" });
  telegram.say(chat, ana, { text: "oi" });
  await eventually(() => scene.discordTexts().length === 2 && scene.telegramTexts().length === 2);
  await files(scene);
  await strangers(scene, written);
  program.signal("SIGTERM");
  await end(program, written);
}

/** Files in both directions; the address of a file on Telegram holds the token, and an angry server repeats it. */
async function files({ telegram, discord, chat, channel, ana, carla, telegramBot }: World): Promise<void> {
  const isDownload = ({ path }: FaultRequest) => path.includes("/file/bot");
  const html = `<h1>500</h1> /file/bot${telegramBot.token}/photos/file_1.jpg`;
  telegram.faults.add({ match: isDownload, times: 1, fault: { kind: "status", status: 500, html } });
  const bytes = await samples.png();
  telegram.sendFile(chat, ana, { kind: "photo", bytes, mime: "image/png" }, { caption: "foto" });
  discord.say(channel, carla, { attachments: [{ filename: "a.png", contentType: "image/png", bytes }] });
  await eventually(() => telegram.messages(chat).filter(({ photo }) => photo).length === 2);
  await eventually(() => telegram.faults.left === 0);
  await eventually(
    () => discord.messages(channel).filter(({ attachments }) => attachments.length > 0).length === 2,
  );
}

/** A run by webhook with every fault there is; within this process, because there waiting can be sped up. */
async function stormyRun(scene: World, written: Written): Promise<void> {
  const { telegram, discord, chat, channel, ana, carla, telegramBot, logged } = scene;
  const isLogged = (words: string) => () => logged.some((line) => line.includes(words));
  const app = await scene.start();
  await fetch(`${telegram.url}/bot${telegramBot.token}/deleteWebhook`);
  await eventually(isLogged("Another program changed the webhook"));
  telegram.faults.add({
    match: ({ path }) => path.endsWith("/getWebhookInfo"),
    times: 1,
    fault: parrot(`/bot${telegramBot.token}/ ${stateOf(scene, "webhook-path")}`),
  });
  await eventually(isLogged("Telegram refused a request"));
  await health(scene, written);
  await badWeather(scene, written);
  discord.gateway.dropNext(1);
  discord.deleteWebhook(discord.webhooks(channel)[0]?.id ?? "");
  telegram.say(chat, ana, { text: "outra vez" });
  await eventually(() => scene.discordTexts().some((text) => text.includes("outra vez")));
  discord.gateway.kickOffAll({ op9: false });
  discord.gateway.kickOffAll("cut");
  const storage = await breakStorage(scene);
  telegram.say(chat, ana, { text: "sem disco" });
  await eventually(isLogged("could not be stored"));
  await health(scene, written);
  await storage.mend();
  await eventually(() => scene.discordTexts().some((text) => text.includes("sem disco")));
  discord.say(channel, carla, { content: "fim" });
  await app.stop();
}

/** A run by polling with a rival, whose tokens are revoked while it runs. */
async function lastRun(scene: World, written: Written): Promise<void> {
  const { telegram, discord, telegramBot, discordBot, logged } = scene;
  scene.configure(({ accounts }) => ({
    accounts: { ...accounts, telegram: { ...accounts.telegram, updates: "polling" } },
  }));
  const asked = () => telegram.requests.filter(({ path }) => path.endsWith("/getUpdates")).length;
  const app = await scene.start();
  await eventually(() => asked() > 0);
  await fetch(`${telegram.url}/bot${telegramBot.token}/getUpdates`);
  await eventually(() => logged.some((line) => line.includes("conflict-polling")));
  await health(scene, written);
  const refusal = { message: `401: ${discordBot.token}`, code: 0 };
  discord.faults.add({ match: () => true, chance: 1, fault: { kind: "status", status: 401, body: refusal } });
  telegram.revoke(telegramBot.token);
  discord.resetToken(discordBot.id);
  telegram.faults.add({
    match: () => true,
    times: 1,
    fault: { kind: "status", status: 401, body: { ok: false, description: telegramBot.token } },
  });
  await eventually(() => logged.some((line) => line.includes("nothing more is sent with it")));
  await health(scene, written);
  await app.stop();
  await end(start(scene), written);
}

describe("everything a run writes", () => {
  it("is free of secrets, however badly it goes", { timeout: 60_000 }, async () => {
    const fast = fastClock(20);
    const scene = await makeWorld({ clock: fast, telegram: { clock: fast } });
    world = scene;
    const { telegram, discord, chat, channel, data, telegramBot, discordBot } = scene;
    const written: Written = [];
    const webhooks = new Set<string>();
    discord.onChange(() => {
      for (const { token } of discord.webhooks(channel)) webhooks.add(token);
    });
    await calmRun(scene, written);
    await stormyRun(scene, written);
    await lastRun(scene, written);

    written.push(["the log", scene.logged.join("")]);
    for (const { message } of telegram.everSent(chat)) written.push(["Telegram", JSON.stringify(message)]);
    for (const message of discord.everSent(channel)) written.push(["Discord", JSON.stringify(message)]);
    const tls = join(data, "tls");
    for (const name of readdirSync(tls)) written.push([name, readFileSync(join(tls, name), "utf8")]);

    const secrets = {
      "the Telegram token": telegramBot.token,
      "the secret half of the Telegram token": telegramBot.token.split(":")[1] ?? "",
      "the Discord token": discordBot.token,
      "the webhook secret": stateOf(scene, "webhook-secret"),
      "the webhook path": stateOf(scene, "webhook-path"),
      ...Object.fromEntries([...webhooks].map((token, i) => [`the Discord webhook token ${i}`, token])),
    };
    expect(Object.keys(secrets)).toHaveLength(7);
    for (const secret of Object.values(secrets)) expect(secret.length).toBeGreaterThan(16);
    expect(leaks([["a net that catches", `x${secrets["the webhook path"]}`]], secrets)).toHaveLength(1);
    expect(written.map(([, text]) => text).join("").length).toBeGreaterThan(20_000);
    expect(leaks(written, secrets)).toEqual([]);
    // The log was in fact tempted.
    expect(scene.logged.join("").split("[secret]").length).toBeGreaterThan(3);

    const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
    for (const name of readdirSync(data).filter((each) => each.startsWith("matebot.db")))
      expect([name, mode(join(data, name))]).toEqual([name, "600"]);
    expect(mode(join(tls, "self-signed.key"))).toBe("600");
    expect([mode(data), mode(tls)]).toEqual(["700", "700"]);
    expect(dirname(data)).toBe(dirname(scene.configFile));
  });
});
