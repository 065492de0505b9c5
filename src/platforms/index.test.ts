import { expect, it } from "vitest";
import { recordContext } from "../../test/support/platform-context.ts";
import { createPlatform, platforms } from "./index.ts";

const sections = [
  ["telegram", { platform: "telegram", token: "123456:AAH_x-y" }, "-1001234567890"],
  [
    "discord",
    { platform: "discord", token: "MTIzNDU2Nzg5MDEy.Gabcde.abcdefghijklmnopqrstuvwxyz" },
    "123456789012345678",
  ],
] as const;

it.each(sections)("%s is made from what its schema makes of its section", (name, section, conversation) => {
  const { context } = recordContext({ account: name });
  const settings = platforms[name].schema.parse(section);
  expect(createPlatform(name, settings, context).account).toBe(name);
  expect(platforms[name].conversationIdFault(conversation)).toBeUndefined();
  expect(context.texts(platforms[name].conversationIdFault("@nowhere") ?? "")).toMatch(/\w /);
});

it.each(["matrix", "toString", ""])("there is no platform called %j", (name) => {
  expect(() => createPlatform(name, {}, recordContext().context)).toThrow(/no platform is called/);
});
