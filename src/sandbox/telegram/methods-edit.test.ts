// Edits, deletions, reactions and pins: what is allowed, what it is called when it is not, and who hears of it.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "./test-bench.ts";

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
  it("tells own, another's and no message apart", async () => {
    const own = await bench.send("um");
    const said = bench.sandbox.say(bench.chatId, bench.ana.id, { text: "dois" });
    const probe = (id: number) => bench.refused("editMessageReplyMarkup", at(id));
    expect(await probe(own.message_id)).toContain("message is not modified");
    expect(await probe(said.message_id)).toBe("Bad Request: message can't be edited");
    expect(await probe(said.message_id + 1)).toBe("Bad Request: message to edit not found");
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
