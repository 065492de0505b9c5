// How updates reach a webhook: form, order, retries, duplicates and the end of both.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench, quiet, until } from "../test-bench.ts";
import { openWebhook, type TestWebhook } from "../test-webhook.ts";
import { ConnectionGate, retryAfterMs, retryDelayMs } from "./webhook-pace.ts";

let bench: Bench;
let hook: TestWebhook;
beforeEach(async () => {
  bench = await openBench({ local: true, random: () => 0 });
  hook = await openWebhook();
});
afterEach(async () => {
  await bench.sandbox.close();
  await hook.close();
});

const set = (params: object = {}) => bench.done("setWebhook", { url: hook.url, ...params });
const say = (text: string, chatId = bench.chatId) => bench.sandbox.say(chatId, bench.ana.id, { text });
const texts = () => hook.received.map(({ update }) => update.message?.text);
const attempts = (count: number) =>
  until(() => bench.sandbox.deliveries.length >= count, `${count} attempts`);
const info = () => bench.sandbox.webhookInfo(bench.bot.token);
const HOUR_MS = 60 * 60_000;

/** Another group with the bot and Ana. */
function anotherChat(): number {
  const { id } = bench.sandbox.createChat({ title: "Outra", type: "supergroup" });
  bench.sandbox.join(id, bench.ana.id);
  bench.sandbox.join(id, bench.bot.id);
  return id;
}

describe("a delivery", () => {
  it("is one update in one POST with Telegram's headers, ASCII only", async () => {
    await set({ secret_token: "geheim_1" });
    say("olá 👍");
    await attempts(1);
    const got = hook.received[0];
    expect(got?.url).toBe("/hook?key=1");
    expect(got?.rawHeaders.filter((_, i) => i % 2 === 0)).toEqual([
      "Host",
      "X-Telegram-Bot-Api-Secret-Token",
      "Content-Type",
      "Content-Length",
      "Connection",
      "Accept-Encoding",
    ]);
    expect(got?.headers).toMatchObject({
      host: `127.0.0.1:${hook.port}`,
      "x-telegram-bot-api-secret-token": "geheim_1",
      "content-type": "application/json",
      connection: "keep-alive",
      "accept-encoding": "gzip, deflate",
    });
    expect(got?.body).toMatch(/^\{"update_id":\d+,\n"message":\{/);
    expect(got?.body).toContain("ol\\u00e1 \\ud83d\\udc4d");
    expect(got?.update.message?.text).toBe("olá 👍");
    expect(info().pending_update_count).toBe(0);
  });
  it("carries the user and password of the URL", async () => {
    await bench.done("setWebhook", { url: hook.url.replace("://", "://ana:b%20c@") });
    say("um");
    await attempts(1);
    expect(hook.received[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from("ana:b c").toString("base64")}`,
    );
  });
  it("uses the connection again", async () => {
    await set();
    for (const text of ["um", "dois", "três"]) {
      say(text);
      await until(() => texts().includes(text));
      await quiet();
    }
    expect(hook.connections()).toBe(1);
  });
  it("brings what was pending before the webhook was set", async () => {
    say("um");
    await set();
    await attempts(1);
    expect(texts()).toEqual(["um"]);
  });
});

describe("order", () => {
  it("holds within a chat, edits included, one at a time", async () => {
    const held: (() => void)[] = [];
    hook.answer = (response) => void held.push(() => response.end());
    await set();
    const first = say("um");
    bench.sandbox.edit(bench.chatId, first.message_id, { text: "um!" });
    say("dois");
    await until(() => hook.received.length === 1);
    await quiet();
    expect(hook.received.length).toBe(1);
    for (const expected of [2, 3]) {
      held.shift()?.();
      await until(() => hook.received.length === expected);
    }
    held.shift()?.();
    expect(hook.received.map(({ update }) => Object.keys(update)[1])).toEqual([
      "message",
      "edited_message",
      "message",
    ]);
    await attempts(3);
  });
  it("leaves chats independent of each other, up to max_connections", async () => {
    const other = anotherChat();
    const third = anotherChat();
    await bench.updates();
    const held: (() => void)[] = [];
    await set({ max_connections: 2 });
    say("warm");
    await attempts(1);
    await quiet();
    hook.answer = (response) => void held.push(() => response.end());
    say("a1");
    say("a2");
    say("b1", other);
    say("c1", third);
    await until(() => hook.received.length === 3);
    await quiet();
    expect(texts()).toEqual(["warm", "a1", "b1"]);
    held.splice(0).forEach((release) => {
      release();
    });
    hook.answer = (response) => void response.end();
    await attempts(5);
    expect(texts().slice(3).toSorted()).toEqual(["a2", "c1"]);
  });
  it("is not kept between a message and a reaction to it", async () => {
    bench.sandbox.join(bench.chatId, bench.bot.id, "administrator");
    await bench.updates();
    await set({ allowed_updates: ["message", "message_reaction"] });
    bench.sandbox.deliveryFaults.add({
      match: (update) => update.message !== undefined,
      times: 1,
      fault: { kind: "delay", ms: 3000 },
    });
    const said = say("um");
    bench.sandbox.react(bench.chatId, said.message_id, bench.ana.id, ["👍"]);
    await attempts(1);
    expect(hook.received[0]?.update.message_reaction).toBeDefined();
    await bench.clock.advance(3000);
    await attempts(2);
    expect(texts()[1]).toBe("um");
  });
});

describe("retries", () => {
  it("come after 0, 2, 4, 8, 16, 32 and then 60 to 120 seconds", () => {
    const delays = [1, 2, 3, 4, 5, 6, 7, 8].map((failures) => retryDelayMs(failures, () => 0.5) / 1000);
    expect(delays).toEqual([0, 2, 4, 8, 16, 32, 90, 90]);
  });
  it("hold back only the chat of the failing update", async () => {
    const other = anotherChat();
    await bench.updates();
    hook.answer = (response, update) => {
      response.statusCode = update.message?.text === "veneno" ? 500 : 200;
      response.end();
    };
    await set();
    say("veneno");
    say("depois");
    await attempts(2);
    say("outra", other);
    await attempts(3);
    await quiet();
    expect(texts()).toEqual(["veneno", "veneno", "outra"]);
    await bench.clock.advance(1999);
    expect(hook.received.length).toBe(3);
    await bench.clock.advance(1);
    await attempts(4);
    hook.answer = (response) => void response.end();
    await quiet();
    await bench.clock.advance(4000);
    await attempts(6);
    expect(texts()).toEqual(["veneno", "veneno", "outra", "veneno", "veneno", "depois"]);
    expect(info()).toMatchObject({
      pending_update_count: 0,
      last_error_message: "Wrong response from the webhook: 500 Internal Server Error",
    });
  });
  it("wait as long as Retry-After says, an hour at most, and do not count then", async () => {
    hook.answer = (response) => void response.writeHead(503, { "Retry-After": "100" }).end();
    await set();
    say("um");
    await attempts(1);
    await quiet();
    await bench.clock.advance(99_000);
    expect(hook.received.length).toBe(1);
    hook.answer = (response) => void response.writeHead(503).end();
    await bench.clock.advance(1000);
    // The first failure that counts: sent again at once.
    await attempts(3);
    expect(retryAfterMs("99999")).toBe(3_600_000);
    expect(retryAfterMs("Wed, 21 Oct 2026 07:28:00 GMT")).toBeUndefined();
  });
  it("follow a redirect's status, not the redirect", async () => {
    hook.answer = (response) => void response.writeHead(302, { Location: "/elsewhere" }).end();
    await set();
    say("um");
    await attempts(2);
    expect(hook.received.every(({ url }) => url === "/hook?key=1")).toBe(true);
    expect(info().last_error_message).toBe("Wrong response from the webhook: 302 Found");
  });
  it("end after 24 hours", async () => {
    hook.answer = (response) => void response.writeHead(500).end();
    await set();
    say("um");
    await attempts(2);
    await quiet();
    expect(info().pending_update_count).toBe(1);
    await bench.clock.advance(24 * HOUR_MS);
    await quiet();
    await bench.clock.advance(120_000);
    expect(info().pending_update_count).toBe(0);
  });
  it("follow an answer that takes more than 60 seconds", async () => {
    hook.answer = () => {};
    await set();
    say("um");
    await until(() => hook.received.length === 1);
    await quiet();
    await bench.clock.advance(59_999);
    expect(info()).not.toHaveProperty("last_error_message");
    await bench.clock.advance(1);
    await attempts(1);
    expect(info().last_error_message).toBe("Read timeout expired");
  });
});

describe("a webhook that is gone", () => {
  it("is removed after 23 hours of nothing but 410", async () => {
    hook.answer = (response) => void response.writeHead(410).end();
    await set();
    for (let hour = 0; hour < 25 && info().url !== ""; hour++) {
      const count = bench.sandbox.deliveries.length;
      say(`hora ${hour}`);
      await bench.clock.advance(HOUR_MS);
      await attempts(count + 1);
      await quiet();
    }
    expect(info().url).toBe("");
  });
});

describe("duplicates", () => {
  const once = { match: () => true, times: 1 };
  it("come when the answer is lost", async () => {
    bench.sandbox.deliveryFaults.add({ ...once, fault: { kind: "cut" } });
    await set();
    say("um");
    say("dois");
    await attempts(1);
    await quiet();
    // Without a connection the next one is opened after two seconds.
    await bench.clock.advance(2000);
    await attempts(3);
    expect(texts()).toEqual(["um", "um", "dois"]);
    expect(hook.received[0]?.update.update_id).toBe(hook.received[1]?.update.update_id);
    expect(info().last_error_message).toBe("Connection reset by peer");
  });
  it("can be scripted without any fault to be seen", async () => {
    bench.sandbox.deliveryFaults.add({ ...once, fault: { kind: "duplicate" } });
    await set();
    say("um");
    await attempts(2);
    expect(texts()).toEqual(["um", "um"]);
    expect(info()).not.toHaveProperty("last_error_message");
  });
});

describe("a method in the answer", () => {
  it("is executed once, and silently refused when it asks or changes the webhook", async () => {
    const answers: object[] = [
      { method: "sendMessage", chat_id: bench.chatId, text: "eco" },
      { method: "deleteWebhook" },
      { method: "getMe" },
    ];
    hook.answer = (response) => {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(answers.shift() ?? {}));
    };
    await set();
    for (const text of ["um", "dois", "três"]) say(text);
    await attempts(3);
    await until(() => bench.sandbox.messages(bench.chatId).some((message) => message.text === "eco"));
    expect(info().url).toBe(hook.url);
  });
});

describe("new connections", () => {
  it("are one every two seconds until there was success, then ten per half second", () => {
    const gate = new ConnectionGate(40);
    expect(gate.mayUse(0, 0, 0)).toBe(0);
    expect(gate.mayUse(100, 0, 0)).toBe(2000);
    expect(gate.mayUse(100, 1, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(gate.mayUse(100, 0, 1)).toBe(100);
    gate.succeeded(3000);
    const starts = Array.from({ length: 11 }, (_, i) => gate.mayUse(3000, i, 0));
    expect(starts).toEqual([...Array(10).fill(3000), 3500]);
    expect(gate.mayUse(20_000, 1, 0)).toBe(Number.POSITIVE_INFINITY);
  });
});
