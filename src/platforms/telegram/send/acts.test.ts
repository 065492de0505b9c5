// What belongs to messages and topics, from the renderer to the simulated chat: reactions, pins, polls, topics, typing, asides.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Account, openRig, type Rig } from "../../../../test/support/telegram-rig.ts";
import type { Platform, Resolved } from "../../../bridge/platform.ts";
import type { Poll, PollAttachment } from "../../../model/attachment.ts";
import type { Json } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef, MessageRef } from "../../../model/refs.ts";
import { type RichText, text } from "../../../model/rich-text.ts";
import { loadTexts } from "../../../texts.ts";
import { fitsPoll } from "../render/poll.ts";

const never = new AbortController().signal;

let rig: Rig;
let account: Account;
let platform: Required<Platform>;
let to: ConversationRef;
let known: Resolved;

beforeEach(async () => {
  rig = await openRig();
  account = rig.account();
  platform = account.platform as Required<Platform>;
  to = { account: "telegram", id: String(rig.chat) };
  known = { prepared: null, now: rig.clock.now(), texts: loadTexts("en") };
});

afterEach(() => rig.close());

const act = (request: Json, where = to) =>
  platform.send({ op: "act", part: 0, hash: "", request }, where, never);
const refOf = (id: number): MessageRef => ({ conversation: to, id: String(id) });
const say = () => rig.sandbox.say(rig.chat, rig.user, { text: "oi" }).message_id;
const botId = () => Number(rig.token.split(":")[0]);

async function failure(work: Promise<unknown>): Promise<PlatformError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PlatformError)) throw error;
  return error;
}

describe("reactions", () => {
  const set = async (target: MessageRef, emoji: readonly string[], own: readonly string[] = []) => {
    const made = platform.renderReactions(
      target,
      emoji.map((each) => ({ emoji: each })),
      own.map((each) => ({ emoji: each })),
    );
    for (const request of made.requests) await act(request);
    return made.own.map((reaction) => reaction.emoji);
  };
  const asked = () => rig.asked("setMessageReaction").map((body) => (body as { reaction: string }).reaction);

  it("shows the most important one that Telegram has, without U+FE0F", async () => {
    expect(await set(refOf(say()), ["🧉", "❤\uFE0F", "👍"])).toEqual(["❤"]);
    expect(asked()).toEqual([JSON.stringify([{ type: "emoji", emoji: "❤" }])]);
  });

  it("asks for nothing when it stands there, and takes it away when nobody wants it", async () => {
    const target = refOf(say());
    expect(await set(target, ["👍"], ["👍"])).toEqual(["👍"]);
    expect(asked()).toEqual([]);
    expect(await set(target, ["🧉"], ["👍"])).toEqual([]);
    expect(asked()).toEqual(["[]"]);
    expect(await set(target, [], [])).toEqual([]);
    expect(asked()).toHaveLength(1);
  });

  it("never sets a custom emoji", () => {
    const custom = { emoji: "👍", id: "5" };
    expect(platform.renderReactions(refOf(1), [custom], [])).toEqual({ requests: [], own: [] });
  });

  it("tries the next where the chat allows few, and remembers what it refused", async () => {
    rig.sandbox.allowReactions(rig.chat, ["🔥"]);
    await set(refOf(say()), ["👍", "🔥"]);
    expect(asked()).toHaveLength(2);
    expect(await set(refOf(say()), ["👍", "🔥"])).toEqual(["🔥"]);
    expect(asked()).toHaveLength(3);
    expect(await set(refOf(say()), ["👍"])).toEqual([]);
    expect(asked()).toHaveLength(3);
  });

  it("takes a message that is gone for done", async () => {
    expect((await failure(set(refOf(9_999), ["👍"]))).fate).toEqual({ kind: "gone" });
  });
});

describe("pins", () => {
  it("are set silently and taken away", async () => {
    rig.sandbox.join(rig.chat, botId(), "administrator");
    const target = refOf(say());
    await act(platform.renderPin(target, true));
    expect(rig.asked("pinChatMessage")).toMatchObject([{ disable_notification: "true" }]);
    expect(rig.sandbox.messages(rig.chat).some((message) => "pinned_message" in message)).toBe(true);
    await act(platform.renderPin(target, false));
    expect(rig.asked("unpinChatMessage")).toMatchObject([{ message_id: target.id }]);
  });

  it("without the right are refused alone, and say what is missing", async () => {
    const error = await failure(act(platform.renderPin(refOf(say()), true)));
    expect(error).toMatchObject({ fate: { kind: "refused" }, words: "telegram.refusal.no-pins" });
  });
});

const options = (...texts: readonly string[]) => texts.map((each, index) => ({ id: `${index}`, text: each }));
const poll = (over: Partial<Poll> = {}): PollAttachment => ({
  kind: "poll",
  poll: {
    ...{
      question: "Pizza?",
      options: options("sim", "não"),
      multiple: true,
      anonymous: false,
      closed: false,
    },
    ...over,
  },
});
const asking = (attachment: PollAttachment, body: RichText = []): Message => ({
  ref: { conversation: { account: "discord", id: "1" }, id: "1" },
  author: { kind: "person", name: "Ana" },
  ...{ at: 0, body, attachments: [attachment] },
});

describe("polls", () => {
  it("are Telegram's own, with the author's name, and end when they end over there", async () => {
    const closesAt = rig.clock.now() + 3_600_000;
    const [part, ...others] = platform.renderMessage(asking(poll({ closesAt })), to, known);
    if (!part) throw new Error("no part");
    expect(others).toEqual([]);
    const sent = await platform.send({ op: "create", part: 0, ...part }, to, never);
    const standing = rig.sandbox.messages(rig.chat).at(-1);
    expect(standing).toMatchObject({
      poll: {
        ...{ question: "Ana: Pizza?", is_anonymous: true, allows_multiple_answers: true, is_closed: false },
        options: [{ text: "sim" }, { text: "não" }],
        close_date: closesAt / 1000,
      },
    });
    expect(sent?.poll).toBe((standing?.poll as { id: string } | undefined)?.id);
    if (!sent) throw new Error("not sent");
    const copy = { ref: sent.ref, part: 0, hash: part.hash, at: 0 };
    await act(platform.renderPollEnd(copy) ?? null);
    expect(rig.sandbox.messages(rig.chat).at(-1)).toMatchObject({ poll: { is_closed: true } });
    expect((await failure(act(platform.renderPollEnd(copy) ?? null))).fate).toEqual({ kind: "gone" });
  });

  it("come after what is said with them", async () => {
    const parts = platform.renderMessage(asking(poll(), [text("vamos?")]), to, known);
    for (const part of parts) await platform.send({ op: "create", part: 0, ...part }, to, never);
    const [said, asked] = rig.sandbox.messages(rig.chat).slice(-2);
    expect(said).toMatchObject({ text: "Ana: vamos?" });
    expect(asked).toMatchObject({ poll: { question: "Pizza?" } });
  });

  it("keep their hash when votes come and when they end", () => {
    const hash = (of: PollAttachment) => platform.renderMessage(asking(of), to, known)[0]?.hash;
    expect(hash(poll({ closed: true, votes: { "0": 3 } }))).toBe(hash(poll()));
    expect(hash(poll({ question: "Sushi?" }))).not.toBe(hash(poll()));
  });

  it.each<[string, Partial<Poll>, boolean]>([
    ["two options", {}, true],
    ["an option of an emoji alone", { options: [{ id: "0", text: "", emoji: "🍕" }, ...options("b")] }, true],
    [
      "12 options of 100",
      { options: options(...Array.from({ length: 12 }, (_, i) => `${i}`.padEnd(100, "😀").slice(0, 100))) },
      true,
    ],
    ["one option", { options: options("a") }, false],
    ["13 options", { options: options(...Array.from({ length: 13 }, (_, i) => `${i}`)) }, false],
    ["two options that are the same", { options: options("a", "a ") }, false],
    ["an option of 101", { options: options("a", "b".repeat(101)) }, false],
    ["an empty option", { options: options("a", " ") }, false],
    ["a question of 301", { question: "q".repeat(301) }, false],
    ["a right answer", { quiz: true }, false],
  ])("with %s: %o", (_name, over, fits) => {
    expect(fitsPoll(poll(over))).toBe(fits);
  });

  it("are told in words where the chat forbids them", async () => {
    rig.sandbox.join(rig.chat, botId(), "restricted", { can_send_polls: false });
    const [part] = platform.renderMessage(asking(poll()), to, known);
    if (!part) throw new Error("no part");
    const sent = await platform.send({ op: "create", part: 0, ...part }, to, never);
    expect(rig.sandbox.messages(rig.chat).at(-1)?.text).toBe("📊 Poll · Ana: Pizza?\n• sim\n• não");
    expect(sent?.hash).toMatch(/^card:/);
  });
});

describe("topics", () => {
  async function forum(rights: Readonly<Record<string, boolean>> = {}): Promise<ConversationRef> {
    const { id } = rig.sandbox.createChat({ title: "Fórum", type: "supergroup", forum: true });
    rig.sandbox.join(id, botId(), "administrator", rights);
    return { account: "telegram", id: String(id) };
  }

  it("are opened, renamed, closed and opened again; what is deleted over there is closed here", async () => {
    const chat = await forum();
    const topic = await platform.openThread(chat, ` ${"longo ".repeat(40)}`, never);
    expect(topic.thread).toMatch(/^\d+$/);
    const name = (rig.asked("createForumTopic")[0] as { name: string }).name;
    expect([...name]).toHaveLength(128);
    await act(platform.renderThread(topic, "renamed", "novo") ?? null, topic);
    await act(platform.renderThread(topic, "closed") ?? null, topic);
    await act(platform.renderThread(topic, "reopened") ?? null, topic);
    await act(platform.renderThread(topic, "deleted") ?? null, topic);
    const seen = rig.sandbox
      .messages(Number(chat.id))
      .flatMap((message) => Object.keys(message).filter((key) => key.startsWith("forum_topic_")));
    expect(seen).toEqual([
      ...["forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"],
      "forum_topic_closed",
    ]);
    expect((await failure(act(platform.renderThread(topic, "closed") ?? null, topic))).fate).toEqual({
      kind: "gone",
    });
  });

  it("are the chat itself where there can be none, or we may open none", async () => {
    expect(await platform.openThread(to, "assunto", never)).toEqual(to);
    const chat = await forum({ can_manage_topics: false });
    expect(await platform.openThread(chat, "assunto", never)).toEqual(chat);
  });

  it("leave the general one alone", () => {
    expect(platform.renderThread({ ...to, thread: "1" }, "renamed", "x")).toBeUndefined();
    expect(platform.renderThread(to, "closed")).toBeUndefined();
  });
});

describe("typing", () => {
  const shown = () => rig.asked("sendChatAction").length;

  it("is shown once in five seconds for each conversation", async () => {
    platform.typing(to);
    platform.typing(to);
    await rig.until(() => shown() === 1);
    await rig.clock.advance(5_001);
    platform.typing(to);
    await rig.until(() => shown() === 2);
    expect(rig.asked("sendChatAction")[0]).toEqual({ chat_id: String(rig.chat), action: "typing" });
  });

  it("hurts nobody when it fails, and rests", async () => {
    platform.typing({ ...to, id: "-100999" });
    await rig.until(() => rig.sandbox.requests.some(({ status }) => status === 400));
    await rig.clock.advance(10_000);
    platform.typing({ ...to, id: "-100999" });
    platform.typing(to);
    await rig.until(() => shown() === 2);
    expect(account.lines.join("\n")).not.toMatch(/^(warn|error)/m);
  });
});

describe("the small line", () => {
  it("answers its message, makes no sound, and is edited in place", async () => {
    const about = refOf(say());
    const at = { ...known, replyTo: about };
    const part = platform.renderAside([text("👍 Bia")], to, at);
    const sent = await platform.send({ op: "create", part: 0, ...part }, to, never);
    expect(rig.sandbox.messages(rig.chat).at(-1)).toMatchObject({
      ...{ text: "👍 Bia", reply_to_message: { message_id: Number(about.id) } },
    });
    expect(rig.asked("sendMessage")).toMatchObject([{ disable_notification: "true" }]);
    if (!sent) throw new Error("not sent");
    const next = platform.renderAside([text("👍 Bia, Caio")], to, at);
    const copy = { ref: sent.ref, part: 0, hash: part.hash, at: 0 };
    const request = platform.renderEdit(next, copy, at) ?? null;
    await platform.send({ op: "edit", part: 0, hash: next.hash, request }, to, never);
    expect(rig.sandbox.messages(rig.chat).at(-1)).toMatchObject({ text: "👍 Bia, Caio" });
  });

  it("is one message, however long", () => {
    const part = platform.renderAside([text("👍 Bia · ".repeat(1_000))], to, known);
    const { payload } = part.request as { payload: { text: string } };
    expect([...payload.text].length).toBeLessThanOrEqual(4_096);
  });
});

describe("a mention of a linked person", () => {
  it("pings them, and nobody else", async () => {
    const mention = (id: string, label: string) =>
      ({ kind: "mention", user: { account: "discord", id }, label }) as const;
    const people = new Map([["discord:7", { account: "telegram", id: String(rig.user) }]]);
    const body: RichText = [mention("7", "@bia"), text(" e "), mention("8", "@caio")];
    const message: Message = { ...asking(poll(), body), attachments: [] };
    const [part] = platform.renderMessage(message, to, { ...known, people });
    if (!part) throw new Error("no part");
    await platform.send({ op: "create", part: 0, ...part }, to, never);
    const standing = rig.sandbox.messages(rig.chat).at(-1);
    expect(standing?.text).toBe("Ana: @bia e @caio");
    expect(standing?.entities).toContainEqual({
      ...{ type: "text_mention", offset: 5, length: 4, user: expect.objectContaining({ id: rig.user }) },
    });
    expect(JSON.stringify(standing?.entities).match(/text_mention/g)).toHaveLength(1);
  });
});
