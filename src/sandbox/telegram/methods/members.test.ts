// Bans, mutes and kicks by the bot and by people, and how a bot comes and goes.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../test-bench.ts";
import { UPDATE_KINDS } from "../updates/update-queue.ts";

let bench: Bench;
let guest: number;
beforeEach(async () => {
  bench = await openBench({ status: "administrator" });
  guest = bench.sandbox.createUser({ firstName: "Beto", languageCode: "pt-br" }).id;
  bench.sandbox.join(bench.chatId, guest);
  await bench.done("getUpdates", { allowed_updates: [...UPDATE_KINDS] });
  await bench.updates();
});
afterEach(() => bench.sandbox.close());

const member = () => bench.done("getChatMember", { chat_id: bench.chatId, user_id: guest });
const at = () => Math.floor(bench.clock.now() / 1000);

describe("what a bot does to members", () => {
  it("a ban removes somebody, names the bot and is told to it", async () => {
    await bench.done("banChatMember", { chat_id: bench.chatId, user_id: guest });
    expect(await member()).toMatchObject({ status: "kicked", until_date: 0 });
    const [change, service] = await bench.updates();
    expect(change?.chat_member).toMatchObject({
      ...{ from: { id: bench.bot.id }, old_chat_member: { status: "member" } },
      new_chat_member: { status: "kicked", user: { id: guest } },
    });
    expect(service?.message).toMatchObject({ from: { id: bench.bot.id }, left_chat_member: { id: guest } });
    await bench.done("banChatMember", { chat_id: bench.chatId, user_id: guest });
    expect(await bench.updates()).toEqual([]);
  });

  it("a ban and a mute end when they shall, without a word", async () => {
    const until_date = at() + 60;
    await bench.done("banChatMember", { chat_id: bench.chatId, user_id: guest, until_date });
    expect(await member()).toMatchObject({ status: "kicked", until_date });
    await bench.updates();
    await bench.clock.advance(61_000);
    expect(await member()).toMatchObject({ status: "left" });
    expect(await bench.updates()).toEqual([]);
  });

  it("a ban of less than half a minute is for ever", async () => {
    await bench.done("banChatMember", { chat_id: bench.chatId, user_id: guest, until_date: at() + 5 });
    expect(await member()).toMatchObject({ until_date: 0 });
  });

  it("an unban lets come back, and removes nobody when only bans are meant", async () => {
    await bench.done("unbanChatMember", { chat_id: bench.chatId, user_id: guest, only_if_banned: true });
    expect(await member()).toMatchObject({ status: "member" });
    await bench.done("banChatMember", { chat_id: bench.chatId, user_id: guest });
    await bench.done("unbanChatMember", { chat_id: bench.chatId, user_id: guest, only_if_banned: true });
    expect(await member()).toMatchObject({ status: "left" });
  });

  it("a mute takes words away, and all permissions give them back", async () => {
    const params = { chat_id: bench.chatId, user_id: guest };
    await bench.done("restrictChatMember", { ...params, permissions: { can_send_messages: false } });
    expect(await member()).toMatchObject({ status: "restricted", can_send_messages: false, is_member: true });
    const chat = await bench.done<{ permissions: object }>("getChat", { chat_id: bench.chatId });
    await bench.done("restrictChatMember", { ...params, permissions: chat.permissions });
    expect(await member()).toMatchObject({ status: "member" });
  });

  it("one permission may bring others", async () => {
    const permissions = { can_send_polls: true };
    await bench.done("restrictChatMember", { chat_id: bench.chatId, user_id: guest, permissions });
    expect(await member()).toMatchObject({ can_send_messages: true, can_send_photos: false });
  });

  it("admins, the owner, the bot itself and strangers are refused", async () => {
    bench.sandbox.promote(bench.chatId, guest);
    const ban = (user_id: number) => bench.refused("banChatMember", { chat_id: bench.chatId, user_id });
    expect(await ban(guest)).toBe("Bad Request: user is an administrator of the chat");
    expect(await ban(bench.bot.id)).toBe("Bad Request: can't restrict self");
    expect(await ban(12)).toBe("Bad Request: invalid user_id specified");
    const owner = bench.sandbox.createUser({ firstName: "Dona" }).id;
    const chat_id = bench.sandbox.createChat({ title: "B", type: "supergroup", ownerId: owner }).id;
    bench.sandbox.join(chat_id, bench.bot.id, "administrator");
    expect(await bench.refused("banChatMember", { chat_id, user_id: owner })).toBe(
      "Bad Request: can't remove chat owner",
    );
  });

  it("needs the right to restrict", async () => {
    bench.sandbox.promote(bench.chatId, bench.bot.id, { can_restrict_members: false });
    const params = { chat_id: bench.chatId, user_id: guest };
    const lacking = "Bad Request: not enough rights to restrict/unrestrict chat member";
    expect(await bench.refused("banChatMember", params)).toBe(lacking);
    expect(await bench.refused("unbanChatMember", params)).toBe(lacking);
    expect(await bench.refused("restrictChatMember", { ...params, permissions: {} })).toBe(lacking);
  });

  it("only supergroups know mutes", async () => {
    const chat_id = bench.sandbox.createChat({ title: "B", type: "group" }).id;
    bench.sandbox.join(chat_id, bench.bot.id, "administrator");
    const params = { chat_id, user_id: guest, permissions: {} };
    expect(await bench.refused("restrictChatMember", params)).toBe(
      "Bad Request: method is available only for supergroups",
    );
  });
});

describe("what people do to members", () => {
  it("a ban and a mute name who did it", async () => {
    bench.sandbox.mute(bench.chatId, guest, { until: at() + 3600 });
    bench.sandbox.ban(bench.chatId, guest, { anonymously: true });
    const changes = (await bench.updates()).flatMap(({ chat_member }) => (chat_member ? [chat_member] : []));
    expect(changes).toMatchObject([
      { new_chat_member: { status: "restricted", can_send_messages: false, until_date: at() + 3600 } },
      { from: { username: "GroupAnonymousBot" }, new_chat_member: { status: "kicked" } },
    ]);
  });

  it("several come in one service message", async () => {
    const others = ["Caio", "Davi"].map((firstName) => bench.sandbox.createUser({ firstName }).id);
    bench.sandbox.joinTogether(bench.chatId, others, bench.ana.id);
    const messages = (await bench.updates()).flatMap(({ message }) => message ?? []);
    expect(messages).toMatchObject([
      { from: { id: bench.ana.id }, new_chat_members: [{ id: others[0] }, { id: others[1] }] },
    ]);
  });

  it("people of other languages say so", async () => {
    bench.sandbox.say(bench.chatId, guest, { text: "oi" });
    expect((await bench.updates())[0]?.message?.from).toMatchObject({ language_code: "pt-br" });
  });
});

describe("a bot", () => {
  it("that a link adds joins, gets its rights and hears the code", async () => {
    const { sandbox, ana, bot } = bench;
    const chatId = sandbox.createChat({ title: "Novo", type: "supergroup", ownerId: ana.id }).id;
    sandbox.addToGroup(bot.token, ana.id, chatId, "K7-x", { can_restrict_members: false });
    const updates = await bench.updates();
    const mine = updates.flatMap(({ my_chat_member }) => (my_chat_member ? [my_chat_member] : []));
    expect(mine).toMatchObject([
      { from: { id: ana.id }, new_chat_member: { status: "member" } },
      { new_chat_member: { status: "administrator", can_restrict_members: false } },
    ]);
    expect(updates.at(-1)?.message?.text).toBe("/start@ponte_bot K7-x");
    expect(() => sandbox.addToGroup(bot.token, ana.id, chatId, "a b")).toThrow("payload");
  });

  it("is told that it lost its rights or its words", async () => {
    bench.sandbox.demote(bench.chatId, bench.bot.id);
    bench.sandbox.mute(bench.chatId, bench.bot.id);
    expect((await bench.updates()).map(({ my_chat_member }) => my_chat_member)).toMatchObject([
      { new_chat_member: { status: "member" } },
      { new_chat_member: { status: "restricted", can_send_messages: false } },
    ]);
  });

  it("hears other bots only in the mode for that", async () => {
    const { sandbox, chatId } = bench;
    const rose = sandbox.createBot({ name: "Rose", username: "rose_bot", privacy: false, hearsBots: true });
    sandbox.join(chatId, rose.id);
    const before = sandbox.pendingUpdates(rose.token).length;
    await bench.send("olá");
    expect(sandbox.pendingUpdates(rose.token).length).toBe(before + 1);
    await bench.updates();
    sandbox.say(chatId, rose.id, { text: "oi" });
    expect(await bench.updates()).toEqual([]);
  });

  it("may not write where members may not", async () => {
    bench.sandbox.demote(bench.chatId, bench.bot.id);
    bench.sandbox.setPermissions(bench.chatId, { can_send_messages: false });
    expect(await bench.refused("sendMessage", { chat_id: bench.chatId, text: "a" })).toContain(
      "not enough rights",
    );
    expect(await bench.done("getChat", { chat_id: bench.chatId })).toMatchObject({
      permissions: { can_send_messages: false, can_send_polls: true },
    });
  });
});
