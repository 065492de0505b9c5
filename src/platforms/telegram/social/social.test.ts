// What the account does for the robot, against the simulator: rooms, standings, lacks, links, moderation, presses.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Account, openRig, type Rig } from "../../../../test/support/telegram-rig.ts";
import type { Moderation, Social } from "../../../bridge/social.ts";
import type { Keyboard } from "../../../model/buttons.ts";
import type { Act, BridgeEvent } from "../../../model/event.ts";
import type { Message } from "../../../model/message.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { text } from "../../../model/rich-text.ts";
import { loadTexts } from "../../../texts.ts";

let rig: Rig;
let account: Account;
let social: Social;
let signal: AbortSignal;
let room: ConversationRef;

beforeEach(async () => {
  rig = await openRig();
  account = rig.account();
  await account.start();
  if (!account.platform.social) throw new Error("the account is not social");
  ({ social } = account.platform);
  signal = AbortSignal.timeout(10_000);
  room = { account: "telegram", id: String(rig.chat) };
});
afterEach(() => rig.close());

const user = (id: number | string) => ({ account: "telegram", id: String(id) });
const heard = (): readonly BridgeEvent[] => account.stored.flatMap((raw) => account.platform.parse(raw));
const failure = async (work: Promise<unknown> | undefined) =>
  await (work ?? Promise.resolve()).then(
    () => undefined,
    (error: { code?: string; words?: string; fate?: object }) => ({
      ...{ code: error.code, words: error.words, fate: error.fate },
    }),
  );

describe("a room", () => {
  it("has its name, its members and whether anybody may find it", async () => {
    const members = 3;
    expect(await social.room(room, signal)).toEqual({
      ...{ name: "Grupo", kind: "group", isOpen: false, members },
      href: `https://t.me/c/${room.id.slice(4)}/1`,
    });
    const open = rig.sandbox.createChat({ title: "Aberto", type: "channel", username: "aberto" }).id;
    rig.sandbox.join(open, rig.bot, "administrator");
    expect(await social.room(user(open), signal)).toEqual({
      ...{ name: "Aberto", kind: "channel", isOpen: true, members: 2, href: "https://t.me/aberto" },
    });
  });

  it("may be a topic, a basic group or a private talk", async () => {
    const forum = rig.sandbox.createChat({ title: "Fórum", type: "supergroup", forum: true }).id;
    rig.sandbox.join(forum, rig.bot);
    const thread = String(rig.sandbox.createTopic(forum, "Horta"));
    expect(await social.room({ ...user(forum), thread }, signal)).toMatchObject({
      ...{ kind: "thread", name: "Fórum", href: `https://t.me/c/${String(forum).slice(4)}/${thread}` },
    });
    const basic = rig.sandbox.createChat({ title: "Básico", type: "group" }).id;
    rig.sandbox.join(basic, rig.bot);
    expect(await social.room(user(basic), signal)).toEqual({
      ...{ name: "Básico", kind: "group", isOpen: false, members: 2 },
    });
    rig.sandbox.sayPrivately(rig.token, rig.user, { text: "oi" });
    expect(await social.room(user(rig.user), signal)).toEqual({
      name: "Ana",
      kind: "private",
      isOpen: false,
    });
  });

  it("where the account is not is refused with the cause", async () => {
    rig.sandbox.kick(rig.chat, rig.bot);
    expect(await failure(social.room(room, signal))).toMatchObject({ code: "telegram.not-a-member" });
  });
});

it("tells who has no voice", async () => {
  const ana = { account: "telegram", id: String(rig.user) };
  expect(await social.isSilenced?.(ana, room, signal)).toBe(false);
  rig.sandbox.mute(rig.chat, rig.user);
  expect(await social.isSilenced?.(ana, room, signal)).toBe(true);
});

describe("the standing of a person", () => {
  it("is what Telegram says now", async () => {
    const standing = () => social.standing(user(rig.user), room, signal);
    expect(await standing()).toBe("member");
    rig.sandbox.promote(rig.chat, rig.user);
    expect(await standing()).toBe("admin");
    rig.sandbox.mute(rig.chat, rig.user);
    expect(await standing()).toBe("member");
    rig.sandbox.leave(rig.chat, rig.user);
    expect(await standing()).toBe("none");
    const stranger = rig.sandbox.createUser({ firstName: "X" }).id;
    expect(await social.standing(user(stranger), room, signal)).toBe("none");
    expect(await social.standing(user(4), room, signal)).toBe("none");
  });

  it("of the owner is the owner's", async () => {
    const chat = rig.sandbox.createChat({ title: "D", type: "supergroup", ownerId: rig.user }).id;
    rig.sandbox.join(chat, rig.bot);
    expect(await social.standing(user(rig.user), user(chat), signal)).toBe("owner");
  });

  it("of an anonymous admin, who has the chat's own id, is an admin's; of a strange channel it is none", async () => {
    rig.sandbox.say(rig.chat, rig.user, { text: "/ajuda", asAnonymousAdmin: true });
    await rig.until(() => heard().length > 0);
    const [event] = heard();
    const author = event?.kind === "message.created" ? event.message.author.user : undefined;
    expect(await social.standing(author ?? user(0), room, signal)).toBe("admin");
    expect(await social.standing(user(1087968824), room, signal)).toBe("admin");
    expect(await social.standing(user(-1009999999999), room, signal)).toBe("none");
  });

  it("in their own private talk is the owner's", async () => {
    expect(await social.standing(user(rig.user), user(rig.user), signal)).toBe("owner");
    expect(await social.standing(user(5), user(rig.user), signal)).toBe("none");
  });
});

describe("what the account lacks", () => {
  const lacks = (of = room) => social.lacks(of, signal);

  it("is nothing for an admin, and being one for a member", async () => {
    expect(await lacks()).toEqual(["telegram.lacks.admin"]);
    rig.sandbox.promote(rig.chat, rig.bot);
    expect(await lacks()).toEqual([]);
    rig.sandbox.promote(rig.chat, rig.bot, { can_pin_messages: false });
    expect(await lacks()).toEqual(["telegram.lacks.pins"]);
  });

  it("is to write, when nobody may or the account may not", async () => {
    rig.sandbox.mute(rig.chat, rig.bot);
    expect(await lacks()).toEqual(["telegram.lacks.write", "telegram.lacks.admin"]);
    rig.sandbox.demote(rig.chat, rig.bot);
    rig.sandbox.setPermissions(rig.chat, { can_send_messages: false });
    expect(await lacks()).toEqual(["telegram.lacks.write", "telegram.lacks.admin"]);
  });

  it("is to post in a channel, and nothing in a private talk", async () => {
    const channel = rig.sandbox.createChat({ title: "C", type: "channel" }).id;
    rig.sandbox.join(channel, rig.bot, "administrator", { can_post_messages: false });
    expect(await lacks(user(channel))).toEqual(["telegram.lacks.write"]);
    rig.sandbox.promote(channel, rig.bot);
    expect(await lacks(user(channel))).toEqual([]);
    rig.sandbox.sayPrivately(rig.token, rig.user, { text: "oi" });
    expect(await lacks(user(rig.user))).toEqual([]);
  });

  it("is to read with privacy mode, unless it is an admin", async () => {
    const shy = rig.sandbox.createBot({ name: "Tímido", username: "timido_bot", privacy: true });
    rig.sandbox.join(rig.chat, shy.id);
    const other = rig.account({ token: shy.token });
    expect(await other.platform.social?.lacks(room, signal)).toEqual(["telegram.lacks.read"]);
    rig.sandbox.promote(rig.chat, shy.id);
    expect(await other.platform.social?.lacks(room, signal)).toEqual([]);
  });

  it.each(["pt-BR", "en", "es"] as const)("is said in %s", (language) => {
    for (const right of ["write", "read", "admin", "pins", "topics"])
      expect(loadTexts(language)(`telegram.lacks.${right}`)).toMatch(/^\S.{20,}\.$/);
  });
});

describe("links and private talks", () => {
  it("the link adds the bot with its rights and hands over the code", () => {
    expect(social.handle()).toBe("ponte_bot");
    expect(social.invitation("K7-x_9")).toBe(
      "https://t.me/ponte_bot?startgroup=K7-x_9&admin=delete_messages+restrict_members+pin_messages+manage_topics",
    );
    expect(social.invitation("a b")).toBeUndefined();
    expect(social.invitation("x".repeat(65))).toBeUndefined();
    expect(social.privateLink?.("forget")).toMatch(/^https:\/\/t\.me\/\w+\?start=forget$/);
    expect(social.privateLink?.("a b")).toBeUndefined();
    expect(rig.account().platform.social?.invitation("K7")).toBeUndefined();
    expect(rig.account().platform.social?.privateLink?.("forget")).toBeUndefined();
  });

  it("the code of the link arrives as a command, and that the bot is there before it", async () => {
    const chat = rig.sandbox.createChat({ title: "Novo", type: "supergroup", ownerId: rig.user }).id;
    rig.sandbox.addToGroup(rig.token, rig.user, chat, "K7-x", true);
    await rig.until(() => heard().length >= 3);
    expect(heard()).toMatchObject([
      { kind: "access.changed", conversation: { id: String(chat) }, access: "full" },
      { kind: "access.changed", access: "full" },
      { kind: "message.created", message: { body: [{ kind: "text", text: "/start@ponte_bot K7-x" }] } },
    ]);
  });

  it("a private talk is there once the person has written, and not before", async () => {
    expect(await failure(social.privateRoom(user(rig.user), signal))).toMatchObject({
      code: "telegram.blocked-by-user",
    });
    rig.sandbox.startPrivately(rig.token, rig.user, "oi");
    expect(await social.privateRoom(user(rig.user), signal)).toEqual(user(rig.user));
  });

  it("a chat that is left is left, and twice, too", async () => {
    await social.leave?.(room, signal);
    expect(await failure(social.room(room, signal))).toMatchObject({ code: "telegram.not-a-member" });
    await social.leave?.(room, signal);
  });
});

describe("moderation", () => {
  const act = (kind: Act, more: Partial<Moderation> = {}) =>
    social.moderate?.({ act: kind, user: user(rig.user), room, ...more }, signal);
  const status = async () => {
    const query = `chat_id=${rig.chat}&user_id=${rig.user}`;
    const response = await fetch(`${rig.sandbox.url}/bot${rig.token}/getChatMember?${query}`);
    return ((await response.json()) as { result: Readonly<Record<string, unknown>> }).result;
  };
  beforeEach(() => rig.sandbox.promote(rig.chat, rig.bot));

  it.each([
    ["ban", "kicked"],
    ["kick", "left"],
    ["mute", "restricted"],
  ] as const)("%s makes somebody %s, and twice changes nothing", async (kind, expected) => {
    await act(kind);
    expect(await status()).toMatchObject({ status: expected });
    const services = rig.sandbox.messages(rig.chat).length;
    await act(kind);
    expect(await status()).toMatchObject({ status: expected });
    expect(rig.sandbox.messages(rig.chat)).toHaveLength(services);
  });

  it("what was done is undone, and twice, too", async () => {
    await act("ban");
    for (const _ of [1, 2]) await act("unban");
    expect(await status()).toMatchObject({ status: "left" });
    rig.sandbox.join(rig.chat, rig.user);
    await act("mute");
    for (const _ of [1, 2]) await act("unmute");
    expect(await status()).toMatchObject({ status: "member" });
  });

  it("somebody banned stays so, whatever else is asked", async () => {
    await act("ban");
    for (const kind of ["mute", "unmute", "kick"] as const) await act(kind);
    expect(await status()).toMatchObject({ status: "kicked" });
  });

  it("an unban removes nobody who is there", async () => {
    await act("unban");
    expect(await status()).toMatchObject({ status: "member" });
  });

  it("has an end, and never one so near that Telegram takes it for none", async () => {
    const now = rig.clock.now();
    await act("mute", { until: now + 3_600_000 });
    expect(await status()).toMatchObject({ until_date: Math.ceil((now + 3_600_000) / 1000) });
    await act("ban", { until: now + 1000 });
    expect(await status()).toMatchObject({ until_date: Math.ceil((now + 45_000) / 1000) });
  });

  it("removes from a basic group, and says that it cannot mute there", async () => {
    const basic = rig.sandbox.createChat({ title: "B", type: "group" }).id;
    rig.sandbox.join(basic, rig.bot, "administrator");
    rig.sandbox.join(basic, rig.user);
    const words = "telegram.refusal.only-supergroups";
    expect(await failure(act("mute", { room: user(basic) }))).toMatchObject({ words });
    await act("kick", { room: user(basic) });
    expect((await social.room(user(basic), signal)).members).toBe(2);
  });

  it("is refused with the cure without the right, of admins and of channels", async () => {
    rig.sandbox.promote(rig.chat, rig.user);
    const refused = { kind: "refused" };
    expect(await failure(act("ban"))).toMatchObject({ words: "telegram.refusal.untouchable", fate: refused });
    const channel = user(-1001112223334);
    expect(await failure(act("ban", { user: channel }))).toMatchObject({
      words: "telegram.refusal.no-person",
    });
    rig.sandbox.demote(rig.chat, rig.bot);
    expect(await failure(act("ban"))).toMatchObject({
      words: "telegram.refusal.no-moderation",
      fate: refused,
    });
  });

  it("by the account itself is no event; by somebody else it is", async () => {
    await act("mute");
    rig.sandbox.ban(rig.chat, rig.user, { anonymously: true });
    await rig.until(() => heard().some(({ kind }) => kind === "moderated"));
    expect(heard().filter(({ kind }) => kind === "moderated")).toMatchObject([
      { act: "ban", user: { name: "Ana" }, by: { kind: "anonymous", user: room } },
    ]);
  });
});

describe("removing messages", () => {
  const said = () => rig.sandbox.say(rig.chat, rig.user, { text: "spam" }).message_id;
  const remove = (id: number) => social.remove({ conversation: room, id: String(id) }, signal);

  it("removes a message of anybody, and one that is gone is no failure", async () => {
    rig.sandbox.promote(rig.chat, rig.bot);
    const id = said();
    await remove(id);
    await remove(id);
    expect(rig.sandbox.messages(rig.chat).some(({ message_id }) => message_id === id)).toBe(false);
  });

  it("says what is wrong without the right", async () => {
    expect(await failure(remove(said()))).toMatchObject({
      ...{ words: "telegram.refusal.cannot-delete", fate: { kind: "refused" } },
    });
  });
});

describe("a press", () => {
  const buttons: Keyboard = [[{ label: "Sim", action: "vote:yes" }]];

  async function asked(): Promise<number> {
    const message: Message = {
      ref: { conversation: room, id: "!1" },
      author: { kind: "robot", name: "MateBot" },
      ...{ at: 0, body: [text("vai?")], attachments: [], buttons },
    };
    const known = { prepared: null, now: 0, texts: account.context.texts };
    const [part] = account.platform.renderMessage(message, room, known);
    if (!part) throw new Error("nothing was rendered");
    const call = { op: "create", part: 0, hash: part.hash, request: part.request } as const;
    const sent = await account.platform.send(call, room, signal);
    return Number(sent?.ref.id);
  }

  async function pressed(): Promise<string> {
    const before = heard().length;
    const id = rig.sandbox.press(rig.chat, await asked(), rig.user, "vote:yes");
    await rig.until(() => heard().length > before);
    return id;
  }

  it("of a button that the robot sent is heard", async () => {
    const press = await pressed();
    expect(heard()).toMatchObject([
      { kind: "button.pressed", press, action: "vote:yes", by: { name: "Ana" }, isPrivate: false },
    ]);
  });

  it("is acknowledged with a line that passes, cut to what Telegram takes", async () => {
    const first = await pressed();
    await social.acknowledge?.(first, "anotado", signal);
    expect(rig.sandbox.pressAnswer(first)).toEqual({ text: "anotado", isAlert: false });
    const second = await pressed();
    await social.acknowledge?.(second, "x".repeat(300), signal);
    expect(rig.sandbox.pressAnswer(second)?.text).toHaveLength(200);
    const third = await pressed();
    await social.acknowledge?.(third, undefined, signal);
    expect(rig.sandbox.pressAnswer(third)).toEqual({ isAlert: false });
  });

  it("that is too old troubles nobody", async () => {
    const press = await pressed();
    await rig.clock.advance(60_000);
    await expect(social.acknowledge?.(press, "tarde", signal)).resolves.toBeUndefined();
    expect(rig.sandbox.pressAnswer(press)).toBeUndefined();
  });
});
