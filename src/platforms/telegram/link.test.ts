// Links to Telegram messages, in every form people copy, and the way back.

import { describe, expect, it } from "vitest";
import { linkTo, messageLink, namedIn, tellsOf, trail } from "./link.ts";

const chat = { id: -1001234567890, type: "supergroup", title: "Grupo", username: "meu_grupo" };
const said = (message: object) => JSON.stringify({ update_id: 1, ...message });
const created = said({ message: { message_id: 456, date: 1, chat, text: "oi" } });

it.each([
  ["https://t.me/c/1234567890/456", "-1001234567890"],
  ["https://t.me/c/1234567890/7/456", "-1001234567890"],
  ["https://t.me/c/1234567890/456?single", "-1001234567890"],
  [" t.me/c/1234567890/456 ", "-1001234567890"],
  ["https://t.me/meu_grupo/456", "@meu_grupo"],
  ["https://t.me/meu_grupo/7/456", "@meu_grupo"],
  ["https://t.me/s/meu_grupo/456", "@meu_grupo"],
  ["http://telegram.me/meu_grupo/456/", "@meu_grupo"],
])("reads %s", (link, conversation) => {
  expect(messageLink(link)).toEqual({ conversation, message: "456" });
});

it.each([
  "https://t.me/c/1234567890",
  "https://t.me/meu_grupo",
  "https://t.me/canal/456?comment=99",
  "https://example.org/c/1234567890/456",
  "https://t.me.example.org/c/1/2",
  "telegram:-1001234567890/456",
  "456",
  "",
])("finds no message in %j", (link) => {
  expect(messageLink(link)).toBeUndefined();
});

it.each([
  [undefined, "https://t.me/c/1234567890/456"],
  ["7", "https://t.me/c/1234567890/7/456"],
])("makes a link (topic %s) that is read as the same message", (thread, link) => {
  const conversation = { account: "telegram", id: "-1001234567890", ...(thread && { thread }) };
  expect(linkTo({ conversation, id: "456" })).toBe(link);
  expect(messageLink(link)).toEqual({ conversation: conversation.id, message: "456" });
});

it("makes no link in a basic group, which has none", () => {
  expect(linkTo({ conversation: { account: "telegram", id: "-4567" }, id: "1" })).toBeUndefined();
});

describe("an update", () => {
  it.each([
    ["message", "created"],
    ["channel_post", "created"],
    ["edited_message", "edited"],
    ["edited_channel_post", "edited"],
  ])("with %s tells that it was %s", (field, what) => {
    const body = said({ [field]: { message_id: 456, date: 1, chat } });
    expect(body).toContain(trail("456"));
    expect(tellsOf(body, "-1001234567890", "456")).toBe(what);
  });

  it("about another message, or one that only answers it, tells nothing of it", () => {
    expect(tellsOf(created, "-1001234567890", "457")).toBeUndefined();
    expect(tellsOf(created, "-1009999999999", "456")).toBeUndefined();
    const answer = { message_id: 457, date: 1, chat, reply_to_message: { message_id: 456, date: 1, chat } };
    expect(tellsOf(said({ message: answer }), "-1001234567890", "456")).toBeUndefined();
  });

  it.each(["", "nonsense", "null", "7", '{"message":null}', '{"message":{}}'])(
    "that cannot be read (%j) tells nothing",
    (body) => {
      expect(tellsOf(body, "-1001234567890", "456")).toBeUndefined();
      expect(namedIn(body, "meu_grupo")).toBeUndefined();
    },
  );

  it("tells which chat bears a public name, whatever its case", () => {
    expect(namedIn(created, "Meu_Grupo")).toBe("-1001234567890");
    expect(namedIn(created, "outro_grupo")).toBeUndefined();
  });
});
