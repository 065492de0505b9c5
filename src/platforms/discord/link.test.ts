// Links to Discord messages, in every form people copy, and the way back.

import { describe, expect, it } from "vitest";
import { linkTo, messageLink, tellsOf, trail } from "./link.ts";

const dispatch = (t: string, d: object) =>
  JSON.stringify({ t, d: { guild_id: "11", channel_id: "22", ...d } });

it.each([
  "https://discord.com/channels/11/22/33",
  "https://ptb.discord.com/channels/11/22/33",
  "https://canary.discord.com/channels/11/22/33/",
  "https://discordapp.com/channels/11/22/33",
  "http://www.discord.com/channels/11/22/33?x=y",
  "discord.com/channels/11/22/33",
  " discord://-/channels/11/22/33 ",
  "https://discord.com/channels/@me/22/33",
])("reads %s", (link) => {
  expect(messageLink(link)).toEqual({ conversation: "22", message: "33" });
});

it.each([
  "https://discord.com/channels/11/22",
  "https://discord.com/invite/11/22/33",
  "https://discord.com.example.org/channels/11/22/33",
  "https://example.org/channels/11/22/33",
  "discord:22/33",
  "33",
  "",
])("finds no message in %j", (link) => {
  expect(messageLink(link)).toBeUndefined();
});

it("makes a link with the guild that an event of the channel names, to the thread when there is one", () => {
  const ref = { conversation: { account: "discord", id: "22" }, id: "33" };
  const seen = ["nonsense", dispatch("MESSAGE_DELETE", { id: "1" })];
  expect(linkTo(ref, seen)).toBe("https://discord.com/channels/11/22/33");
  const inThread = { ...ref, conversation: { ...ref.conversation, thread: "44" } };
  expect(linkTo(inThread, seen)).toBe("https://discord.com/channels/11/44/33");
});

it("makes no link when nothing tells the guild", () => {
  expect(linkTo({ conversation: { account: "discord", id: "22" }, id: "33" }, ["{}"])).toBeUndefined();
});

describe("an event", () => {
  it.each([
    ["MESSAGE_CREATE", { id: "33" }, "created"],
    ["MESSAGE_UPDATE", { id: "33" }, "edited"],
    ["MESSAGE_DELETE", { id: "33" }, "deleted"],
    ["MESSAGE_DELETE_BULK", { ids: ["32", "33"] }, "deleted"],
  ])("%s tells what befell the message", (t, d, what) => {
    expect(dispatch(t, d)).toContain(trail("33"));
    expect(tellsOf(dispatch(t, d), "22", "33")).toBe(what);
  });

  it("about another message, or one that only answers it, tells nothing of it", () => {
    const answer = { id: "34", message_reference: { message_id: "33" } };
    expect(tellsOf(dispatch("MESSAGE_CREATE", answer), "22", "33")).toBeUndefined();
    expect(tellsOf(dispatch("MESSAGE_DELETE_BULK", { ids: ["32"] }), "22", "33")).toBeUndefined();
    expect(tellsOf(dispatch("TYPING_START", { id: "33" }), "22", "33")).toBeUndefined();
  });

  it.each(["", "nonsense", "null", "7", '{"t":"MESSAGE_CREATE"}', '{"t":"MESSAGE_CREATE","d":null}'])(
    "that cannot be read (%j) tells nothing",
    (body) => {
      expect(tellsOf(body, "22", "33")).toBeUndefined();
    },
  );
});
