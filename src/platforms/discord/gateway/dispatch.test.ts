// Which Gateway events are stored, under which key, and when messages look as if their text were withheld.

import { describe, expect, it } from "vitest";
import type { ConversationRef } from "../../../model/refs.ts";
import type { Directory } from "../account/directory.ts";
import { type Dispatch, isBlank, isBridged, journalKey } from "./dispatch.ts";

const channel = "200000000000000001";
const thread = "200000000000000002";
const other = "200000000000000003";
const otherThread = "200000000000000004";
const ana = "300000000000000001";
const bot = "300000000000000002";
const application = "400000000000000001";
const ourWebhook = "500000000000000001";

const entry = (id: string, parent?: string) => ({
  id,
  name: id,
  type: parent === undefined ? 0 : 11,
  guild: "100000000000000001",
  ...(parent === undefined ? {} : { parent }),
});
const entries = [entry(channel), entry(thread, channel), entry(other), entry(otherThread, other)];
const directory: Directory = {
  self: { userId: bot, applicationId: application },
  channel: (id) => entries.find((each) => each.id === id),
  roleName: () => undefined,
  isOwnWebhook: (id) => id === ourWebhook,
};
const at = (id: string, member?: string): ConversationRef => ({
  account: "discord",
  id,
  ...(member === undefined ? {} : { thread: member }),
});
const bridged = [at(channel)];

const message = (more: object = {}): Dispatch => ({
  t: "MESSAGE_CREATE",
  s: 7,
  d: { id: "600000000000000001", channel_id: channel, type: 0, author: { id: ana }, content: "oi", ...more },
});
const event = (t: string, d: object, s = 7): Dispatch => ({ t, s, d });
const keyOf = (dispatch: Dispatch, members = bridged) => journalKey(dispatch, "s1", members, directory);

describe("the key", () => {
  it.each<[string, Dispatch, string]>([
    ["of a message is its id", message(), "create:200000000000000001/600000000000000001"],
    [
      "of a deletion is the message's id",
      event("MESSAGE_DELETE", { id: "600000000000000001", channel_id: channel }),
      "delete:600000000000000001",
    ],
    ["of an update is its place in the session", { ...message(), t: "MESSAGE_UPDATE" }, "s1:7"],
  ])("%s", (_name, dispatch, key) => {
    expect(keyOf(dispatch)).toBe(key);
  });

  it("is the same when the same event comes again, in this session or another", () => {
    const again = { ...message(), s: 99 };
    expect(journalKey(again, "s2", bridged, directory)).toBe(keyOf(message()));
  });

  it("of two updates of one message differ, though nothing in them does", () => {
    const update = { ...message(), t: "MESSAGE_UPDATE" };
    expect(keyOf({ ...update, s: 8 })).not.toBe(keyOf(update));
    expect(journalKey(update, "s2", bridged, directory)).not.toBe(keyOf(update));
  });

  it("of deletions in bulk is short, however many they are, and theirs alone", () => {
    const ids = Array.from({ length: 100 }, (_, i) => `6000000000000000${String(i).padStart(2, "0")}`);
    const bulk = (some: readonly string[]) =>
      event("MESSAGE_DELETE_BULK", { ids: some, channel_id: channel });
    const key = keyOf(bulk(ids));
    expect(key).toMatch(/^bulk:[\w-]{43}$/);
    expect(keyOf(bulk(ids))).toBe(key);
    expect(keyOf(bulk(ids.slice(1)))).not.toBe(key);
  });
});

describe("events that are not stored", () => {
  it.each<[string, Dispatch]>([
    ["of another kind", event("TYPING_START", { channel_id: channel, user_id: ana })],
    ["an answer that is only announced", message({ type: 20, flags: 1 << 7 })],
    ["a channel of which nothing is known to be new", event("CHANNEL_UPDATE", { id: channel, name: "x" })],
    ["of a channel that is not bridged", message({ channel_id: other })],
    ["of a thread in such a channel", message({ channel_id: otherThread })],
    ["of a channel nobody knows", message({ channel_id: "200000000000000099" })],
    ["without a channel", message({ channel_id: undefined })],
    ["our own, as the bot", message({ author: { id: bot, bot: true } })],
    [
      "our own, through a webhook of ours",
      message({ author: { id: ourWebhook }, webhook_id: ourWebhook, application_id: application }),
    ],
    [
      "our own, through a webhook not listed yet",
      message({ author: { id: "1" }, webhook_id: "1", application_id: application }),
    ],
    [
      "our own, though the application is not named",
      message({ author: { id: ourWebhook }, webhook_id: ourWebhook }),
    ],
    [
      "previews of our own links",
      { ...message({ webhook_id: ourWebhook, application_id: application }), t: "MESSAGE_UPDATE" },
    ],
  ])("%s", (_name, dispatch) => {
    expect(keyOf(dispatch)).toBeUndefined();
  });
});

describe("events that are stored", () => {
  it.each<[string, Dispatch]>([
    ["of a thread in a bridged channel", message({ channel_id: thread })],
    ["of other bots", message({ author: { id: "300000000000000009", bot: true } })],
    [
      "of other people's webhooks",
      message({
        author: { id: "500000000000000009" },
        webhook_id: "500000000000000009",
        application_id: null,
      }),
    ],
    [
      "deletions of what we said: a moderator did it",
      event("MESSAGE_DELETE", { id: "1", channel_id: channel }),
    ],
  ])("%s", (_name, dispatch) => {
    expect(keyOf(dispatch)).toBeDefined();
  });
});

describe("a thread that is a member of its own", () => {
  const members = [at(channel, thread)];
  it("is heard, but not its channel, and not the channel's other threads", () => {
    expect(isBridged(thread, members, directory)).toBe(true);
    expect(isBridged(channel, members, directory)).toBe(false);
    expect(isBridged(otherThread, [at(other, "200000000000000005")], directory)).toBe(false);
  });

  it("takes nothing from a channel that is a member too", () => {
    expect(isBridged(channel, [...members, at(channel)], directory)).toBe(true);
  });
});

describe("a message that says nothing at all", () => {
  it("is how withheld text looks", () => {
    const blank = { content: "", embeds: [], attachments: [], components: [] };
    expect(isBlank(message(blank))).toBe(true);
    expect(isBlank(message({ ...blank, type: 19 }))).toBe(true);
    expect(isBlank(message({ content: undefined }))).toBe(true);
  });

  it.each<[string, Dispatch]>([
    ["has words", message()],
    ["has a file", message({ content: "", attachments: [{}] })],
    ["has an embed", message({ content: "", embeds: [{}] })],
    ["has buttons", message({ content: "", components: [{}] })],
    ["is a sticker", message({ content: "", sticker_items: [{}] })],
    ["is a poll", message({ content: "", poll: { question: {} } })],
    ["is a forwarded one", message({ content: "", message_snapshots: [{}] })],
    ["invites to an activity", message({ content: "", activity: { type: 1 } })],
    ["is Discord's own line", message({ content: "", type: 7 })],
    ["is a bot's", message({ content: "", author: { id: "1", bot: true } })],
    ["is a webhook's", message({ content: "", webhook_id: "1" })],
    ["is an update", { ...message({ content: "" }), t: "MESSAGE_UPDATE" }],
  ])("is no alarm when it %s", (_name, dispatch) => {
    expect(isBlank(dispatch)).toBe(false);
  });
});
