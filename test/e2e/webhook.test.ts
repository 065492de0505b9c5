// The webhook as the internet sees it: what is refused, who may trust the certificate, and what is never lost.

import { execFile } from "node:child_process";
import { Agent } from "node:https";
import { afterEach, describe, expect, it } from "vitest";
import type { App } from "../../src/app.ts";
import { fastClock } from "../support/fast-clock.ts";
import { LeapClock } from "../support/leap-clock.ts";
import { hasOpenssl, NO_OPENSSL } from "../support/needs.ts";
import {
  type Asking,
  ask,
  certificateFile,
  certificateOf,
  inDatabase,
  stateOf,
} from "../support/strict-client.ts";
import { eventually, makeWorld, type World, type WorldOptions } from "../support/world.ts";

const DAY_MS = 24 * 60 * 60_000;
const MIB = 1024 * 1024;

let world: World | undefined;
afterEach(async () => {
  await world?.close();
  world = undefined;
});

async function open(options: WorldOptions = {}): Promise<World & { readonly app: App }> {
  world = await makeWorld(options);
  const app = await world.start();
  return { ...world, app };
}

const webhookPath = ({ telegram, telegramBot }: World) =>
  new URL(String(telegram.webhookInfo(telegramBot.token).url)).pathname;
const timesSet = ({ telegram }: World) =>
  telegram.requests.filter(({ path }) => path.endsWith("/setWebhook")).length;

const secretOf = (scene: World) => stateOf(scene, "webhook-secret");
const stored = (scene: World, word: string) =>
  inDatabase<object>(scene, "select * from journal where instr(body, ?) > 0", word).length;

function openssl(...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile("openssl", args, (_error, stdout, stderr) => resolve(stdout + stderr));
    child.stdin?.end();
  });
}

describe("what is no update from Telegram", () => {
  const update = JSON.stringify({ update_id: 1, message: { text: "forged" } });
  const secret = (value: string) => ({ "x-telegram-bot-api-secret-token": value });

  it("is refused with a bare status, and nothing of it is stored", async () => {
    const scene = await open();
    const path = webhookPath(scene);
    const right = secret(secretOf(scene));
    const table: readonly (readonly [number, string, Asking])[] = [
      [401, "no secret", { path, body: update }],
      [401, "a wrong secret", { path, headers: secret("x".repeat(secretOf(scene).length)), body: update }],
      [
        401,
        "the beginning of the secret",
        { path, headers: secret(secretOf(scene).slice(0, -1)), body: update },
      ],
      [401, "an empty secret", { path, headers: secret(""), body: update }],
      [404, "another path", { path: `${path}x`, headers: right, body: update }],
      [404, "the parent of the path", { path: path.replace(/\/[^/]*$/, ""), headers: right, body: update }],
      [404, "GET", { path, method: "GET", headers: right }],
      [404, "PUT", { path, method: "PUT", headers: right, body: update }],
      [404, "POST to /health", { path: "/health", headers: right, body: update }],
      [413, "a byte more than 1 MiB", { path, headers: right, body: Buffer.alloc(MIB + 1, " ") }],
      [400, "no JSON", { path, headers: right, body: "update_id=1" }],
      [400, "half an update", { path, headers: right, body: update.slice(0, -2) }],
      [400, "no update_id", { path, headers: right, body: "{}" }],
      [400, "a list", { path, headers: right, body: `[${update}]` }],
      [400, "broken UTF-8", { path, headers: right, body: Buffer.from([0x7b, 0xff, 0x7d]) }],
      [400, "nothing at all", { path, headers: right }],
    ];
    for (const [status, what, asking] of table) {
      const answer = await ask(scene, asking);
      expect([answer.status, answer.body, what]).toEqual([status, "", what]);
    }
    expect(stored(scene, "forged")).toBe(0);
    expect(scene.discordTexts()).toEqual([]);
  });

  it("ends at 1 MiB exactly: an update of that length is taken", async () => {
    const scene = await open();
    const before = '{"update_id":1,"x":"';
    const body = `${before}${"x".repeat(MIB - before.length - 2)}"}`;
    expect(Buffer.byteLength(body)).toBe(MIB);
    const answer = await ask(scene, { path: webhookPath(scene), headers: secret(secretOf(scene)), body });
    expect([answer.status, answer.body]).toEqual([200, ""]);
    expect(stored(scene, "xxxx")).toBe(1);
  });

  it("of the right shape but without sense is kept for later, and blocks nobody", async () => {
    const scene = await open();
    const body = JSON.stringify({ update_id: 1, message: { message_id: "no number", chat: 7 } });
    const answer = await ask(scene, { path: webhookPath(scene), headers: secret(secretOf(scene)), body });
    expect(answer.status).toBe(200);
    scene.telegram.say(scene.chat, scene.ana, { text: "e a vida segue" });
    await eventually(() => scene.discordTexts().includes("e a vida segue"));
    expect(inDatabase(scene, "select state from journal where state = 'dead'")).toHaveLength(1);
  });
});

describe("the certificate", () => {
  it("is uploaded, and OpenSSL finds it good for the host of the public URL", async (context) => {
    if (!hasOpenssl) context.skip(NO_OPENSSL);
    const scene = await open();
    const { telegram, telegramBot, publicUrl } = scene;
    expect(telegram.webhookInfo(telegramBot.token).has_custom_certificate).toBe(true);
    const file = certificateFile(scene);
    expect(await openssl("verify", "-CAfile", file, "-verify_hostname", "127.0.0.1", file)).toMatch(/: OK$/m);
    const { host } = new URL(publicUrl);
    const strict = ["-CAfile", file, "-verify_hostname", "127.0.0.1", "-verify_return_error"];
    const talk = await openssl("s_client", "-connect", host, ...strict);
    expect(talk).toMatch(/Verify return code: 0 \(ok\)/);
    const other = ["-CAfile", file, "-verify_hostname", "example.org", "-verify_return_error"];
    expect(await openssl("s_client", "-connect", host, ...other)).toMatch(/hostname mismatch/i);
  });

  it("is renewed in good time: swapped and uploaded without losing a connection or an update", async () => {
    // It renews itself in the last third of its 398 days.
    const clock = new LeapClock(-270 * DAY_MS);
    const scene = await open({ clock });
    const { telegram, chat, ana, logged } = scene;
    // For a lane whose clock leaps everything is late, and is joined, a line for each.
    const discordTexts = () => scene.discordTexts().flatMap((text) => text.split("\n"));
    const first = certificateOf(scene);
    const kept = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
    const before = await ask(scene, { path: "/health", method: "GET", agent: kept });
    const words = Array.from({ length: 30 }, (_, i) => `t${i}`);
    const say = (some: readonly string[]) => {
      for (const text of some) telegram.say(chat, ana, { text });
    };
    say(words.slice(0, 10));
    await eventually(() => discordTexts().length >= 5);

    say(words.slice(10, 15));
    clock.leap(270 * DAY_MS);
    say(words.slice(15, 20));
    await eventually(() => logged.some((line) => line.includes("the certificate was renewed")));
    // At the start, with both, with the new one alone.
    await eventually(() => logged.filter((line) => line.includes("the webhook was set")).length === 3);
    say(words.slice(20));
    await eventually(() => discordTexts().length >= words.length);
    expect(discordTexts()).toEqual(words);

    const second = certificateOf(scene);
    expect(second).not.toBe(first);
    const after = await ask(scene, { path: "/health", method: "GET", agent: kept, ca: first });
    expect(after.socket).toBe(before.socket);
    expect((await ask(scene, { path: "/health", method: "GET" })).status).toBe(200);
    await expect(ask(scene, { path: "/health", method: "GET", ca: first })).rejects.toThrow();
    kept.destroy();
  });
});

/** Another program with the same token; Telegram takes one setWebhook a second from both together. */
async function steal({ telegram, telegramBot }: World, method: string, body: object): Promise<void> {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const url = `${telegram.url}/bot${telegramBot.token}/${method}`;
  while ((await fetch(url, init)).status === 429);
}

describe("a webhook that somebody else changed", () => {
  it.each([
    ["removed", "deleteWebhook", {}],
    ["set elsewhere", "setWebhook", { url: "https://127.0.0.1:9" }],
  ])("(%s) is explained and taken back, and nothing is lost", async (_, method, body) => {
    const clock = new LeapClock();
    const scene = await open({ clock, telegram: { clock: fastClock(20) } });
    const { telegram, chat, ana, discordTexts, logged, app } = scene;
    const path = webhookPath(scene);
    await steal(scene, method, body);
    telegram.say(chat, ana, { text: "enquanto isso" });
    clock.leap(60_000);
    await eventually(() => discordTexts().includes("enquanto isso"));
    expect(webhookPath(scene)).toBe(path);
    expect(logged.filter((line) => line.includes("Another program changed the webhook"))).toHaveLength(1);
    clock.leap(60_000);
    await eventually(() => app.health.report().status === "ok");
  });
});

describe("lost, doubled and late deliveries", () => {
  it("leave every message once, in order", async () => {
    const scene = await open({ telegram: { clock: fastClock(20) } });
    const { telegram, chat, ana, discordTexts } = scene;
    const at = (numbers: readonly number[]) => {
      const wanted = new Set(numbers.map((i) => `t${i}`));
      return (update: object) => {
        const { message } = update as { readonly message?: { readonly text?: string } };
        return wanted.has(message?.text ?? "");
      };
    };
    telegram.deliveryFaults.add({ match: at([1, 5, 6]), times: 3, fault: { kind: "cut" } });
    telegram.deliveryFaults.add({ match: at([2, 7]), times: 2, fault: { kind: "duplicate" } });
    telegram.deliveryFaults.add({ match: at([3, 9]), times: 2, fault: { kind: "delay", ms: 5_000 } });
    const words = Array.from({ length: 12 }, (_, i) => `t${i}`);
    for (const text of words) telegram.say(chat, ana, { text });
    await eventually(() => discordTexts().length >= words.length);
    expect(discordTexts()).toEqual(words);
    const attempts = telegram.deliveries.length;
    expect(attempts).toBeGreaterThanOrEqual(words.length + 5);
  });
});

describe("a restart", () => {
  it("keeps path and secret, so that nothing is set again and the backlog comes in order", async () => {
    const scene = await open({ telegram: { clock: fastClock(50) } });
    const { telegram, chat, ana, app, discordTexts } = scene;
    const [path, secret] = [webhookPath(scene), secretOf(scene)];
    telegram.say(chat, ana, { text: "antes" });
    await eventually(() => discordTexts().includes("antes"));
    await app.stop();
    const words = Array.from({ length: 25 }, (_, i) => `t${i}`);
    for (const text of words) telegram.say(chat, ana, { text });
    await eventually(() => telegram.deliveries.some(({ status }) => status === 0));
    await scene.start();
    await eventually(() => discordTexts().length >= words.length + 1, 15_000);
    expect(discordTexts()).toEqual(["antes", ...words]);
    expect([webhookPath(scene), secretOf(scene)]).toEqual([path, secret]);
    expect(timesSet(scene)).toBe(1);
  });
});
