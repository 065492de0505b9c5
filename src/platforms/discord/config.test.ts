// The section of a Discord account: defaults, what is refused and in which words.

import { describe, expect, it } from "vitest";
import { loadTexts } from "../../texts.ts";
import { conversationIdFault, discordSchema } from "./config.ts";

const token = `${Buffer.from("1400000000000000001").toString("base64url")}.Gabcde.${"x".repeat(38)}`;
const keysOf = (input: object) =>
  discordSchema
    .safeParse({ platform: "discord", token, ...input })
    .error?.issues.map(({ message }) => message);

describe("the section of a Discord account", () => {
  it("leaves the shape of a token to those who are not Discord", () => {
    const section = { platform: "discord", token: "a-simulator's:own", api: "http://127.0.0.1:9/api" };
    expect(discordSchema.safeParse(section).success).toBe(true);
  });

  it("needs a token only", () => {
    expect(discordSchema.parse({ platform: "discord", token })).toEqual({
      platform: "discord",
      token,
      api: "https://discord.com/api",
      cdn: "https://cdn.discordapp.com",
      media: "https://media.discordapp.net",
      avatars: { show: true },
      interactions: "gateway",
      install_events: false,
      members: false,
      limits: "auto",
      backfill: { messages: 500, hours: 24 },
    });
  });

  it("takes addresses with or without a slash at the end", () => {
    const api = "http://127.0.0.1:8080/api";
    expect(discordSchema.parse({ platform: "discord", token, api: `${api}/` }).api).toBe(api);
  });

  it.each([
    ["the word Bot before the token", { token: `Bot ${token}` }, "discord-account.config.bad-token"],
    ["a client secret for the token", { token: "x".repeat(32) }, "discord-account.config.bad-token"],
    ["an address without a protocol", { api: "discord.com/api" }, "discord-account.config.bad-url"],
    ["more messages than fit", { backfill: { messages: 10_001 } }, "discord-account.config.bad-backfill"],
    [
      "hours that the journal has forgotten",
      { backfill: { hours: 49 } },
      "discord-account.config.bad-backfill",
    ],
    ["no hours", { backfill: { hours: 0 } }, "discord-account.config.bad-backfill"],
    ["half a message", { backfill: { messages: 1.5 } }, "discord-account.config.bad-backfill"],
    ["words for numbers", { backfill: { messages: "500" } }, "discord-account.config.bad-backfill"],
    ["an address of another protocol", { cdn: "ftp://cdn.example" }, "discord-account.config.bad-url"],
  ])("refuses %s", (_name, input, key) => {
    expect(keysOf(input)).toEqual([key]);
    for (const language of ["pt-BR", "en", "es"] as const) expect(loadTexts(language)(key)).not.toBe(key);
  });

  it("fills in what is left out of the backfill", () => {
    const { backfill } = discordSchema.parse({ platform: "discord", token, backfill: { messages: 0 } });
    expect(backfill).toEqual({ messages: 0, hours: 24 });
  });

  it("refuses keys it does not know", () => {
    expect(keysOf({ tokn: "x" })).toHaveLength(1);
    expect(keysOf({ backfill: { days: 1 } })).toHaveLength(1);
  });
});

describe("the id of a conversation", () => {
  it.each([
    ["12345678901234567", undefined, undefined],
    ["12345678901234567890", undefined, undefined],
    ["1234567890123456", undefined, "discord-account.config.bad-channel-id"],
    ["-1001234567890123456", undefined, "discord-account.config.bad-channel-id"],
    ["123456789012345678901", undefined, "discord-account.config.bad-channel-id"],
    ["123456789012345678", "geral", "discord-account.config.bad-thread-id"],
    ["123456789012345678", "123456789012345679", undefined],
  ])("%s/%s", (id, thread, fault) => {
    expect(conversationIdFault(id, thread)).toBe(fault);
  });
});
