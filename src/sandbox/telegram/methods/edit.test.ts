// Edits, deletions, reactions and pins: what is allowed, what it is called when it is not, and who hears of it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../test-bench.ts";

let bench: Bench;
const open = async (options: Parameters<typeof openBench>[0] = {}) => {
  await bench?.sandbox.close();
  bench = await openBench(options);
};
beforeEach(() => open());
afterEach(() => bench.sandbox.close());

const HOUR_MS = 60 * 60_000;
const at = (message_id: number, more: object = {}) => ({ chat_id: bench.chatId, message_id, ...more });

describe("editMessageText", () => {
  it("changes own text and tells the bot nothing", async () => {
    const { message_id } = await bench.send("um");
    await bench.clock.advance(5000);
    const edited = await bench.done("editMessageText", at(message_id, { text: "dois" }));
    expect(edited).toMatchObject({
      message_id,
      text: "dois",
      edit_date: Math.floor(bench.clock.now() / 1000),
    });
    expect(await bench.updates()).toEqual([]);
  });
  it("refuses what changes nothing, after cleaning", async () => {
    const { message_id } = await bench.send("um");
    expect(await bench.refused("editMessageText", at(message_id, { text: " um " }))).toMatch(
      /^Bad Request: message is not modified: specified new message content/,
    );
  });
  it("removes the keyboard when none is given", async () => {
    const reply_markup = { inline_keyboard: [[{ text: "a", callback_data: "b" }]] };
    const { message_id } = await bench.send("um", { reply_markup });
    const edited = await bench.done<object>("editMessageText", at(message_id, { text: "um" }));
    expect(edited).not.toHaveProperty("reply_markup");
  });
  it("refuses others' and unknown messages, and those without text", async () => {
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "um" });
    expect(await bench.refused("editMessageText", at(said.message_id, { text: "x" }))).toBe(
      "Bad Request: message can't be edited",
    );
    expect(await bench.refused("editMessageText", at(999, { text: "x" }))).toBe(
      "Bad Request: message to edit not found",
    );
    expect(await bench.refused("editMessageText", at(0, { text: "x" }))).toBe(
      "Bad Request: message to edit not found",
    );
    expect(await bench.refused("deleteMessage", at(0))).toBe(
      "Bad Request: message identifier is not specified",
    );
    const { message_id } = await bench.send("um");
    expect(await bench.refused("editMessageCaption", at(message_id, { caption: "x" }))).toBe(
      "Bad Request: there is no caption in the message to edit",
    );
  });
  it("works on a message of any age", async () => {
    const { message_id } = await bench.send("um");
    await bench.clock.advance(1000 * HOUR_MS);
    await bench.done("editMessageText", at(message_id, { text: "dois" }));
  });
});

describe("editMessageReplyMarkup without a markup", () => {
  const probe = (id: number) => bench.refused("editMessageReplyMarkup", at(id));
  const ours = /^Bad Request: message is not modified/;
  const another = "Bad Request: message can't be edited";
  const none = "Bad Request: message to edit not found";

  it("tells own, another's and no message apart, and changes nothing", async () => {
    const own = await bench.send("um");
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "dois" });
    const gone = await bench.send("três");
    bench.sandbox.remove(bench.chatId, gone.message_id);
    expect(await probe(own.message_id)).toMatch(ours);
    expect(await probe(said.message_id)).toBe(another);
    expect(await probe(gone.message_id)).toBe(none);
    expect(await probe(gone.message_id + 1)).toBe(none);
    expect(await probe(0)).toBe(none);
    expect(bench.sandbox.everSent(bench.chatId).flatMap(({ earlier }) => earlier)).toEqual([]);
    expect(bench.sandbox.messages(bench.chatId).some((message) => "edit_date" in message)).toBe(false);
  });
  it("takes a keyboard away, without a date of edit", async () => {
    const reply_markup = { inline_keyboard: [[{ text: "a", callback_data: "b" }]] };
    const { message_id } = await bench.send("um", { reply_markup });
    const bare = await bench.done<object>("editMessageReplyMarkup", at(message_id));
    expect(bare).not.toHaveProperty("reply_markup");
    expect(bare).not.toHaveProperty("edit_date");
    expect(await probe(message_id)).toMatch(ours);
  });
  it("refuses service messages, own ones too, which count in the ids of a supergroup", async () => {
    await open({ status: "administrator" });
    const { message_id } = await bench.send("um");
    await bench.done("pinChatMessage", at(message_id));
    expect(await probe(message_id + 1)).toBe(another);
    expect((await bench.send("dois")).message_id).toBe(message_id + 2);
  });
  it("takes others' posts in a channel for its own, unless the bot lacks the right to edit them", async () => {
    await open({ type: "channel" });
    const own = await bench.send("um");
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "dois" });
    expect(await probe(own.message_id)).toMatch(ours);
    expect(await probe(said.message_id)).toMatch(ours);
    bench.sandbox.join(bench.chatId, bench.bot.id, "administrator", { can_edit_messages: false });
    expect(await probe(own.message_id)).toMatch(ours);
    expect(await probe(said.message_id)).toBe(another);
  });
  it("finds no message by an id that another basic group took from the common box", async () => {
    await open({ type: "group" });
    const first = await bench.send("um");
    const other = bench.sandbox.createChat({ title: "Outro", type: "group", ownerId: bench.ana.id }).id;
    const elsewhere = bench.sandbox.say(other, bench.ana.id, { text: "x" });
    expect(elsewhere.message_id).toBe(first.message_id + 1);
    expect(await probe(elsewhere.message_id)).toBe(none);
    expect((await bench.send("dois")).message_id).toBe(first.message_id + 2);
  });
  it("is told a bot without access before anything is said of the message", async () => {
    const own = await bench.send("um");
    bench.sandbox.kick(bench.chatId, bench.bot.id);
    expect(await probe(own.message_id)).toBe("Forbidden: bot was kicked from the supergroup chat");
  });
});

describe("deleteMessage", () => {
  it("removes own messages for 48 hours", async () => {
    const young = await bench.send("um");
    await bench.clock.advance(48 * HOUR_MS - 2000);
    await bench.done("deleteMessage", at(young.message_id));
    expect(await bench.refused("deleteMessage", at(young.message_id))).toBe(
      "Bad Request: message to delete not found",
    );
    const old = await bench.send("dois");
    await bench.clock.advance(48 * HOUR_MS);
    expect(await bench.refused("deleteMessage", at(old.message_id))).toBe(
      "Bad Request: message can't be deleted",
    );
  });
  it("needs can_delete_messages for others' messages", async () => {
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "um" });
    expect(await bench.refused("deleteMessage", at(said.message_id))).toBe(
      "Bad Request: message can't be deleted",
    );
    bench.sandbox.join(bench.chatId, bench.bot.id, "administrator", { can_delete_messages: true });
    await bench.done("deleteMessage", at(said.message_id));
  });
  it("keeps what was deleted in the chat's history of everything sent", async () => {
    const { message_id } = await bench.send("um");
    await bench.done("deleteMessage", at(message_id));
    expect(bench.sandbox.everSent(bench.chatId).at(-1)).toMatchObject({
      deleted: true,
      authorId: bench.bot.id,
    });
  });
});

describe("deleteMessages", () => {
  it("skips unknown ids, but one that may not go keeps them all", async () => {
    const one = await bench.send("um");
    const two = await bench.send("dois");
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "três" });
    const ids = (...message_ids: number[]) => ({ chat_id: bench.chatId, message_ids });
    expect(await bench.refused("deleteMessages", ids(one.message_id, said.message_id))).toContain(
      "can't be deleted",
    );
    expect(bench.sandbox.messages(bench.chatId).map((m) => m.text)).toContain("um");
    await bench.done("deleteMessages", ids(one.message_id, 999, two.message_id));
    expect(bench.sandbox.messages(bench.chatId).map((m) => m.text)).not.toContain("um");
    expect(
      await bench.refused("deleteMessages", ids(...Array.from({ length: 101 }, (_, i) => i + 1))),
    ).toContain("too many");
  });
});

describe("people's changes", () => {
  it("of a message come as edited_message, deletions not at all", async () => {
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "um" });
    bench.sandbox.edit(bench.chatId, said.message_id, { text: "dois" });
    bench.sandbox.remove(bench.chatId, said.message_id);
    const updates = await bench.updates();
    expect(updates.map((update) => Object.keys(update)[1])).toEqual(["message", "edited_message"]);
    expect(updates[1]?.edited_message).toMatchObject({ text: "dois", message_id: said.message_id });
  });
});

describe("reactions", () => {
  it("of people reach admins who asked for them", async () => {
    await open({ status: "administrator" });
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "um" });
    bench.sandbox.react(bench.chatId, said.message_id, bench.ana.id, ["👍"]);
    expect((await bench.updates()).length).toBe(1);
    await bench.done("getUpdates", { allowed_updates: ["message", "message_reaction"] });
    bench.sandbox.react(bench.chatId, said.message_id, bench.ana.id, ["🔥"]);
    await bench.done(
      "setMessageReaction",
      at(said.message_id, { reaction: [{ type: "emoji", emoji: "👍" }] }),
    );
    const updates = await bench.updates();
    expect(updates.map((update) => update.message_reaction)).toMatchObject([
      { old_reaction: [{ emoji: "👍" }], new_reaction: [{ emoji: "🔥" }], user: { id: bench.ana.id } },
    ]);
  });
  it("of bots are one of the 73, without variation selectors", async () => {
    const { message_id } = await bench.send("um");
    const react = (emoji: string) =>
      bench.call("setMessageReaction", at(message_id, { reaction: [{ type: "emoji", emoji }] }));
    expect((await react("❤")).ok).toBe(true);
    expect((await react("❤\uFE0F")).description).toBe("Bad Request: REACTION_INVALID");
    bench.sandbox.allowReactions(bench.chatId, ["👍"]);
    expect((await react("❤")).description).toBe("Bad Request: REACTION_INVALID");
  });
});

describe("pins", () => {
  it("of the bot come back to it as a service message", async () => {
    const { message_id } = await bench.send("um");
    expect(await bench.refused("pinChatMessage", at(message_id))).toContain("not enough rights");
    bench.sandbox.join(bench.chatId, bench.bot.id, "administrator");
    await bench.updates();
    await bench.done("pinChatMessage", at(message_id));
    expect((await bench.updates())[0]?.message).toMatchObject({
      from: { id: bench.bot.id },
      pinned_message: { message_id, text: "um" },
    });
  });
});
