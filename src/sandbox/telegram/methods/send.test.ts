// What bots may send, where it goes and how it looks: text limits, replies, topics, rights, migration, media.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../test-bench.ts";
import type { Message } from "../types.ts";

let bench: Bench;
const open = async (options: Parameters<typeof openBench>[0] = {}) => {
  await bench?.sandbox.close();
  bench = await openBench(options);
};
beforeEach(() => open());
afterEach(() => bench.sandbox.close());

const refusedText = (text: unknown, more: object = {}) =>
  bench.refused("sendMessage", { chat_id: bench.chatId, text, ...more });

describe("the text of a message", () => {
  it("has 1 to 4096 code points after cleaning", async () => {
    expect((await bench.send("👍".repeat(4096))).text?.length).toBe(8192);
    expect(await refusedText("👍".repeat(4097))).toBe("Bad Request: message is too long");
    expect(await refusedText("x".repeat(32_769))).toBe("Bad Request: text is too long");
    expect(await refusedText("")).toBe("Bad Request: message text is empty");
    expect(await refusedText(" \n ")).toBe("Bad Request: text must be non-empty");
    expect((await bench.send(`  ${"x".repeat(4096)}  `)).text?.length).toBe(4096);
  });
  it("is null when null was sent", async () => {
    expect((await bench.done<Message>("sendMessage", { chat_id: bench.chatId, text: null })).text).toBe(
      "null",
    );
    expect(await refusedText("a", { reply_markup: null })).toBe(
      "Bad Request: object expected as reply markup",
    );
  });
  it("comes back with repaired and found entities; types that are found anyway are ignored", async () => {
    const message = await bench.send("olá https://a.org", {
      entities: [
        { type: "bold", offset: 0, length: 3 },
        { type: "url", offset: 0, length: 3 },
      ],
    });
    expect(message.entities).toEqual([
      { type: "bold", offset: 0, length: 3 },
      { type: "url", offset: 4, length: 13 },
    ]);
  });
  it("has at most 100 entities", async () => {
    const entities = Array.from({ length: 120 }, (_, i) => ({ type: "bold", offset: 2 * i, length: 1 }));
    expect((await bench.send("a ".repeat(120), { entities })).entities?.length).toBe(100);
  });
});

describe("a bot's message", () => {
  it("makes no update for the bot itself", async () => {
    const message = await bench.send("eu");
    expect(message.from).toMatchObject({ id: bench.bot.id, is_bot: true });
    expect(message.date).toBe(Math.floor(bench.clock.now() / 1000));
    expect(await bench.updates()).toEqual([]);
  });
  it("gets consecutive ids in a supergroup", async () => {
    const first = await bench.send("a");
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "b" });
    expect(said.message_id).toBe(first.message_id + 1);
  });
  it("speaks for the channel in a channel", async () => {
    await open({ type: "channel" });
    const message = await bench.send("notícia");
    expect(message.from).toBeUndefined();
    expect(message.sender_chat?.id).toBe(bench.chatId);
  });
});

describe("replies", () => {
  it("carry the answered message, one level deep", async () => {
    const first = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "um" });
    const second = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "dois", replyTo: first.message_id });
    const third = await bench.send("três", { reply_parameters: { message_id: second.message_id } });
    expect(third.reply_to_message?.text).toBe("dois");
    expect(third.reply_to_message?.reply_to_message).toBeUndefined();
  });
  it("to nothing fail, unless sending without reply is allowed", async () => {
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "um" });
    bench.sandbox.remove(bench.chatId, said.message_id);
    expect(await refusedText("a", { reply_parameters: { message_id: said.message_id } })).toBe(
      "Bad Request: message to be replied not found",
    );
    const allowed = { message_id: said.message_id, allow_sending_without_reply: true };
    expect((await bench.send("a", { reply_parameters: allowed })).reply_to_message).toBeUndefined();
  });
  it("quote only exact words", async () => {
    const { message_id } = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "um dois" });
    const quoted = await bench.send("a", { reply_parameters: { message_id, quote: "dois" } });
    expect(quoted.quote).toEqual({ text: "dois", position: 3, is_manual: true });
    expect(await refusedText("a", { reply_parameters: { message_id, quote: "três" } })).toBe(
      "Bad Request: QUOTE_TEXT_INVALID",
    );
  });
});

describe("forum topics", () => {
  beforeEach(() => open({ forum: true }));

  it("make every message answer their creation message, except in General", async () => {
    const thread = bench.sandbox.createTopic(bench.chatId, "Horta");
    await bench.updates();
    const sent = await bench.send("a", { message_thread_id: thread });
    expect(sent).toMatchObject({ message_thread_id: thread, is_topic_message: true });
    expect(sent.reply_to_message).toMatchObject({
      message_id: thread,
      forum_topic_created: { name: "Horta" },
    });
    bench.sandbox.say(bench.chatId, bench.ana.id, { text: "b" });
    const general = (await bench.updates()).at(-1)?.message;
    expect(general?.message_thread_id).toBeUndefined();
    expect(general?.is_topic_message).toBeUndefined();
    expect(general?.reply_to_message).toBeUndefined();
  });
  it("are not found when unknown or General", async () => {
    expect(await refusedText("a", { message_thread_id: 1 })).toBe("Bad Request: message thread not found");
    expect(await refusedText("a", { message_thread_id: 999 })).toBe("Bad Request: message thread not found");
  });
  it("are made, renamed and closed by a bot with the right, which hears of it", async () => {
    expect(await bench.refused("createForumTopic", { chat_id: bench.chatId, name: "x" })).toContain(
      "not enough rights",
    );
    await open({ forum: true, status: "administrator" });
    const { message_thread_id } = await bench.done<Message>("createForumTopic", {
      chat_id: bench.chatId,
      name: "x",
    });
    await bench.done("editForumTopic", { chat_id: bench.chatId, message_thread_id, name: "y" });
    await bench.done("closeForumTopic", { chat_id: bench.chatId, message_thread_id });
    const heard = (await bench.updates()).map((update) => Object.keys(update.message ?? {}).at(-1));
    expect(heard).toEqual(["forum_topic_created", "forum_topic_edited", "forum_topic_closed"]);
  });
  it("take nothing from others while closed", async () => {
    await open({ forum: true, status: "administrator" });
    const message_thread_id = bench.sandbox.createTopic(bench.chatId, "Horta");
    await bench.done("closeForumTopic", { chat_id: bench.chatId, message_thread_id });
    await bench.send("admins may", { message_thread_id });
    bench.sandbox.join(bench.chatId, bench.bot.id, "member");
    expect(await refusedText("a", { message_thread_id })).toBe("Bad Request: TOPIC_CLOSED");
  });
});

describe("rights", () => {
  it("end with the membership", async () => {
    bench.sandbox.leave(bench.chatId, bench.bot.id);
    expect(await bench.call("sendMessage", { chat_id: bench.chatId, text: "a" })).toMatchObject({
      error_code: 403,
      description: "Forbidden: bot is not a member of the supergroup chat",
    });
    bench.sandbox.kick(bench.chatId, bench.bot.id);
    expect(await refusedText("a")).toBe("Forbidden: bot was kicked from the supergroup chat");
  });
  it("may lack the right to send", async () => {
    bench.sandbox.join(bench.chatId, bench.bot.id, "restricted", { can_send_messages: false });
    expect(await refusedText("a")).toBe("Bad Request: not enough rights to send text messages to the chat");
    await open({ type: "channel" });
    bench.sandbox.join(bench.chatId, bench.bot.id, "administrator", { can_post_messages: false });
    expect(await refusedText("a")).toBe("Bad Request: need administrator rights in the channel chat");
  });
  it("do not reach chats and people the bot never met", async () => {
    const refused = (chat_id: unknown) => bench.refused("sendMessage", { chat_id, text: "a" });
    expect(await refused(-100)).toBe("Bad Request: chat not found");
    expect(await refused("")).toBe("Bad Request: chat_id is empty");
    expect(await refused(bench.ana.id)).toBe("Forbidden: bot can't initiate conversation with a user");
    bench.sandbox.sayPrivately(bench.bot.token, bench.ana.id, { text: "/start" });
    const sent = await bench.done<Message>("sendMessage", { chat_id: bench.ana.id, text: "oi" });
    expect(sent.chat).toMatchObject({ id: bench.ana.id, type: "private", first_name: "Ana" });
  });
});

describe("a group that became a supergroup", () => {
  it("refuses with the new id, and tells both sides", async () => {
    await open({ type: "group" });
    const newId = bench.sandbox.upgrade(bench.chatId);
    expect(await bench.call("sendMessage", { chat_id: bench.chatId, text: "a" })).toEqual({
      ok: false,
      error_code: 400,
      description: "Bad Request: group chat was upgraded to a supergroup chat",
      parameters: { migrate_to_chat_id: newId },
    });
    const told = (await bench.updates()).map((update) => update.message);
    expect(told[0]).toMatchObject({ chat: { id: bench.chatId, type: "group" }, migrate_to_chat_id: newId });
    expect(told[1]).toMatchObject({
      chat: { id: newId, type: "supergroup" },
      migrate_from_chat_id: bench.chatId,
    });
    const moved = await bench.done<Message>("sendMessage", { chat_id: newId, text: "a" });
    expect(moved.message_id).toBeGreaterThan(1);
  });
});

describe("limits, when they are on", () => {
  it("allow 20 messages a minute in a group, in bursts", async () => {
    await open({ limits: true });
    const codes: number[] = [];
    for (let i = 0; i < 30; i++) {
      const answer = await bench.call("sendMessage", { chat_id: bench.chatId, text: `n ${i}` });
      codes.push(answer.ok ? 200 : (answer.error_code ?? 0));
      await bench.clock.advance(1000);
    }
    expect(codes.filter((code) => code === 200).length).toBe(20);
    const { parameters } = await bench.call("sendMessage", { chat_id: bench.chatId, text: "x" });
    await bench.clock.advance((parameters?.retry_after ?? 0) * 1000);
    await bench.send("later");
  });
});
