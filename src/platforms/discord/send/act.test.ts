// What belongs to messages and threads, against the simulator: reactions, pins, polls, asides, threads, typing.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  callOf,
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import type { Resolved } from "../../../bridge/platform.ts";
import type { Json, Sent } from "../../../model/delivery.ts";
import type { Reaction } from "../../../model/event.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { text } from "../../../model/rich-text.ts";
import type { DiscordRequest } from "../request.ts";

const signal = new AbortController().signal;
const MANAGE_THREADS = 1n << 34n;
const CREATE_THREADS = 1n << 35n;
const SEND_POLLS = 1n << 49n;
const ADD_REACTIONS = 1n << 6n;
const PIN = 1n << 51n;

let rig: DiscordRig;
let account: DiscordAccount;
beforeEach(async () => {
  rig = await openDiscordRig();
  account = rig.account();
  await account.platform.prepare(rig.at(), signal);
});
afterEach(async () => {
  expect(rig.sandbox.unexpected).toEqual([]);
  await rig.close();
});

const act = (request: Json | undefined, to = rig.at()): Promise<Sent | undefined> =>
  account.platform.send({ op: "act", part: 0, hash: "", request: request ?? null }, to, signal);
const standing = (channel = rig.channel) => rig.sandbox.messages(channel);
const known = (more: Partial<Resolved> = {}): Resolved => ({
  prepared: { puppets: true, guild: rig.guild },
  now: rig.clock.now(),
  texts: (key) => `<${key}>`,
  ...more,
});
const deny = (...rights: readonly bigint[]) =>
  rig.sandbox.setPermissions(rig.channel, [
    { id: rig.bot.id, type: 1, deny: rights.reduce((sum, right) => sum | right, 0n) },
  ]);

describe("reactions", () => {
  async function react(wanted: readonly Reaction[], own: readonly Reaction[] = []) {
    const { id } = standing()[0] ?? rig.say("oi");
    const target = { conversation: rig.at(), id };
    const rendered = account.platform.renderReactions?.(target, wanted, own);
    for (const request of rendered?.requests ?? []) await act(request);
    return rendered?.own;
  }
  const shown = () => (standing()[0]?.reactions ?? []).map((each) => String(Object(each).emoji.name));

  // As the bridge keeps them: without U+FE0F, of which Discord wants some and refuses others.
  it.each(["👍", "❤", "⚡", "☃", "❤‍🔥", "🤷‍♂", "👨‍💻", "🕊", "✍", "🇧🇷", "1⃣", "👩🏽‍🚀"])(
    "%s is set",
    async (emoji) => {
      expect(await react([{ emoji }])).toEqual([{ emoji }]);
      expect(shown().map((name) => name.replaceAll("\ufe0f", ""))).toEqual([emoji]);
      expect(await react([], [{ emoji }])).toEqual([]);
      expect(shown()).toEqual([]);
    },
  );

  it("change as little as is needed, the removed first", async () => {
    await react([{ emoji: "👍" }, { emoji: "🎉" }]);
    const before = rig.sandbox.requests.length;
    await react([{ emoji: "🎉" }, { emoji: "🔥" }], [{ emoji: "👍" }, { emoji: "🎉" }]);
    expect(rig.sandbox.requests.slice(before).map(({ method }) => method)).toEqual(["DELETE", "PUT"]);
    expect(shown()).toEqual(["🎉", "🔥"]);
  });

  it("of custom emoji are set where the guild has them, and left to the words elsewhere", async () => {
    const { id } = rig.sandbox.createEmoji(rig.guild, { name: "mate" });
    account = rig.account();
    await account.platform.prepare(rig.at(), signal);
    const here = { emoji: "mate", id };
    expect(await react([{ emoji: "gato", id: "5368324170671202286" }, here])).toEqual([here]);
    expect(shown()).toEqual(["mate"]);
  });

  it("that nobody knows, or that are too many, hold nothing up", async () => {
    expect(await react([{ emoji: "não" }, { emoji: "👍" }])).toHaveLength(2);
    expect(shown()).toEqual(["👍"]);
    expect(await react([], [{ emoji: "não" }, { emoji: "👍" }])).toEqual([]);
  });

  it("are ten at most", async () => {
    const many = [..."😀😁😂😃😄😅😆😇😈😉😊😋"].map((emoji) => ({ emoji }));
    expect(await react(many)).toHaveLength(10);
  });

  it("are refused with words where the bot may not react", async () => {
    rig.say("oi");
    deny(ADD_REACTIONS);
    await expect(react([{ emoji: "👍" }])).rejects.toMatchObject({ fate: { kind: "blocked" } });
  });
});

describe("a pin", () => {
  const pin = (pinned: boolean) => {
    const { id } = standing()[0] ?? rig.say("oi");
    return act(account.platform.renderPin?.({ conversation: rig.at(), id }, pinned));
  };

  it("is set and taken away", async () => {
    await pin(true);
    expect(standing()[0]?.pinned).toBe(true);
    await pin(false);
    expect(standing()[0]?.pinned).toBe(false);
  });

  it("is blocked without the right, so that the bridge says it in words", async () => {
    deny(PIN);
    await expect(pin(true)).rejects.toMatchObject({ fate: { kind: "blocked" } });
  });
});

const asking: Message = {
  ref: { conversation: { account: "telegram", id: "-100" }, id: "7" },
  author: { kind: "person", name: "Ana" },
  at: 0,
  body: [],
  attachments: [
    {
      kind: "poll",
      poll: {
        ...{ question: "Mate?", multiple: true, anonymous: true, closed: false },
        options: [
          { id: "a", text: "sim" },
          { id: "b", text: "não" },
        ],
      },
    },
  ],
};

describe("a poll", () => {
  async function ask(): Promise<Sent & { readonly frozen: string }> {
    const [part] = account.platform.renderMessage(asking, rig.at(), known());
    if (!part) throw new Error("no part");
    const call = { op: "create", part: 0, hash: part.hash, request: part.request } as const;
    const sent = await account.platform.send(call, rig.at(), signal);
    if (!sent) throw new Error("nothing was sent");
    return { ...sent, frozen: part.hash };
  }

  it("is asked by the bot, and ended", async () => {
    const { ref, via, hash, frozen } = await ask();
    expect({ via, hash }).toEqual({ via: undefined, hash: undefined });
    expect(standing()[0]).toMatchObject({
      content: "**Ana**",
      author: { id: rig.bot.id },
      poll: { question: { text: "Mate?" }, allow_multiselect: true },
    });
    const copy = { ref, part: 0, hash: frozen, at: 0 };
    await act(account.platform.renderPollEnd?.(copy));
    expect(standing()[0]?.poll).toMatchObject({ results: { is_finalized: true } });
    expect(account.platform.renderPollEnd?.({ ...copy, via: "1" })).toBeUndefined();
    expect(account.platform.renderPollEnd?.({ ...copy, hash: "0".repeat(32) })).toBeUndefined();
  });

  it.each([true, false])(
    "is told in words where the bot may ask none (rights known: %s)",
    async (isKnown) => {
      deny(SEND_POLLS);
      if (isKnown) {
        account = rig.account();
        await account.platform.prepare(rig.at(), signal);
      }
      const { hash } = await ask();
      expect(standing()[0]?.content).toBe("**Ana**\n📊 Poll · Mate?\n- sim\n- não");
      expect(hash).toMatch(/^[0-9a-f]{32}$/);
    },
  );
});

describe("an aside", () => {
  const aside = async (id: string) => {
    const part = account.platform.renderAside(
      [text("👍 Carla")],
      rig.at(),
      known({ replyTo: { conversation: rig.at(), id } }),
    );
    const call = { op: "create", part: 0, hash: part.hash, request: part.request } as const;
    return account.platform.send(call, rig.at(), signal);
  };

  it("answers the message and pings nobody", async () => {
    const { id } = rig.say("oi");
    await aside(id);
    expect(standing()[1]).toMatchObject({
      ...{ content: "-# 👍 Carla", flags: 4096, type: 19 },
      message_reference: { message_id: id },
    });
    expect(rig.asked("POST", `/channels/${rig.channel}/messages`)[0]?.body).toMatchObject({
      allowed_mentions: { parse: [] },
    });
  });

  it("stands alone when the message is gone", async () => {
    const { id } = rig.say("oi");
    rig.sandbox.remove(rig.channel, id);
    await aside(id);
    expect(standing()[0]).toMatchObject({ content: "-# 👍 Carla" });
  });
});

describe("a thread", () => {
  const opened = () => account.platform.openThread?.(rig.at(), "  Fio\nda Ana ", signal);

  it("is opened for everybody, and is ours", async () => {
    const thread = (await opened())?.thread ?? "";
    expect(rig.asked("POST", `/channels/${rig.channel}/threads`)[0]?.body).toEqual({
      ...{ name: "Fio da Ana", type: 11, auto_archive_duration: 10_080 },
    });
    const request: DiscordRequest = {
      kind: "create",
      channel: rig.channel,
      thread,
      content: "oi",
      nonce: "n",
    };
    await account.platform.send(callOf(request), rig.at(thread), signal);
    expect(standing(thread).map(({ content }) => content)).toContain("oi");
  });

  it("is not opened twice when the answer was lost", async () => {
    const isPost = ({ method, path }: { method: string; path: string }) =>
      method === "POST" && path.endsWith("/threads");
    rig.sandbox.faults.add({ match: isPost, times: 1, fault: { kind: "cut", when: "after" } });
    await expect(opened()).rejects.toMatchObject({ fate: { kind: "retry" } });
    expect((await opened())?.thread).toBeDefined();
    expect(rig.asked("POST", `/channels/${rig.channel}/threads`)).toHaveLength(1);
  });

  it("is a post with a first line in a forum, tagged where the forum wants it", async () => {
    const forum = rig.sandbox.createChannel(rig.guild, { name: "forum", type: 15 }).id;
    const chat: ConversationRef = { account: "discord", id: forum };
    const thread = (await account.platform.openThread?.(chat, "Assunto", signal))?.thread ?? "";
    expect(standing(thread).map(({ content }) => content)).toEqual([
      "This thread goes with a topic on the other side.",
    ]);
  });

  it("is the channel itself where there is none to be had, and says so once", async () => {
    deny(CREATE_THREADS);
    expect(await opened()).toEqual(rig.at());
    expect(await opened()).toEqual(rig.at());
    expect(account.lines.filter((line) => line.includes("may not open threads"))).toHaveLength(1);
    const voice = rig.sandbox.createChannel(rig.guild, { name: "voz", type: 2 }).id;
    const chat: ConversationRef = { account: "discord", id: voice };
    expect(await account.platform.openThread?.(chat, "x", signal)).toEqual(chat);
  });

  it("is renamed, closed and opened again, with a lock where the bot has the right", async () => {
    const to = (await opened()) ?? rig.at();
    const change = (
      ...what: Parameters<NonNullable<typeof account.platform.renderThread>> extends [unknown, ...infer R]
        ? R
        : never
    ) => act(account.platform.renderThread?.(to, ...what), to);
    const patches = () => rig.asked("PATCH", `/channels/${to.thread}`).map(({ body }) => body);
    await change("renamed", "Outro");
    await change("closed");
    await change("reopened");
    expect(patches()).toEqual([
      { name: "Outro" },
      { archived: true, locked: true },
      { archived: false, locked: false },
    ]);
    deny(MANAGE_THREADS);
    await change("closed");
    expect(patches().at(-1)).toEqual({ archived: true });
    expect(account.platform.renderThread?.(rig.at(), "closed")).toBeUndefined();
  });

  it("of ours brings no news when the event comes back", async () => {
    const to = (await opened()) ?? rig.at();
    const live = account;
    await live.start();
    await rig.until(() => live.health.at(-1) === "up");
    const before = live.stored.length;
    await act(live.platform.renderThread?.(to, "closed"), to);
    rig.say("depois");
    await rig.until(() => live.contents().includes("depois"));
    expect(
      live.stored
        .slice(before)
        .flatMap((raw) => live.platform.parse(raw))
        .map(({ kind }) => kind),
    ).toEqual(["message.created"]);
  });
});

describe("typing", () => {
  it("is shown at most every eight seconds, wherever it is refused", async () => {
    const typed = () => rig.asked("POST", `/channels/${rig.channel}/typing`).length;
    account.platform.typing?.(rig.at());
    account.platform.typing?.(rig.at());
    await rig.until(() => typed() === 1);
    await rig.clock.advance(8_000);
    account.platform.typing?.(rig.at());
    account.platform.typing?.({ account: "discord", id: "999999999999999999" });
    await rig.until(() => typed() === 2);
  });
});
