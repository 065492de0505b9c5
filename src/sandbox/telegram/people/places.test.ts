// What people do to chats, topics and themselves, as the bot hears and sees it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../test-bench.ts";
import { png, SAMPLES } from "../test-files.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ status: "administrator", forum: true });
});
afterEach(() => bench.sandbox.close());

const messages = async () => (await bench.updates()).flatMap(({ message }) => message ?? []);

describe("topics", () => {
  it("are renamed, closed and opened again by service messages in them", async () => {
    const { sandbox, chatId } = bench;
    const topic = sandbox.createTopic(chatId, "Horta");
    sandbox.renameTopic(chatId, topic, "Jardim");
    sandbox.closeTopic(chatId, topic);
    expect(sandbox.topics(chatId)).toEqual([{ id: topic, name: "Jardim", closed: true }]);
    sandbox.reopenTopic(chatId, topic);
    const [, renamed, closed, opened] = await messages();
    expect(renamed).toMatchObject({ forum_topic_edited: { name: "Jardim" }, message_thread_id: topic });
    expect(closed).toMatchObject({ forum_topic_closed: {}, is_topic_message: true });
    expect(opened).toMatchObject({ forum_topic_reopened: {} });
  });
  it("go with all their messages", async () => {
    const { sandbox, chatId, ana } = bench;
    const topic = sandbox.createTopic(chatId, "Horta");
    sandbox.say(chatId, ana.id, { text: "oi", thread: topic });
    await bench.done("deleteForumTopic", { chat_id: chatId, message_thread_id: topic });
    expect(sandbox.messages(chatId).filter((message) => message.message_thread_id === topic)).toEqual([]);
    const say = { chat_id: chatId, message_thread_id: topic, text: "?" };
    expect(await bench.refused("sendMessage", say)).toBe("Bad Request: message thread not found");
  });
});

describe("pins", () => {
  it("in a topic are told in that topic, also those of the bot", async () => {
    const { sandbox, chatId, ana } = bench;
    const topic = sandbox.createTopic(chatId, "Horta");
    const { message_id } = sandbox.say(chatId, ana.id, { text: "oi", thread: topic });
    await messages();
    await bench.done("pinChatMessage", { chat_id: chatId, message_id });
    expect(await messages()).toMatchObject([{ message_thread_id: topic, pinned_message: { message_id } }]);
    expect(sandbox.pins(chatId)).toEqual([message_id]);
    sandbox.unpin(chatId, message_id);
    expect(await bench.done("getChat", { chat_id: chatId })).not.toHaveProperty("pinned_message");
    expect(await messages()).toEqual([]);
  });
});

describe("forwards", () => {
  it("name their origin as far as its author lets them", async () => {
    const { sandbox, chatId, ana } = bench;
    const beto = sandbox.createUser({ firstName: "Beto" });
    sandbox.join(chatId, beto.id);
    const { message_id: messageId } = sandbox.sendFile(chatId, ana.id, { kind: "photo", bytes: png(8, 8) });
    await messages();
    sandbox.forward(chatId, beto.id, { chatId, messageId });
    const hidden = sandbox.forward(chatId, beto.id, { chatId, messageId, hidden: true });
    sandbox.forward(chatId, ana.id, { chatId, messageId: hidden.message_id });
    const [open, closed, again] = await messages();
    expect(open).toMatchObject({
      from: { id: beto.id },
      forward_origin: { type: "user", sender_user: { id: ana.id } },
      photo: expect.anything(),
    });
    expect(closed?.forward_origin).toMatchObject({ type: "hidden_user", sender_user_name: "Ana" });
    expect(again?.forward_origin).toEqual(closed?.forward_origin);
  });
});

describe("title and photo of a chat", () => {
  it("change by service messages, and getChat shows them", async () => {
    const { sandbox, chatId, bot } = bench;
    sandbox.setTitle(chatId, "Pátio");
    sandbox.setChatPhoto(chatId, png(640, 640));
    const [title, photo] = await messages();
    expect(title).toMatchObject({ new_chat_title: "Pátio", chat: { title: "Pátio" } });
    expect(photo?.new_chat_photo).toHaveLength(3);
    const chat = await bench.done<{ photo: { big_file_id: string } }>("getChat", { chat_id: chatId });
    const got = await bench.done<{ file_path: string }>("getFile", { file_id: chat.photo.big_file_id });
    const answer = await fetch(`${sandbox.url}/file/bot${bot.token}/${got.file_path}`);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(png(640, 640));
    sandbox.setChatPhoto(chatId, undefined);
    expect(await messages()).toMatchObject([{ delete_chat_photo: true }]);
    expect(await bench.done("getChat", { chat_id: chatId })).not.toHaveProperty("photo");
  });
});

describe("pictures of people and emoji", () => {
  it("profile photos come newest first", async () => {
    const { sandbox, ana } = bench;
    sandbox.setUserPhoto(ana.id, png(200, 200));
    sandbox.setUserPhoto(ana.id, png(100, 100));
    const found = await bench.done<{ total_count: number; photos: { width: number; file_id: string }[][] }>(
      "getUserProfilePhotos",
      { user_id: ana.id, limit: 1 },
    );
    expect(found.total_count).toBe(2);
    expect(found.photos.map((sizes) => sizes.at(-1)?.width)).toEqual([100]);
    expect(sandbox.file(found.photos[0]?.at(-1)?.file_id ?? "").bytes).toEqual(png(100, 100));
    expect(await bench.done("getUserProfilePhotos", { user_id: ana.id, limit: 1 })).toEqual(found);
  });
  it("custom emoji have stickers, and unknown ones are left out", async () => {
    const id = bench.sandbox.addCustomEmoji({ emoji: "🧉", bytes: SAMPLES.sticker });
    const found = await bench.done("getCustomEmojiStickers", { custom_emoji_ids: [id, "1"] });
    expect(found).toMatchObject([{ custom_emoji_id: id, emoji: "🧉", is_animated: true }]);
  });
});

describe("reactions of people", () => {
  it("are told to an admin that asked for them: whose, what was there and what is there now", async () => {
    const { sandbox, chatId, ana } = bench;
    const { message_id } = sandbox.say(chatId, ana.id, { text: "oi" });
    await bench.done("getUpdates", { allowed_updates: ["message_reaction"] });
    await bench.updates();
    sandbox.react(chatId, message_id, ana.id, ["👍"]);
    sandbox.react(chatId, message_id, ana.id, ["❤", "5400000000000000001"]);
    sandbox.reactAs(chatId, message_id, chatId, ["👎"]);
    const told = (await bench.updates()).map((update) => update.message_reaction);
    const emoji = (value: string) => ({ type: "emoji", emoji: value });
    expect(told).toMatchObject([
      { user: { id: ana.id }, old_reaction: [], new_reaction: [emoji("👍")] },
      { old_reaction: [emoji("👍")], new_reaction: [emoji("❤"), { type: "custom_emoji" }] },
      { actor_chat: { id: chatId }, new_reaction: [emoji("👎")] },
    ]);
    expect(told[2]).not.toHaveProperty("user");
  });
  it("are told to nobody else", async () => {
    const other = await openBench();
    await other.done("getUpdates", { allowed_updates: ["message_reaction"] });
    const { message_id } = other.sandbox.say(other.chatId, other.ana.id, { text: "oi" });
    other.sandbox.react(other.chatId, message_id, other.ana.id, ["👍"]);
    expect(await other.updates()).toEqual([]);
    await other.sandbox.close();
  });
});

describe("reactions of the bot", () => {
  const react = (message_id: number, reaction: object) =>
    bench.call("setMessageReaction", { chat_id: bench.chatId, message_id, reaction: [reaction] });

  it("may be a custom emoji only where one stands", async () => {
    const { sandbox, chatId, ana, bot } = bench;
    const { message_id } = sandbox.say(chatId, ana.id, { text: "oi" });
    const custom = { type: "custom_emoji", custom_emoji_id: "5400000000000000001" };
    expect((await react(message_id, custom)).description).toBe("Bad Request: REACTION_INVALID");
    sandbox.react(chatId, message_id, ana.id, ["5400000000000000001"]);
    expect((await react(message_id, custom)).ok).toBe(true);
    expect([...sandbox.reactions(chatId, message_id)]).toEqual([
      [ana.id, ["5400000000000000001"]],
      [bot.id, ["5400000000000000001"]],
    ]);
  });
  it("are none of those with a variation selector", async () => {
    const { message_id } = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "oi" });
    expect((await react(message_id, { type: "emoji", emoji: "❤️" })).description).toContain(
      "REACTION_INVALID",
    );
    expect((await react(message_id, { type: "emoji", emoji: "❤" })).ok).toBe(true);
  });
});
