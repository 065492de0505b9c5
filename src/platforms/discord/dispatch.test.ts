// Which Gateway events are stored and under which key; what counts as an empty message.

import { describe, expect, it } from "vitest";
import { type Dispatch, isBlank, journalKey } from "./dispatch.ts";
import { createGuildDirectory } from "./guild-directory.ts";

const channel = "1400000000000000003";
const bridged = [{ account: "discord", id: channel }];
const directory = createGuildDirectory();
directory.introduce({ userId: "900", applicationId: "901" });
directory.noteOwnWebhook("902");

const event = (t: string, d: object): Dispatch => ({ t, s: 7, d: { channel_id: channel, id: "5", ...d } });
const key = (each: Dispatch) => journalKey(each, "session", bridged, directory);

describe("the journal's key", () => {
  it.each([
    ["a message, by its id", event("MESSAGE_CREATE", {}), "create:5"],
    ["a deletion, by the message's id", event("MESSAGE_DELETE", {}), "delete:5"],
    ["an update, by its place in the session", event("MESSAGE_UPDATE", {}), "session:7"],
    ["the echo of the bot: none", event("MESSAGE_CREATE", { author: { id: "900" } }), undefined],
    [
      "the echo of a puppet, known by the application: none",
      event("MESSAGE_UPDATE", { author: { id: "1" }, webhook_id: "1", application_id: "901" }),
      undefined,
    ],
    [
      "the echo of a puppet, known by the webhook: none",
      event("MESSAGE_CREATE", { author: { id: "902" }, webhook_id: "902" }),
      undefined,
    ],
    [
      "a webhook of somebody else: a message",
      event("MESSAGE_CREATE", { author: { id: "3" }, webhook_id: "3" }),
      "create:5",
    ],
    ["what is no message event: none", event("TYPING_START", {}), undefined],
    ["another channel: none", event("MESSAGE_CREATE", { channel_id: "1400000000000000004" }), undefined],
  ])("of %s", (_name, each, expected) => {
    expect(key(each)).toBe(expected);
  });

  it("of a bulk deletion is the same for the same messages and differs for others", () => {
    const bulk = (...ids: string[]) => key(event("MESSAGE_DELETE_BULK", { id: undefined, ids }));
    expect(bulk("1", "2")).toMatch(/^bulk:[\w-]{43}$/);
    expect(bulk("1", "2")).toBe(bulk("1", "2"));
    expect(bulk("1", "2")).not.toBe(bulk("12"));
  });
});

describe("an empty message", () => {
  const empty = { type: 0, author: { id: "1" }, content: "", attachments: [], embeds: [] };
  it.each([
    ["a person's without anything", empty, true],
    ["a person's reply without anything", { ...empty, type: 19 }, true],
    ["one with text", { ...empty, content: "oi" }, false],
    ["one with a file", { ...empty, attachments: [{ id: "1" }] }, false],
    ["one with a poll", { ...empty, poll: {} }, false],
    ["a forwarded one", { ...empty, message_snapshots: [{}] }, false],
    ["a bot's", { ...empty, author: { id: "1", bot: true } }, false],
    ["somebody's arrival", { ...empty, type: 7 }, false],
  ])("is not mistaken: %s", (_name, data, expected) => {
    expect(isBlank(event("MESSAGE_CREATE", data))).toBe(expected);
  });
});
