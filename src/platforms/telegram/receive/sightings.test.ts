// What is noticed of an update on its way to the journal: rights that are back, topics that are open, posts of others.

import type { Update } from "@grammyjs/types";
import { beforeEach, describe, expect, it } from "vitest";
import { recordContext } from "../../../../test/support/platform-context.ts";
import type { RawUpdate } from "../../../model/delivery.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { Gaps } from "../reconcile/gaps.ts";
import { Seen } from "../reconcile/seen.ts";
import { createTake } from "./sightings.ts";

const GROUP = -1001234567890;
const CHANNEL = -1009876543210;
const chat: ConversationRef = { account: "telegram", id: String(GROUP) };
const topic: ConversationRef = { ...chat, thread: "7" };
const channel: ConversationRef = { account: "telegram", id: String(CHANNEL) };

let record: ReturnType<typeof recordContext>;
let stored: RawUpdate[];
let seen: Seen;
let take: (update: object) => Promise<void>;
beforeEach(() => {
  record = recordContext();
  stored = [];
  seen = new Seen();
  const context = { ...record.context, conversations: () => [chat, topic, channel] };
  const accept = createTake(context, seen, new Gaps(context), (raw) =>
    Promise.resolve(void stored.push(raw)),
  );
  take = (update) => accept(update as Update, JSON.stringify(update));
});

const place = (before: string, after: object, type = "supergroup") => ({
  update_id: 1,
  my_chat_member: {
    chat: { id: type === "channel" ? CHANNEL : GROUP, type },
    old_chat_member: { status: before },
    new_chat_member: after,
  },
});
const message = (id: number, more: object = {}) => ({
  update_id: 2,
  message: { message_id: id, date: 0, chat: { id: GROUP, type: "supergroup" }, ...more },
});
const post = (update_id: number, message_id: number) => ({
  update_id,
  channel_post: { message_id, date: 0, chat: { id: CHANNEL, type: "channel" }, text: "x" },
});

describe("what a bot is told of its own place in a chat", () => {
  it.each<[string, object, boolean]>([
    ["a member", { status: "member" }, true],
    ["an administrator", { status: "administrator" }, true],
    ["restricted, but may write", { status: "restricted", is_member: true, can_send_messages: true }, true],
    ["restricted", { status: "restricted", is_member: true, can_send_messages: false }, false],
    ["restricted and away", { status: "restricted", is_member: false, can_send_messages: true }, false],
    ["an administrator who may not post", { status: "administrator", can_post_messages: false }, false],
    ["gone", { status: "left" }, false],
    ["thrown out", { status: "kicked" }, false],
  ])("wakes all lanes of the chat if it may write there again: %s", async (_, after, wakes) => {
    await take(place("restricted", after));
    expect(record.recoveries).toEqual(wakes ? [chat, topic] : []);
  });

  it.each([{}, { chat: 5 }, { chat: { id: GROUP } }, { chat: null }, "x"])(
    "is stored for the parser to refuse when it is %j",
    async (my_chat_member) => {
      await take({ update_id: 9, my_chat_member });
      expect(stored.map(({ key }) => key)).toEqual(["u9"]);
      expect(record.recoveries).toEqual([]);
    },
  );

  it("is stored, for the robot hears of it", async () => {
    await take(place("kicked", { status: "member" }));
    expect(stored.map(({ key }) => key)).toEqual(["u1"]);
  });

  it("opens a gap in a channel of which it was not told for a while, until the next post", async () => {
    await take(place("kicked", { status: "administrator", can_post_messages: true }, "channel"));
    expect(record.state.get(`gap:${CHANNEL}`)).toBe("open");
    await take(post(3, 50));
    expect(record.state.get(`gap:${CHANNEL}`)).toBe("50");
    await take(place("left", { status: "member" }));
    expect(record.state.has(`gap:${GROUP}`)).toBe(false);
  });
});

describe("a gap whose end cannot be stored, because the disk is full", () => {
  const fail = () => Promise.reject(new Error("full"));
  const opened = async () => {
    const gaps = new Gaps(record.context);
    await gaps.begin(channel.id);
    return gaps;
  };

  it("is over all the same, and stored as soon as it can be", async () => {
    const gaps = await opened();
    const { set } = record.context.state;
    record.context.state.set = fail;
    await gaps.end(channel.id, 50);
    expect([await gaps.hides(channel.id, 49), await gaps.hides(channel.id, 50)]).toEqual([true, false]);
    record.context.state.set = set;
    await gaps.end(channel.id, 60);
    expect(record.state.get(`gap:${CHANNEL}`)).toBe("50");
    await gaps.begin(channel.id);
    expect(await gaps.hides(channel.id, 50)).toBe(true);
  });

  it("brings no post out of its order", async () => {
    const gaps = await opened();
    const { set } = record.context.state;
    let refusals = 1;
    record.context.state.set = (...given) => (refusals-- > 0 ? fail() : set(...given));
    const posts: string[] = [];
    const accept = createTake(record.context, seen, gaps, async ({ key }) => {
      posts.push(key);
    });
    const both = [post(100, 50), post(101, 51)];
    await Promise.allSettled(both.map((each) => accept(each as unknown as Update, JSON.stringify(each))));
    expect(posts).toEqual([`p${CHANNEL}#50/u100`, `p${CHANNEL}#51/u101`]);
  });
});

describe("an obstacle that is gone", () => {
  it("is a topic that was reopened, told once it is on disk", async () => {
    await take(message(9, { message_thread_id: 7, is_topic_message: true, forum_topic_reopened: {} }));
    expect(record.recoveries).toEqual([topic]);
    expect(stored).toHaveLength(1);
  });

  it("is the new number of a group", async () => {
    await take(message(1, { migrate_from_chat_id: -4711 }));
    expect(record.recoveries).toEqual([chat]);
  });

  it("is nothing else", async () => {
    await take(message(9, { text: "oi" }));
    await take(message(10, { forum_topic_closed: {}, message_thread_id: 7 }));
    expect(record.recoveries).toEqual([]);
  });
});

describe("an update on its way to the journal", () => {
  it("keeps its key and its bytes, and shows where its chat stands", async () => {
    await take(message(41, { text: "oi" }));
    await take({ update_id: 3, edited_message: { message_id: 12, chat: { id: GROUP, type: "supergroup" } } });
    expect(stored.map(({ key }) => key)).toEqual(["u2", "u3"]);
    expect(JSON.parse(stored[0]?.body ?? "")).toEqual(message(41, { text: "oi" }));
    expect([seen.highest(chat.id), seen.has(chat.id, 41), seen.has(chat.id, 42)]).toEqual([41, true, false]);
    expect(seen.isChannel(chat.id)).toBe(false);
  });

  it("keeps now and then how far its chat was seen", async () => {
    for (let id = 1; id <= 120; id++) await take(message(id));
    expect(stored.flatMap(({ position }) => position ?? [])).toEqual(
      ["1", "51", "101"].map((value) => ({ name: `mark:${GROUP}`, value })),
    );
    const edited = { message_id: 500, chat: { id: GROUP, type: "supergroup" } };
    await take({ update_id: 3, edited_message: edited });
    expect(stored.at(-1)?.position).toBeUndefined();
  });

  it("is found by channel and message when it is a post of others", async () => {
    await take(post(100, 50));
    await take(post(101, 49));
    expect(stored.map(({ key, position }) => [key, position?.value])).toEqual([
      [`p${CHANNEL}#50/u100`, "50"],
      [`p${CHANNEL}#49/u101`, "50"],
    ]);
    expect(stored[0]?.position?.name).toBe(`mark:${CHANNEL}`);
    expect(seen.isChannel(channel.id)).toBe(true);
  });

  it.each([
    ["a poll", { update_id: 5, poll: {} }],
    ["a message of no shape", { update_id: 5, message: { text: "?" } }],
    ["a post of no shape", { update_id: 5, channel_post: { message_id: "x", chat: {} } }],
  ])("is stored whatever it is: %s", async (_, update) => {
    await take(update);
    expect(stored.map(({ key }) => key)).toEqual(["u5"]);
  });
});

describe("what was seen", () => {
  it("stays small, however much passes by", () => {
    for (let id = 1; id <= 1_000; id++) seen.note(chat.id, id);
    expect([seen.has(chat.id, 1), seen.has(chat.id, 1_000)]).toEqual([false, true]);
    for (let each = 1; each <= 10_001; each++) seen.note(String(-1_000_000_000_000 - each), 5);
    expect(seen.highest(chat.id)).toBeUndefined();
    expect(seen.highest(String(-1_000_000_010_001))).toBe(5);
  });
});
