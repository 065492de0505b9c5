import { describe, expect, it } from "vitest";
import { conversationIdFault, telegramSchema } from "./config.ts";

const section = { platform: "telegram", token: "123456:AAH_x-y" };

describe("the section of a Telegram account", () => {
  it("has defaults, and parses to itself again", () => {
    const config = telegramSchema.parse(section);
    expect(config).toEqual({
      ...section,
      api: "https://api.telegram.org",
      updates: "auto",
      limits: "auto",
      profiles: "none",
    });
    expect(telegramSchema.parse(config)).toEqual(config);
  });

  it("drops a trailing slash of the address", () => {
    expect(telegramSchema.parse({ ...section, api: "http://127.0.0.1:8081/" }).api).toBe(
      "http://127.0.0.1:8081",
    );
  });

  it.each([
    ["an unknown key", { ...section, tokn: "x" }],
    ["a token without its colon", { ...section, token: "123456AAH" }],
    ["a token with a space", { ...section, token: "123:a b" }],
    ["a token that would change the path", { ...section, token: "123:a/../b" }],
    ["an address of another scheme", { ...section, api: "ftp://example.org" }],
    ["an unknown way of updates", { ...section, updates: "both" }],
  ])("refuses %s, and does not repeat the token", (_name, value) => {
    const result = telegramSchema.safeParse(value);
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error?.issues)).not.toContain(value.token);
  });
});

describe("the id of a Telegram conversation", () => {
  it.each([["-1001234567890"], ["-42"], ["123456789"]])("may be %s", (id) => {
    expect(conversationIdFault(id)).toBeUndefined();
    expect(conversationIdFault(id, "17")).toBeUndefined();
  });

  it.each([["@group"], ["-0"], ["12.5"], ["-"], ["0x10"], ["-10012345678901234567"]])("is not %s", (id) => {
    expect(conversationIdFault(id)).toBe("telegram-account.config.bad-chat-id");
  });

  it("has a number as its topic", () => {
    expect(conversationIdFault("-100", "general")).toBe("telegram-account.config.bad-topic-id");
  });
});
