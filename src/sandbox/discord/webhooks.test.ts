// Webhooks: names, tokens, their messages, threads and forums.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startDiscordSandbox } from "./index.ts";
import { at, furnish, type RawAnswer, restOf, textAt } from "./raw-client.ts";
import type { DiscordSandbox } from "./sandbox.ts";

let sandbox: DiscordSandbox;
let home: ReturnType<typeof furnish>;
let hook: { id: string; token: string };

async function makeWebhook(channelId: string): Promise<{ id: string; token: string }> {
  const { body } = await home.rest("POST", `/channels/${channelId}/webhooks`, { name: "Mate" });
  return { id: textAt(body, "id"), token: textAt(body, "token") };
}

beforeEach(async () => {
  sandbox = await startDiscordSandbox();
  home = furnish(sandbox);
  hook = await makeWebhook(home.channel.id);
});
afterEach(() => sandbox.close());

const path = (rest = "") => `/webhooks/${hook.id}/${hook.token}${rest}`;
const execute = (body: object, query = "?wait=true"): Promise<RawAnswer> =>
  home.open("POST", path(query), body);

describe("executing", () => {
  test("the message is the webhook's: its id is the author's, and there is no member", async () => {
    const answer = await execute({ content: "oi", username: "Ana (Telegram)" });
    expect(answer.body).toMatchObject({
      author: { id: hook.id, username: "Ana (Telegram)", bot: true, discriminator: "0000" },
      webhook_id: hook.id,
      application_id: home.bot.applicationId,
      type: 0,
    });
    expect(at(answer.body, "member")).toBeUndefined();
  });

  test("without wait the answer is 204 and empty, and the message is there", async () => {
    expect(await execute({ content: "oi" }, "")).toMatchObject({ status: 204, body: "" });
    expect(sandbox.messages(home.channel.id)).toMatchObject([
      { content: "oi", author: { username: "Mate" } },
    ]);
  });

  test("replies, nonces and stickers have no effect", async () => {
    const told = sandbox.say(home.channel.id, home.ana.id, { content: "a" });
    const body = {
      content: "b",
      nonce: "n",
      enforce_nonce: true,
      message_reference: { message_id: told.id },
      sticker_ids: ["1"],
    };
    const first = await execute(body);
    const second = await execute(body);
    expect(textAt(first.body, "id")).not.toBe(textAt(second.body, "id"));
    expect(at(first.body, "message_reference")).toBeUndefined();
  });

  const names = [
    { username: "Clyde", code: "USERNAME_INVALID_CONTAINS" },
    { username: "meu DisCord", code: "USERNAME_INVALID_CONTAINS" },
    { username: "a```b", code: "USERNAME_INVALID_CONTAINS" },
    { username: "Here", code: "USERNAME_INVALID" },
    { username: "everyone", code: "USERNAME_INVALID" },
    { username: "a".repeat(81), code: "BASE_TYPE_BAD_LENGTH" },
    { username: "", code: "BASE_TYPE_REQUIRED" },
    { username: "   ", code: "BASE_TYPE_BAD_LENGTH" },
  ];
  test.each(names)("the name '$username' is refused", async ({ username, code }) => {
    const answer = await execute({ content: "a", username });
    expect([answer.status, at(answer.body, "code")]).toEqual([400, 50035]);
    expect(at(answer.body, "errors", "username", "_errors", 0, "code")).toBe(code);
    expect(sandbox.messages(home.channel.id)).toEqual([]);
  });

  test.each(["groundsphere", "Disco", "c\u200alyde", "😀".repeat(80)])(
    "the name '%s' is taken",
    async (username) => {
      expect((await execute({ content: "a", username })).status).toBe(200);
    },
  );

  test("an empty message, a long one and a strange picture address are refused", async () => {
    expect((await execute({ content: " " })).body).toMatchObject({ code: 50006 });
    expect((await execute({ content: "a".repeat(2001) })).body).toMatchObject({ code: 50035 });
    expect((await execute({ content: "a", avatar_url: "file:///etc/passwd" })).body).toMatchObject({
      errors: { avatar_url: { _errors: [{ code: "URL_TYPE_INVALID_SCHEME" }] } },
    });
  });
});

describe("credentials", () => {
  test("a wrong token is 50027, a deleted webhook 10015; its messages stay", async () => {
    const sent = await execute({ content: "a" });
    const wrong = await home.open("POST", `/webhooks/${hook.id}/wrong`, { content: "a" });
    expect([wrong.status, at(wrong.body, "code")]).toEqual([401, 50027]);
    sandbox.deleteWebhook(hook.id);
    expect((await execute({ content: "b" })).body).toMatchObject({ code: 10015 });
    const edit = await home.open("PATCH", path(`/messages/${textAt(sent.body, "id")}`), { content: "c" });
    expect(edit.status).toBe(404);
    expect(sandbox.messages(home.channel.id)).toHaveLength(1);
  });

  test("only the owning application sees the token in the channel's list", async () => {
    const other = sandbox.createBot({ name: "Outro" });
    sandbox.addBot(home.guild.id, other.id);
    const human = sandbox.createWebhook(home.channel.id, { name: "Humano", userId: home.ana.id });
    const list = (token: string) => restOf(sandbox, token)("GET", `/channels/${home.channel.id}/webhooks`);
    const mine = await list(home.bot.token);
    expect(at(mine.body, 0)).toMatchObject({
      id: hook.id,
      token: hook.token,
      application_id: home.bot.applicationId,
    });
    expect(at(mine.body, 1)).toMatchObject({ id: human.id, application_id: null });
    expect(at(mine.body, 1, "token")).toBeUndefined();
    expect(at((await list(other.token)).body, 0, "token")).toBeUndefined();
  });

  test("15 to a channel", async () => {
    for (let i = 1; i < 15; i++) await makeWebhook(home.channel.id);
    const more = await home.rest("POST", `/channels/${home.channel.id}/webhooks`, { name: "Mate" });
    expect([more.status, at(more.body, "code")]).toEqual([400, 30007]);
  });

  test("a webhook moves to another channel of its guild", async () => {
    const other = sandbox.createChannel(home.guild.id, { name: "outro" });
    const moved = await home.rest("PATCH", `/webhooks/${hook.id}`, { channel_id: other.id });
    expect(moved.body).toMatchObject({ channel_id: other.id });
    await execute({ content: "aqui" });
    expect(sandbox.messages(other.id)).toHaveLength(1);
  });
});

describe("its messages", () => {
  test("are edited and deleted with its token, under the name they were sent", async () => {
    const sent = await execute({ content: "a", username: "Ana" });
    const one = path(`/messages/${textAt(sent.body, "id")}`);
    expect((await home.open("PATCH", one, { content: "b", username: "Bia" })).status).toBe(400);
    expect((await home.open("PATCH", one, { content: "b" })).body).toMatchObject({
      content: "b",
      author: { username: "Ana" },
    });
    expect((await home.open("GET", one)).body).toMatchObject({ content: "b" });
    expect((await home.open("DELETE", one)).status).toBe(204);
    expect((await home.open("DELETE", one)).body).toMatchObject({ code: 10008 });
  });

  test("others' messages are unknown to it, and the bot cannot edit its messages", async () => {
    const told = sandbox.say(home.channel.id, home.ana.id, { content: "a" });
    expect((await home.open("PATCH", path(`/messages/${told.id}`), { content: "b" })).body).toMatchObject({
      code: 10008,
    });
    const sent = await execute({ content: "a" });
    const asBot = await home.rest(
      "PATCH",
      `/channels/${home.channel.id}/messages/${textAt(sent.body, "id")}`,
      {
        content: "b",
      },
    );
    expect(asBot.body).toMatchObject({ code: 50005 });
  });
});

describe("threads and forums", () => {
  test("a thread is reached through its parent's webhook with thread_id, for edits too", async () => {
    const thread = sandbox.createThread(home.channel.id, { name: "fio", ownerId: home.ana.id });
    const sent = await execute({ content: "a" }, `?wait=true&thread_id=${thread.id}`);
    expect(sent.body).toMatchObject({ channel_id: thread.id });
    const one = path(`/messages/${textAt(sent.body, "id")}`);
    expect((await home.open("PATCH", one, { content: "b" })).body).toMatchObject({ code: 10008 });
    expect((await home.open("PATCH", `${one}?thread_id=${thread.id}`, { content: "b" })).status).toBe(200);
    const elsewhere = sandbox.createChannel(home.guild.id, { name: "outro" });
    const strange = sandbox.createThread(elsewhere.id, { name: "fio", ownerId: home.ana.id });
    expect((await execute({ content: "a" }, `?thread_id=${strange.id}`)).body).toMatchObject({ code: 10003 });
  });

  test("a forum wants exactly one of thread_id and thread_name; other channels no name", async () => {
    expect((await execute({ content: "a", thread_name: "t" })).body).toMatchObject({ code: 220003 });
    const forum = sandbox.createChannel(home.guild.id, { name: "fórum", type: 15 });
    hook = await makeWebhook(forum.id);
    expect((await execute({ content: "a" })).body).toMatchObject({ code: 220001 });
    const posted = await execute({ content: "a", thread_name: "t" });
    expect(textAt(posted.body, "channel_id")).toBe(textAt(posted.body, "id"));
    const both = `?thread_id=${textAt(posted.body, "channel_id")}`;
    expect((await execute({ content: "a", thread_name: "t" }, both)).body).toMatchObject({ code: 220002 });
    expect((await execute({ content: "b" }, `${both}&wait=true`)).status).toBe(200);
  });
});
