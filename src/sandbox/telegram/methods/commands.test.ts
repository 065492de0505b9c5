// The lists of commands: scopes, languages and limits.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Bench, openBench } from "../test-bench.ts";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.sandbox.close());

const help = { command: "help", description: "What I can do" };

describe("the lists of commands", () => {
  it("are kept for each scope and language", async () => {
    const ajuda = { command: "ajuda", description: "O que eu sei fazer" };
    const scope = { type: "all_private_chats" };
    await bench.done("setMyCommands", { commands: [help] });
    await bench.done("setMyCommands", { commands: [ajuda], scope, language_code: "pt" });
    expect(await bench.done("getMyCommands")).toEqual([help]);
    expect(await bench.done("getMyCommands", { scope, language_code: "pt" })).toEqual([ajuda]);
    expect(await bench.done("getMyCommands", { scope })).toEqual([]);
    await bench.done("deleteMyCommands", { scope, language_code: "pt" });
    expect(await bench.done("getMyCommands", { scope, language_code: "pt" })).toEqual([]);
  });

  it("can be of one chat, its admins or one member", async () => {
    const chat_id = bench.chatId;
    for (const scope of [
      { type: "chat", chat_id },
      { type: "chat_administrators", chat_id },
      { type: "chat_member", chat_id, user_id: bench.ana.id },
    ]) {
      await bench.done("setMyCommands", { commands: [{ ...help, description: scope.type }], scope });
      expect(await bench.done("getMyCommands", { scope })).toEqual([{ ...help, description: scope.type }]);
    }
    expect(
      await bench.refused("setMyCommands", { commands: [help], scope: { type: "chat", chat_id: -5 } }),
    ).toBe("Bad Request: chat not found");
  });

  it.each([
    [{ commands: [{ ...help, command: "Ajuda" }] }, "BOT_COMMAND_INVALID"],
    [{ commands: [{ ...help, command: "ação" }] }, "BOT_COMMAND_INVALID"],
    [{ commands: [{ ...help, command: "a".repeat(33) }] }, "BOT_COMMAND_INVALID"],
    [{ commands: [{ ...help, description: " " }] }, "command description must be non-empty"],
    [{ commands: [{ ...help, description: "x".repeat(257) }] }, "BOT_COMMAND_DESCRIPTION_INVALID"],
    [{ commands: Array.from({ length: 101 }, () => help) }, "BOT_COMMANDS_TOO_MUCH"],
    [{ commands: [help], language_code: "pt-br" }, "invalid language code specified"],
    [{ commands: [help], scope: { type: "everybody" } }, "unsupported BotCommandScope specified"],
  ])("refuse %j", async (params, text) => {
    expect(await bench.refused("setMyCommands", params)).toBe(`Bad Request: ${text}`);
  });

  it("refuse keys that nobody documented, and a name twice", async () => {
    const scope = { type: "default", chat_id: 1 };
    expect(await bench.refused("setMyCommands", { commands: [help], scope })).toContain(
      "unknown key chat_id",
    );
    const hidden = { ...help, hidden: true };
    expect(await bench.refused("setMyCommands", { commands: [hidden] })).toContain("unknown key hidden");
    expect(await bench.refused("setMyCommands", { commands: [help, help] })).toContain("twice");
  });
});
