// States what the account remembers between two events, what it stores of them, and where it sees somebody write.

import { describe, expect, it } from "vitest";
import { recordContext } from "../../../../test/support/platform-context.ts";
import type { BridgeEvent } from "../../../model/event.ts";
import { createGuildDirectory } from "../account/guild-directory.ts";
import { parseDispatch } from "../parse/parse.ts";
import { createReceiver } from "./receive.ts";

const guild = "100000000000000001";
const channel = "200000000000000001";
const elsewhere = "200000000000000002";
const thread = "200000000000000003";
const bot = "300000000000000001";
const ana = "300000000000000002";

function open() {
  const record = recordContext({ account: "discord" });
  const context = { ...record.context, conversations: () => [{ account: "discord", id: channel }] };
  const directory = createGuildDirectory();
  directory.introduce({ userId: bot, applicationId: "1" });
  const receive = createReceiver({ context, directory });
  let sequence = 0;
  const state = { archived: false, locked: false, auto_archive_duration: 60 };
  const entries = [
    { id: channel, type: 0, name: "geral", topic: "tudo" },
    { id: elsewhere, type: 0, name: "outro" },
    { id: thread, type: 11, name: "fio", parent_id: channel, thread_metadata: state },
  ];
  directory.noteGuild({ id: guild, channels: entries });
  /** The key in the journal, and what the parser makes of what is stored. */
  function hear(t: string, d: object) {
    sequence += 1;
    const raw = receive({ t, s: sequence, d }, "s");
    return raw && { ...raw, events: parseDispatch(raw, directory) as readonly BridgeEvent[] };
  }
  return { ...record, hear, state };
}

const message = (more: object = {}) => ({
  id: "600000000000000001",
  channel_id: channel,
  guild_id: guild,
  type: 0,
  author: { id: ana, username: "ana" },
  content: "oi",
  pinned: false,
  ...more,
});

describe("an unpinned message", () => {
  it("is told once, when it was seen pinned", () => {
    const { hear } = open();
    expect(hear("MESSAGE_CREATE", message())?.events).toMatchObject([{ kind: "message.created" }]);
    expect(hear("MESSAGE_UPDATE", message({ pinned: true }))?.events).toMatchObject([
      { kind: "message.edited" },
    ]);
    expect(hear("MESSAGE_UPDATE", message())?.events).toMatchObject([{ kind: "pin.changed", pinned: false }]);
    expect(hear("MESSAGE_UPDATE", message())?.events).toMatchObject([{ kind: "message.edited" }]);
  });

  it("is told when it is a copy of ours, of which nothing else is stored", () => {
    const { hear } = open();
    const ours = { author: { id: bot, bot: true } };
    expect(hear("MESSAGE_UPDATE", message({ ...ours, pinned: true }))).toBeUndefined();
    expect(hear("MESSAGE_UPDATE", message(ours))?.events).toMatchObject([{ kind: "pin.changed" }]);
    expect(hear("MESSAGE_UPDATE", message(ours))).toBeUndefined();
  });

  it("is forgotten after many others", () => {
    const { hear } = open();
    hear("MESSAGE_UPDATE", message({ pinned: true }));
    for (let i = 0; i < 5_000; i++) hear("MESSAGE_UPDATE", message({ id: `7${i}`, pinned: true }));
    expect(hear("MESSAGE_UPDATE", message())?.events).toMatchObject([{ kind: "message.edited" }]);
  });
});

describe("an answer that a command only announced", () => {
  const answer = (more: object) => message({ type: 20, author: { id: "9", bot: true }, ...more });
  const loading = answer({ content: "", flags: 128 });

  it("is not stored; once it is there, it is a message", () => {
    const { hear } = open();
    expect(hear("MESSAGE_CREATE", loading)).toBeUndefined();
    const filled = hear("MESSAGE_UPDATE", answer({ edited_timestamp: "2026-08-06T12:00:05+00:00" }));
    expect(filled?.key).toBe(`create:${channel}/600000000000000001`);
    expect(filled?.events).toMatchObject([{ kind: "message.created" }]);
    const later = hear("MESSAGE_UPDATE", answer({ edited_timestamp: "2026-08-06T12:01:05+00:00" }));
    expect(later?.events).toMatchObject([{ kind: "message.edited" }]);
  });

  it("is a message even when nobody remembers the announcement, and the journal drops a second one", () => {
    const { hear } = open();
    const key = hear("MESSAGE_UPDATE", answer({ edited_timestamp: null }))?.key;
    expect(key).toBe(`create:${channel}/600000000000000001`);
    expect(hear("MESSAGE_CREATE", answer({}))?.key).toBe(key);
  });

  it("that was there at once is edited, whatever its time says", () => {
    const { hear } = open();
    hear("MESSAGE_CREATE", answer({}));
    const edit = hear("MESSAGE_UPDATE", answer({ edited_timestamp: null, content: "6" }));
    expect(edit?.key).toBe("s:2");
    expect(edit?.events).toMatchObject([{ kind: "message.edited" }]);
  });

  it("waits while it is announced again", () => {
    const { hear } = open();
    hear("MESSAGE_CREATE", loading);
    expect(hear("MESSAGE_UPDATE", loading)?.events).toEqual([]);
    expect(hear("MESSAGE_UPDATE", answer({}))?.events).toMatchObject([{ kind: "message.created" }]);
  });
});

describe("a thread", () => {
  const update = (state: object) => ({
    id: thread,
    guild_id: guild,
    parent_id: channel,
    type: 11,
    name: "fio",
    thread_metadata: { auto_archive_duration: 60, archive_timestamp: "2026-08-06T12:00:00+00:00", ...state },
    last_message_id: String(BigInt(Date.parse("2026-08-06T11:50:00Z") - 1_420_070_400_000) << 22n),
  });

  it("is closed and opened again, each said once", () => {
    const { hear } = open();
    const changes = [{ locked: true }, { locked: true }, {}, {}, { archived: true }, {}].map(
      (state) => hear("THREAD_UPDATE", update(state))?.events,
    );
    const change = (what: string) => [
      { kind: "thread.changed", change: what, conversation: { id: channel, thread } },
    ];
    expect(changes).toMatchObject([
      change("closed"),
      [],
      change("reopened"),
      [],
      change("closed"),
      change("reopened"),
    ]);
  });

  it("that is deleted keeps its name", () => {
    const { hear } = open();
    const gone = hear("THREAD_DELETE", { id: thread, guild_id: guild, parent_id: channel, type: 11 });
    expect(gone?.key).toBe(`thread-end:${thread}`);
    expect(gone?.events).toMatchObject([{ change: "deleted", name: "fio" }]);
  });

  it("is created once, and not by us", () => {
    const { hear } = open();
    const fresh = { ...update({}), id: "200000000000000009", newly_created: true, owner_id: ana };
    expect(hear("THREAD_CREATE", fresh)).toMatchObject({
      key: "thread:200000000000000009",
      events: [{ change: "created", name: "fio" }],
    });
    expect(hear("THREAD_CREATE", { ...fresh, newly_created: undefined })).toBeUndefined();
    expect(hear("THREAD_CREATE", { ...fresh, owner_id: bot })).toBeUndefined();
    expect(hear("THREAD_CREATE", { ...fresh, parent_id: elsewhere })).toBeUndefined();
  });
});

describe("a channel", () => {
  const update = (more: object) => ({
    id: channel,
    guild_id: guild,
    type: 0,
    name: "geral",
    topic: "tudo",
    ...more,
  });

  it("is stored only when its name or topic is new", () => {
    const { hear } = open();
    expect(hear("CHANNEL_UPDATE", update({ position: 3 }))).toBeUndefined();
    expect(hear("CHANNEL_UPDATE", update({ name: "novo" }))?.events).toMatchObject([
      { kind: "notice", notice: { values: { title: "novo" } } },
    ]);
    expect(hear("CHANNEL_UPDATE", update({ name: "novo" }))).toBeUndefined();
    expect(hear("CHANNEL_UPDATE", update({ name: "novo", topic: null }))?.events).toMatchObject([
      { kind: "notice", notice: { key: "discord.notice.channel-no-topic" } },
    ]);
  });

  it("that is not bridged is not stored", () => {
    const { hear } = open();
    expect(hear("CHANNEL_UPDATE", update({ id: elsewhere, name: "novo" }))).toBeUndefined();
  });
});

describe("reactions and votes", () => {
  const react = (more: object = {}) => ({
    user_id: ana,
    channel_id: channel,
    message_id: "600000000000000001",
    emoji: { id: null, name: "👍" },
    answer_id: 1,
    ...more,
  });

  it.each([
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
    "MESSAGE_POLL_VOTE_ADD",
    "MESSAGE_POLL_VOTE_REMOVE",
  ])("%s: each is stored under its place in the session, and ours not at all", (t) => {
    const { hear } = open();
    expect([hear(t, react())?.key, hear(t, react())?.key]).toEqual(["s:1", "s:2"]);
    expect(hear(t, react({ user_id: bot }))).toBeUndefined();
    expect(hear(t, react({ channel_id: elsewhere }))).toBeUndefined();
    expect(hear(t, react({ channel_id: thread }))?.events).toHaveLength(1);
  });

  it.each(["MESSAGE_REACTION_REMOVE_ALL", "MESSAGE_REACTION_REMOVE_EMOJI"])("%s is a moderator's", (t) => {
    const { hear } = open();
    const { user_id: _, ...all } = react();
    expect(hear(t, all)?.events).toMatchObject([{ change: { kind: "clear" } }]);
  });
});

describe("typing", () => {
  const typing = (more: object) => ({
    channel_id: channel,
    guild_id: guild,
    user_id: ana,
    timestamp: 1,
    ...more,
  });

  it("is shown where it happens, and stored nowhere", () => {
    const { hear, typed } = open();
    expect(hear("TYPING_START", typing({}))).toBeUndefined();
    expect(hear("TYPING_START", typing({ channel_id: thread }))).toBeUndefined();
    expect(typed).toEqual([
      { account: "discord", id: channel },
      { account: "discord", id: channel, thread },
    ]);
  });

  it("of the bot itself, or of a place that is not bridged, is nothing", () => {
    const { hear, typed } = open();
    hear("TYPING_START", typing({ user_id: bot }));
    hear("TYPING_START", typing({ channel_id: elsewhere }));
    hear("TYPING_START", { user_id: ana });
    expect(typed).toEqual([]);
  });
});

it("that messages arrive empty is said once", () => {
  const { hear, lines } = open();
  const blank = message({ content: "", embeds: [], attachments: [] });
  hear("MESSAGE_CREATE", blank);
  hear("MESSAGE_CREATE", { ...blank, id: "600000000000000002" });
  expect(lines.filter((line) => line.startsWith("error"))).toHaveLength(1);
});
