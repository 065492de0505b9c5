// Messages of bots: what may be sent, nonces, replies, edits, lists, reactions, pins, threads.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../manual-clock.ts";
import { startDiscordSandbox } from "./index.ts";
import { at, furnish, restOf, textAt } from "./raw-client.ts";
import type { DiscordSandbox } from "./sandbox.ts";

let sandbox: DiscordSandbox;
let clock: ManualClock;
let home: ReturnType<typeof furnish>;

beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock });
  home = furnish(sandbox);
});
afterEach(() => sandbox.close());

const path = (id = "") => `/channels/${home.channel.id}/messages${id === "" ? "" : `/${id}`}`;
const post = (body: object) => home.rest("POST", path(), body);
const say = (content: string) => sandbox.say(home.channel.id, home.ana.id, { content });

describe("what may be sent", () => {
  const refusals = [
    { name: "nothing", body: {}, code: 50006 },
    { name: "only spaces", body: { content: " \n " }, code: 50006 },
    { name: "2001 code points", body: { content: "é".repeat(2001) }, code: 50035, field: "content" },
    { name: "11 embeds", body: { embeds: Array(11).fill({ title: "a" }) }, code: 50035, field: "embeds" },
    { name: "a title of 257", body: { embeds: [{ title: "a".repeat(257) }] }, code: 50035, field: "embeds" },
    {
      name: "embeds of 6001 together",
      body: { embeds: [{ description: "a".repeat(4000) }, { description: "a".repeat(2001) }] },
      code: 50035,
      field: "embeds",
    },
    {
      name: "a field without a value",
      body: { embeds: [{ fields: [{ name: "a" }] }] },
      code: 50035,
      field: "embeds",
    },
    {
      name: "a colour too high",
      body: { embeds: [{ title: "a", color: 0x1000000 }] },
      code: 50035,
      field: "embeds",
    },
    {
      name: "a flag that is not ours to set",
      body: { content: "a", flags: 64 },
      code: 50035,
      field: "flags",
    },
    { name: "a nonce of 26", body: { content: "a", nonce: "n".repeat(26) }, code: 50035, field: "nonce" },
    { name: "a sticker", body: { sticker_ids: ["100000000000000001"] }, code: 50081 },
    {
      name: "a poll without answers",
      body: { poll: { question: { text: "?" }, answers: [] } },
      code: 50035,
      field: "poll",
    },
    {
      name: "a poll answer of 56",
      body: { poll: { question: { text: "?" }, answers: [{ poll_media: { text: "a".repeat(56) } }] } },
      code: 50035,
      field: "poll",
    },
    {
      name: "an unlisted attachment",
      body: { content: "a", attachments: [{ id: "7" }] },
      code: 50035,
      field: "attachments",
    },
  ];
  test.each(refusals)("$name is refused", async ({ body, code, field }) => {
    const answer = await post(body);
    expect(answer.body).toMatchObject({ code });
    if (field !== undefined) expect(at(answer.body, "errors", field)).toBeDefined();
    expect(sandbox.everSent(home.channel.id)).toEqual([]);
  });

  test("2000 code points are counted as code points, and surrounding space is trimmed", async () => {
    const astral = "😀".repeat(2000);
    expect((await post({ content: astral })).body).toMatchObject({ content: astral });
    expect((await post({ content: "  a \n" })).body).toMatchObject({ content: "a" });
  });
});

describe("nonces", () => {
  test("with enforce_nonce the earlier message is answered for some minutes", async () => {
    const first = await post({ content: "a", nonce: "n1", enforce_nonce: true });
    const again = await post({ content: "a", nonce: "n1", enforce_nonce: true });
    expect(again.body).toMatchObject({ id: textAt(first.body, "id"), nonce: "n1" });
    await clock.advance(6 * 60_000);
    const later = await post({ content: "a", nonce: "n1", enforce_nonce: true });
    expect(textAt(later.body, "id")).not.toBe(textAt(first.body, "id"));
    expect(sandbox.messages(home.channel.id)).toHaveLength(2);
  });

  test("without enforce_nonce they do nothing; a deleted original is an unknown message", async () => {
    const first = await post({ content: "a", nonce: "n1" });
    await post({ content: "a", nonce: "n1" });
    expect(sandbox.messages(home.channel.id)).toHaveLength(2);
    const last = sandbox.messages(home.channel.id).at(-1)?.id ?? "";
    expect(last).not.toBe(textAt(first.body, "id"));
    sandbox.remove(home.channel.id, last);
    const again = await post({ content: "a", nonce: "n1", enforce_nonce: true });
    expect(again.body).toMatchObject({ code: 10008 });
  });
});

describe("replies", () => {
  test("a reply is of type 19 and carries the answered message", async () => {
    const asked = say("pergunta");
    const answer = await post({ content: "resposta", message_reference: { message_id: asked.id } });
    expect(answer.body).toMatchObject({
      type: 19,
      message_reference: {
        type: 0,
        message_id: asked.id,
        channel_id: home.channel.id,
        guild_id: home.guild.id,
      },
      referenced_message: { id: asked.id, content: "pergunta" },
      mentions: [{ id: home.ana.id }],
    });
    sandbox.remove(home.channel.id, asked.id);
    const read = await home.rest("GET", path(textAt(answer.body, "id")));
    expect(at(read.body, "referenced_message")).toBeNull();
  });

  test("a reply to nothing is refused, unless it need not exist", async () => {
    const message_reference = { message_id: "100000000000000001" };
    expect((await post({ content: "a", message_reference })).body).toMatchObject({
      errors: { message_reference: { _errors: [{ code: "REPLIES_UNKNOWN_MESSAGE" }] } },
    });
    const lenient = { ...message_reference, fail_if_not_exists: false };
    expect((await post({ content: "a", message_reference: lenient })).body).toMatchObject({ type: 0 });
  });

  test("a forward carries a snapshot without an author", async () => {
    const told = say("notícia");
    const reference = { type: 1, message_id: told.id, channel_id: home.channel.id };
    const answer = await post({ message_reference: reference });
    expect(answer.body).toMatchObject({
      content: "",
      message_snapshots: [{ message: { content: "notícia" } }],
    });
    expect(at(answer.body, "message_snapshots", 0, "message", "author")).toBeUndefined();
  });
});

describe("edits and deletions", () => {
  test("a bot edits only its own messages", async () => {
    const theirs = say("meu");
    expect((await home.rest("PATCH", path(theirs.id), { content: "x" })).body).toMatchObject({ code: 50005 });
    const own = await post({ content: "a" });
    expect(at(own.body, "edited_timestamp")).toBeNull();
    const edited = await home.rest("PATCH", path(textAt(own.body, "id")), { content: "b" });
    expect(edited.body).toMatchObject({ content: "b" });
    expect(textAt(edited.body, "edited_timestamp")).toMatch(/\.\d{6}\+00:00$/);
    const emptied = await home.rest("PATCH", path(textAt(own.body, "id")), { content: "" });
    expect(emptied.body).toMatchObject({ code: 50006 });
  });

  test("a deleted message is unknown, and stays the channel's last", async () => {
    const told = say("a");
    expect((await home.rest("DELETE", path(told.id))).status).toBe(204);
    for (const method of ["GET", "PATCH", "DELETE"])
      expect(
        (await home.rest(method, path(told.id), method === "PATCH" ? { content: "b" } : undefined)).body,
      ).toMatchObject({ code: 10008 });
    expect((await home.rest("GET", `/channels/${home.channel.id}`)).body).toMatchObject({
      last_message_id: told.id,
    });
    expect(sandbox.everSent(home.channel.id)).toHaveLength(1);
  });

  test("bulk deletion takes 2 to 100 messages of the last two weeks", async () => {
    const old = say("velha");
    await clock.advance(15 * 24 * 3_600_000);
    const [a, b] = [say("a"), say("b")];
    const bulk = (messages: string[]) => home.rest("POST", path("bulk-delete"), { messages });
    expect((await bulk([a.id])).body).toMatchObject({ code: 50016 });
    expect((await bulk([a.id, old.id])).body).toMatchObject({ code: 50034 });
    expect((await bulk([a.id, b.id])).status).toBe(204);
    expect(sandbox.messages(home.channel.id).map(({ id }) => id)).toEqual([old.id]);
  });
});

describe("reading", () => {
  test("lists are newest first, and `after` gives the page right behind the id", async () => {
    const ids = Array.from({ length: 10 }, (_, index) => say(String(index)).id);
    const list = async (query: string) =>
      ((await home.rest("GET", `${path()}?${query}`)).body as { content: string }[]).map(
        ({ content }) => content,
      );
    expect(await list("limit=3")).toEqual(["9", "8", "7"]);
    expect(await list(`after=${ids[2]}&limit=3`)).toEqual(["5", "4", "3"]);
    expect(await list(`before=${ids[2]}`)).toEqual(["1", "0"]);
    expect(await list(`around=${ids[5]}&limit=3`)).toEqual(["6", "5", "4"]);
    expect((await home.rest("GET", `${path()}?limit=101`)).status).toBe(400);
  });

  test("REST messages have no member and no guild", async () => {
    const told = say("a");
    const read = await home.rest("GET", path(told.id));
    expect(at(read.body, "member")).toBeUndefined();
    expect(at(read.body, "guild_id")).toBeUndefined();
  });

  test("without MESSAGE_CONTENT others' messages are empty, except those that mention the bot", async () => {
    const blind = sandbox.createBot({ name: "Cego", intents: { messageContent: false } });
    sandbox.addBot(home.guild.id, blind.id);
    say("segredo");
    say(`para <@${blind.id}>`);
    const rest = restOf(sandbox, blind.token);
    await rest("POST", path(), { content: "meu" });
    const seen = (await rest("GET", path())).body as { content: string }[];
    expect(seen.map(({ content }) => content)).toEqual(["meu", `para <@${blind.id}>`, ""]);
  });
});

describe("reactions", () => {
  const react = (id: string, emoji: string, method = "PUT") =>
    home.rest(method, `${path(id)}/reactions/${encodeURIComponent(emoji)}/@me`);

  test("an emoji must be exact; a custom one must exist", async () => {
    const told = say("a");
    expect((await react(told.id, "❤️")).status).toBe(204);
    expect((await react(told.id, "❤")).body).toMatchObject({ code: 10014 });
    expect((await react(told.id, "mate:100000000000000001")).body).toMatchObject({ code: 10014 });
    const emoji = sandbox.createEmoji(home.guild.id, { name: "mate" });
    expect((await react(told.id, `mate:${emoji.id}`)).status).toBe(204);
    expect(sandbox.messages(home.channel.id)[0]?.reactions).toMatchObject([
      { emoji: { id: null, name: "❤️" }, count: 1 },
      { emoji: { id: emoji.id, name: "mate" }, count: 1 },
    ]);
    expect((await react(told.id, "❤️", "DELETE")).status).toBe(204);
    expect(sandbox.messages(home.channel.id)[0]?.reactions).toHaveLength(1);
  });

  test("20 different ones at most", async () => {
    const told = say("a");
    for (let i = 0; i < 20; i++)
      sandbox.react(home.channel.id, told.id, home.ana.id, String.fromCodePoint(0x1f600 + i));
    expect((await react(told.id, "👍")).body).toMatchObject({ code: 30010 });
  });
});

describe("pins and threads", () => {
  test("a pin leaves a line of type 6 and is listed", async () => {
    const told = say("a");
    expect((await home.rest("PUT", path(`pins/${told.id}`))).status).toBe(204);
    expect((await home.rest("GET", path("pins"))).body).toMatchObject({
      items: [{ message: { id: told.id, pinned: true } }],
      has_more: false,
    });
    expect(sandbox.messages(home.channel.id).at(-1)).toMatchObject({
      type: 6,
      message_reference: { message_id: told.id },
    });
  });

  test("a thread from a message has the message's id; a second one is refused", async () => {
    const told = say("a");
    const make = () => home.rest("POST", `${path(told.id)}/threads`, { name: "fio" });
    expect(await make()).toMatchObject({
      status: 201,
      body: { id: told.id, type: 11, parent_id: home.channel.id },
    });
    expect((await make()).body).toMatchObject({ code: 160004 });
    expect((await home.rest("GET", path(told.id))).body).toMatchObject({
      flags: 32,
      thread: { id: told.id },
    });
  });

  test("a thread without a type is private", async () => {
    const thread = await home.rest("POST", `/channels/${home.channel.id}/threads`, { name: "fio" });
    expect(thread.body).toMatchObject({ type: 12 });
  });

  test("speaking opens an archived thread again, editing in it does not", async () => {
    const thread = await home.rest("POST", `/channels/${home.channel.id}/threads`, { name: "fio", type: 11 });
    const id = textAt(thread.body, "id");
    const first = await home.rest("POST", `/channels/${id}/messages`, { content: "a" });
    sandbox.archiveThread(id, { archived: true });
    const edit = await home.rest("PATCH", `/channels/${id}/messages/${textAt(first.body, "id")}`, {
      content: "b",
    });
    expect(edit.body).toMatchObject({ code: 50083 });
    await home.rest("POST", `/channels/${id}/messages`, { content: "c" });
    expect((await home.rest("GET", `/channels/${id}`)).body).toMatchObject({
      thread_metadata: { archived: false },
      message_count: 2,
    });
  });

  test("archived threads are listed, the last one first, page by page, for those who may read the history", async () => {
    const list = (query: string) =>
      home.rest("GET", `/channels/${home.channel.id}/threads/archived/public${query}`);
    const make = async (name: string) => {
      const { id } = sandbox.createThread(home.channel.id, { name, ownerId: home.ana.id });
      await clock.advance(1_000);
      sandbox.archiveThread(id, { archived: true });
      return id;
    };
    const [first, second, third] = [await make("um"), await make("dois"), await make("três")];
    sandbox.createThread(home.channel.id, { name: "aberto", ownerId: home.ana.id });
    const page = await list("?limit=2");
    expect(page.body).toMatchObject({ threads: [{ id: third }, { id: second }], has_more: true });
    const before = textAt(page.body, "threads", 1, "thread_metadata", "archive_timestamp");
    const rest = await list(`?limit=2&before=${encodeURIComponent(before)}`);
    expect(rest.body).toMatchObject({ threads: [{ id: first }], has_more: false });
    const deny = [{ id: home.guild.id, type: 0, deny: 1n << 16n }] as const;
    sandbox.setPermissions(home.channel.id, deny);
    expect((await list("")).body).toMatchObject({ code: 50013 });
  });

  test("a forum takes posts, not messages; the starter has the post's id", async () => {
    const forum = sandbox.createChannel(home.guild.id, { name: "fórum", type: 15 });
    const direct = await home.rest("POST", `/channels/${forum.id}/messages`, { content: "a" });
    expect(direct.body).toMatchObject({ code: 50008 });
    const made = await home.rest("POST", `/channels/${forum.id}/threads`, {
      name: "p",
      message: { content: "a" },
    });
    expect(made.status).toBe(201);
    expect(textAt(made.body, "message", "id")).toBe(textAt(made.body, "id"));
  });

  test("a direct message is opened once and needs no permissions", async () => {
    const open = () => home.rest("POST", "/users/@me/channels", { recipient_id: home.ana.id });
    const channel = await open();
    expect(textAt((await open()).body, "id")).toBe(textAt(channel.body, "id"));
    const sent = await home.rest("POST", `/channels/${textAt(channel.body, "id")}/messages`, {
      content: "oi",
    });
    expect(sent.status).toBe(200);
  });
});
