// Buttons: what a press tells the bot, and what the person sees of the answer.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../test-bench.ts";
import { isRecord } from "../types.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench({ privacy: true });
});
afterEach(() => bench.sandbox.close());

const yes = { text: "Sim", callback_data: "vote:yes" };
const keyboard = (...row: readonly object[]) => ({ reply_markup: { inline_keyboard: [row] } });

async function pressed(): Promise<{ readonly id: string; readonly query: unknown }> {
  const { message_id } = await bench.send("vai?", keyboard(yes));
  const id = bench.sandbox.press(bench.chatId, message_id, bench.ana.id, "vote:yes");
  const [update] = await bench.updates();
  return { id, query: update?.callback_query };
}

describe("a pressed button", () => {
  it("tells who pressed what below which message", async () => {
    const { id, query } = await pressed();
    expect(query).toMatchObject({
      ...{ id, data: "vote:yes" },
      from: { id: bench.ana.id, first_name: "Ana" },
      message: { text: "vai?", chat: { id: bench.chatId }, reply_markup: { inline_keyboard: [[yes]] } },
    });
    expect(isRecord(query) && query.chat_instance).toMatch(/^\d+$/);
  });

  it("waits until the bot answers, and shows its words", async () => {
    const { id } = await pressed();
    expect(bench.sandbox.pressAnswer(id)).toBeUndefined();
    await bench.done("answerCallbackQuery", { callback_query_id: id, text: "anotado" });
    expect(bench.sandbox.pressAnswer(id)).toEqual({ text: "anotado", isAlert: false });
  });

  const tooOld = "Bad Request: query is too old and response timeout expired or query ID is invalid";
  it("is answered once, soon, and by the bot whose button it is", async () => {
    expect(await bench.refused("answerCallbackQuery", { callback_query_id: "1" })).toBe(tooOld);
    const first = await pressed();
    await bench.done("answerCallbackQuery", { callback_query_id: first.id });
    expect(await bench.refused("answerCallbackQuery", { callback_query_id: first.id })).toBe(tooOld);
    const second = await pressed();
    await bench.clock.advance(31_000);
    expect(await bench.refused("answerCallbackQuery", { callback_query_id: second.id })).toBe(tooOld);
    const third = await pressed();
    const long = { callback_query_id: third.id, text: "x".repeat(201) };
    expect(await bench.refused("answerCallbackQuery", long)).toBe("Bad Request: MESSAGE_TOO_LONG");
  });

  it("is in the private talk, too", async () => {
    const { sandbox, ana, bot } = bench;
    sandbox.startPrivately(bot.token, ana.id, "A-1_b");
    const said = await bench.done<{ message_id: number }>("sendMessage", {
      ...{ chat_id: ana.id, text: "oi", ...keyboard(yes) },
    });
    sandbox.press(ana.id, said.message_id, ana.id, "vote:yes");
    const updates = await bench.updates();
    expect(updates.map(({ message }) => message?.text)).toEqual(["/start A-1_b", undefined]);
    expect(updates[1]?.callback_query).toMatchObject({ message: { chat: { id: ana.id, type: "private" } } });
    expect(sandbox.privateMessages(bot.token, ana.id).map(({ text }) => text)).toEqual([
      "/start A-1_b",
      "oi",
    ]);
  });

  it("stands there no more after an edit without it", async () => {
    const { message_id } = await bench.send("vai?", keyboard(yes));
    await bench.done("editMessageText", { chat_id: bench.chatId, message_id, text: "foi" });
    expect(() => bench.sandbox.press(bench.chatId, message_id, bench.ana.id, "vote:yes")).toThrow(
      "no button",
    );
  });

  it.each([
    [{ text: "a" }, "Bad Request: BUTTON_TYPE_INVALID"],
    [{ ...yes, url: "https://a.org" }, "Bad Request: BUTTON_TYPE_INVALID"],
    [{ text: "a", callback_data: "" }, "Bad Request: BUTTON_DATA_INVALID"],
    [{ text: "a", callback_data: "é".repeat(33) }, "Bad Request: BUTTON_DATA_INVALID"],
    [{ text: "a", url: "a b" }, "Bad Request: BUTTON_URL_INVALID"],
    [{ ...yes, colour: "red" }, "SANDBOX: unknown key colour in InlineKeyboardButton"],
    [{ ...yes, style: "good" }, "SANDBOX: no such style of a button"],
  ])("is refused as %j", async (button, text) => {
    const params = { chat_id: bench.chatId, text: "?", ...keyboard(button) };
    expect(await bench.refused("sendMessage", params)).toBe(text);
  });
});
