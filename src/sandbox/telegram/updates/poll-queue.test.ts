// getUpdates: offsets, waiting, conflicts, kinds of updates, and who hears what.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Answer, type Bench, openBench, quiet, until } from "../test-bench.ts";
import type { Update } from "./update-queue.ts";

let bench: Bench;
const open = async (options: Parameters<typeof openBench>[0] = {}) => {
  await bench?.sandbox.close();
  bench = await openBench(options);
};
beforeEach(() => open());
afterEach(() => bench.sandbox.close());

const say = (text: string) => bench.sandbox.say(bench.chatId, bench.ana.id, { text });
const texts = (updates: readonly Update[]) => updates.map((update) => update.message?.text);
const get = async (params: object = {}) => {
  // Half a second and more between two polls: those that come faster get one update.
  await bench.clock.advance(4000);
  return bench.done<Update[]>("getUpdates", params);
};

describe("offsets", () => {
  it("confirm everything below them; without one the same updates come again", async () => {
    for (const text of ["um", "dois", "três"]) say(text);
    const first = await get();
    expect(texts(first)).toEqual(["um", "dois", "três"]);
    expect(texts(await get())).toEqual(["um", "dois", "três"]);
    const second = first[1]?.update_id ?? 0;
    expect(texts(await get({ offset: second }))).toEqual(["dois", "três"]);
    expect(texts(await get())).toEqual(["dois", "três"]);
    expect(first[2]?.update_id).toBe(second + 1);
  });
  it("below zero keep only the last ones and forget the rest", async () => {
    for (const text of ["um", "dois", "três"]) say(text);
    expect(texts(await get({ offset: -2 }))).toEqual(["dois", "três"]);
    expect(texts(await get({ offset: -50 }))).toEqual(["dois", "três"]);
    expect(bench.sandbox.pendingUpdates(bench.bot.token).length).toBe(2);
  });
  it("far beyond the end are read as the beginning", async () => {
    say("um");
    const id = (await get())[0]?.update_id ?? 0;
    expect(texts(await get({ offset: id + 100 }))).toEqual(["um"]);
    expect(texts(await get({ offset: id + 1 }))).toEqual([]);
  });
  it("come with a limit of 1 to 100", async () => {
    for (let i = 0; i < 120; i++) say(`n ${i}`);
    expect((await get({ limit: 2 })).length).toBe(2);
    expect((await get({ limit: 1000 })).length).toBe(100);
  });
  it("repeated at once are answered with one update, or after a pause", async () => {
    say("um");
    say("dois");
    await get();
    expect(texts(await bench.done<Update[]>("getUpdates"))).toEqual(["um"]);
    await bench.updates();
    const offset = bench.sandbox.pendingUpdates(bench.bot.token).length;
    await get({ offset });
    let answer: Answer | undefined;
    const again = bench.call("getUpdates", { offset }).then((result) => {
      answer = result;
    });
    await quiet();
    await bench.clock.advance(2900);
    expect(answer).toBeUndefined();
    await bench.clock.advance(200);
    await again;
  });
});

describe("long polling", () => {
  it("is answered as soon as something comes, or when its time is over", async () => {
    const seen = () => bench.sandbox.requests.length;
    const before = seen();
    const waiting = bench.done<Update[]>("getUpdates", { timeout: 50, offset: 1 });
    await until(() => seen() > before);
    await quiet();
    say("um");
    expect(texts(await waiting)).toEqual(["um"]);
    await bench.updates();
    await bench.clock.advance(4000);
    const empty = bench.done<Update[]>("getUpdates", { timeout: 50 });
    await until(() => seen() > before + 2);
    await quiet();
    await bench.clock.advance(50_000);
    expect(await empty).toEqual([]);
  });
  it("is ended by another poll and by setWebhook, and refused beside a webhook", async () => {
    const count = bench.sandbox.requests.length;
    const first = bench.refused("getUpdates", { timeout: 50 });
    await until(() => bench.sandbox.requests.length > count);
    await quiet();
    const second = bench.refused("getUpdates", { timeout: 50, offset: 5 });
    expect(await first).toBe(
      "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    );
    await quiet();
    await bench.clock.advance(4000);
    await bench.done("setWebhook", { url: "https://149.154.167.220/" });
    expect(await second).toBe("Conflict: terminated by setWebhook request");
    await bench.clock.advance(4000);
    expect(await bench.refused("getUpdates")).toBe(
      "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
    );
  });
});

describe("allowed_updates", () => {
  it("are kept when omitted or unreadable, and reset by an empty list", async () => {
    const allowed = () => bench.sandbox.webhookInfo(bench.bot.token).allowed_updates;
    await get({ allowed_updates: ["edited_message", "nonsense"] });
    expect(allowed()).toEqual(["edited_message"]);
    await get();
    await get({ allowed_updates: "[broken" });
    expect(allowed()).toEqual(["edited_message"]);
    say("um");
    expect(await get()).toEqual([]);
    await get({ allowed_updates: ["nonsense"] });
    expect(allowed()).toBeUndefined();
    await get({ allowed_updates: [] });
    say("dois");
    expect(texts(await get())).toEqual(["dois"]);
  });
  it("choose when an update is made, not when it is read", async () => {
    say("um");
    expect(texts(await get({ allowed_updates: ["poll"] }))).toEqual(["um"]);
  });
});

describe("privacy mode", () => {
  it("hides all but commands, replies and service messages", async () => {
    await open({ privacy: true });
    const own = await bench.send("pergunta");
    say("nada");
    say("/ajuda@ponte_bot");
    say("/ajuda@other_bot");
    bench.sandbox.say(bench.chatId, bench.ana.id, { text: "resposta", replyTo: own.message_id });
    bench.sandbox.pin(bench.chatId, own.message_id);
    const heard = (await bench.updates()).map((u) => u.message?.text ?? "service");
    expect(heard).toEqual(["/ajuda@ponte_bot", "resposta", "service"]);
    bench.sandbox.join(bench.chatId, bench.bot.id, "administrator");
    await bench.updates();
    say("tudo");
    expect(texts(await bench.updates())).toEqual(["tudo"]);
  });
});

describe("who hears what", () => {
  it("bots do not hear other bots in groups", async () => {
    const other = bench.sandbox.createBot({ name: "Outra", username: "outra_bot", privacy: false });
    bench.sandbox.join(bench.chatId, other.id, "member");
    await bench.updates();
    await bench.send("de um robô");
    expect(bench.sandbox.pendingUpdates(other.token).map((u) => u.message?.text)).not.toContain("de um robô");
  });
  it("a bot hears of its own membership, and nothing after it has left", async () => {
    bench.sandbox.kick(bench.chatId, bench.bot.id);
    say("depois");
    const updates = await bench.updates();
    expect(updates.length).toBe(1);
    expect(updates[0]?.my_chat_member).toMatchObject({
      old_chat_member: { status: "member" },
      new_chat_member: { status: "kicked" },
    });
  });
  it("anonymous admins and channels hide their writers", async () => {
    const channel = bench.sandbox.createChat({ title: "Jornal", type: "channel" });
    bench.sandbox.say(bench.chatId, bench.ana.id, { text: "a", asAnonymousAdmin: "chefe" });
    bench.sandbox.say(bench.chatId, bench.ana.id, { text: "b", asChannel: channel.id });
    const messages = (await bench.updates()).map((update) => update.message);
    expect(messages[0]).toMatchObject({
      from: { id: 1087968824 },
      sender_chat: { id: bench.chatId },
      author_signature: "chefe",
    });
    expect(messages[1]).toMatchObject({
      from: { id: 136817688 },
      sender_chat: { id: channel.id, type: "channel" },
    });
  });
});
