// The Gateway: the way in, heartbeats, resuming, who is told what, echoes and mischief.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../../manual-clock.ts";
import { startDiscordSandbox } from "../index.ts";
import { PERMISSION } from "../permissions.ts";
import { ALL_INTENTS, at, connect, furnish, login, type RawGateway, textAt } from "../raw-client.ts";
import type { DiscordSandbox } from "../sandbox.ts";

const GUILDS = 1;
const GUILD_MESSAGES = 512;
const DIRECT_MESSAGES = 4096;
const CONTENT = 32768;

let sandbox: DiscordSandbox;
let clock: ManualClock;
let home: ReturnType<typeof furnish>;

beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock, heartbeatMs: 40_000, resumeWindowMs: 60_000 });
  home = furnish(sandbox);
});
afterEach(() => sandbox.close());

const say = (content: string) => sandbox.say(home.channel.id, home.ana.id, { content });
const dispatches = (gateway: RawGateway) => gateway.packets.filter(({ op }) => op === 0);
const properties = { os: "linux", browser: "test", device: "test" };

/** Waits until everything said so far has arrived: an answered heartbeat comes after it. */
async function settle(gateway: RawGateway): Promise<void> {
  gateway.send(1, null);
  await gateway.next(({ op }) => op === 11);
}

async function resume(sessionId: string, seq: number, token = home.bot.token): Promise<RawGateway> {
  const gateway = connect(sandbox, "?v=10&encoding=json", "/gateway/resume");
  await gateway.next(({ op }) => op === 10);
  gateway.send(6, { token, session_id: sessionId, seq });
  return gateway;
}

describe("the way in", () => {
  test("HELLO, READY with unavailable guilds, then each guild whole", async () => {
    const told = say("antes");
    const thread = sandbox.createThread(home.channel.id, { name: "fio", ownerId: home.ana.id });
    const { gateway, ready } = await login(sandbox, home.bot.token, ALL_INTENTS);
    expect(at(gateway.packets, 0)).toMatchObject({ op: 10, d: { heartbeat_interval: 40_000 } });
    expect(ready).toMatchObject({
      s: 1,
      d: {
        v: 10,
        user: { id: home.bot.id },
        application: { id: home.bot.applicationId },
        guilds: [{ id: home.guild.id, unavailable: true }],
      },
    });
    expect(textAt(ready.d, "resume_gateway_url")).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/gateway\/resume$/);
    expect(await gateway.dispatch("GUILD_CREATE")).toMatchObject({
      s: 2,
      d: {
        id: home.guild.id,
        channels: [{ id: home.channel.id, last_message_id: told.id }],
        threads: [{ id: thread.id, parent_id: home.channel.id }],
        members: [{ user: { id: home.bot.id } }],
        roles: [{ id: home.guild.id, name: "@everyone" }, { managed: true }],
      },
    });
  });

  test("identifying is counted in session_start_limit", async () => {
    await login(sandbox, home.bot.token, GUILDS);
    const info = await home.rest("GET", "/gateway/bot");
    expect(info.body).toMatchObject({
      url: sandbox.url.replace("http", "ws").replace(/\/api$/, "/gateway"),
      shards: 1,
      session_start_limit: { total: 1000, remaining: 999, max_concurrency: 1 },
    });
  });

  const identify = (d: object) => ({ op: 2, d: { intents: 1, properties, ...d } });
  const refusals = [
    { name: "a wrong token", send: () => identify({ token: "wrong" }), code: 4004 },
    { name: "no properties", send: () => ({ op: 2, d: { token: home.bot.token, intents: 1 } }), code: 4002 },
    {
      name: "an unknown intent",
      send: () => identify({ token: home.bot.token, intents: 1 << 17 }),
      code: 4013,
    },
    {
      name: "an intent not switched on",
      send: () => identify({ token: home.bot.token, intents: 2 }),
      code: 4014,
    },
    { name: "a foreign shard", send: () => identify({ token: home.bot.token, shard: [1, 2] }), code: 4010 },
    { name: "an unknown opcode", send: () => ({ op: 99, d: null }), code: 4001 },
    { name: "presence before identifying", send: () => ({ op: 3, d: {} }), code: 4003 },
    { name: "more than 4096 bytes", send: () => identify({ token: "t".repeat(4096) }), code: 4002 },
  ];
  test.each(refusals)("$name closes with $code", async ({ send, code }) => {
    const gateway = connect(sandbox);
    await gateway.next(({ op }) => op === 10);
    const { op, d } = send();
    gateway.send(op, d);
    expect(await gateway.closed).toBe(code);
    expect(sandbox.gateway.sessions()).toEqual([]);
  });

  test("what is no JSON closes with 4002, identifying twice with 4005", async () => {
    const broken = connect(sandbox);
    await broken.next(({ op }) => op === 10);
    broken.sendText("{");
    expect(await broken.closed).toBe(4002);
    const { gateway } = await login(sandbox, home.bot.token, GUILDS);
    gateway.send(2, { token: home.bot.token, intents: 1, properties });
    expect(await gateway.closed).toBe(4005);
  });

  test("another version closes with 4012, compression is not simulated and says so", async () => {
    expect(await connect(sandbox, "?encoding=json").closed).toBe(4012);
    expect(sandbox.unexpected).toEqual([]);
    expect(await connect(sandbox, "?v=10&encoding=json&compress=zlib-stream").closed).toBe(4002);
    expect(sandbox.unexpected).toHaveLength(1);
  });

  test("the 121st payload of a minute closes with 4008", async () => {
    const { gateway } = await login(sandbox, home.bot.token, GUILDS);
    for (let i = 0; i < 119; i++) gateway.send(1, null);
    for (let i = 0; i < 119; i++) await gateway.next(({ op }) => op === 11);
    gateway.send(1, null);
    expect(await gateway.closed).toBe(4008);
  });

  test("with limits on, a second IDENTIFY within 5 s is an invalid session", async () => {
    const strict = await startDiscordSandbox({ clock, limits: true });
    const bot = strict.createBot({ name: "M" });
    await login(strict, bot.token, GUILDS);
    const second = connect(strict);
    await second.next(({ op }) => op === 10);
    second.send(2, { token: bot.token, intents: 1, properties });
    expect(await second.next(({ op }) => op === 9)).toMatchObject({ d: false });
    await clock.advance(5000);
    second.send(2, { token: bot.token, intents: 1, properties });
    await second.dispatch("READY");
    await strict.close();
  });

  test("a reset token closes with 4004 and is good for nothing", async () => {
    const { gateway } = await login(sandbox, home.bot.token, GUILDS);
    const token = sandbox.resetToken(home.bot.id);
    expect(await gateway.closed).toBe(4004);
    expect((await home.rest("GET", "/users/@me")).status).toBe(401);
    await login(sandbox, token, GUILDS);
  });
});

describe("heartbeats", () => {
  test("are acknowledged; without them the connection and the session end with 4009", async () => {
    const { gateway, ready } = await login(sandbox, home.bot.token, GUILDS);
    await clock.advance(40_000);
    gateway.send(1, 2);
    await gateway.next(({ op }) => op === 11);
    await clock.advance(59_999);
    await settle(gateway);
    await clock.advance(60_000);
    expect(await gateway.closed).toBe(4009);
    const again = await resume(textAt(ready.d, "session_id"), 2);
    expect(await again.next(({ op }) => op === 9)).toMatchObject({ d: false });
  });

  test("can be asked for, and can be left unanswered", async () => {
    const { gateway } = await login(sandbox, home.bot.token, GUILDS);
    sandbox.gateway.askForHeartbeat();
    await gateway.next(({ op }) => op === 1);
    sandbox.gateway.muteHeartbeats(true);
    gateway.send(1, null);
    sandbox.renameChannel(home.channel.id, "novo");
    await gateway.dispatch("CHANNEL_UPDATE");
    expect(gateway.packets.some(({ op }) => op === 11)).toBe(false);
  });
});

describe("resuming", () => {
  async function interrupted() {
    const { gateway, ready } = await login(sandbox, home.bot.token, ALL_INTENTS);
    say("1");
    const seen = await gateway.dispatch("MESSAGE_CREATE");
    return { gateway, sessionId: textAt(ready.d, "session_id"), seq: Number(seen.s) };
  }

  test("what was missed is told in order, under its old numbers, then RESUMED", async () => {
    const { gateway, sessionId, seq } = await interrupted();
    sandbox.gateway.kickOffAll("cut");
    await gateway.closed;
    say("2");
    say("3");
    const again = await resume(sessionId, seq);
    await again.dispatch("RESUMED");
    expect(dispatches(again).map(({ t, s, d }) => [t, s, at(d, "content")])).toEqual([
      ["MESSAGE_CREATE", seq + 1, "2"],
      ["MESSAGE_CREATE", seq + 2, "3"],
      ["RESUMED", seq + 3, undefined],
    ]);
    say("4");
    expect(await again.dispatch("MESSAGE_CREATE")).toMatchObject({ s: seq + 4, d: { content: "4" } });
  });

  test("a second connection takes the session over from the first", async () => {
    const { gateway, sessionId, seq } = await interrupted();
    const second = await resume(sessionId, seq);
    expect(await gateway.closed).toBe(4000);
    await second.dispatch("RESUMED");
    await settle(second);
    say("2");
    expect((await second.dispatch("MESSAGE_CREATE")).d).toMatchObject({ content: "2" });
    expect(sandbox.gateway.sessions()).toMatchObject([{ id: sessionId, connected: true }]);
  });

  test("an older number gets everything since then again", async () => {
    const { gateway, sessionId } = await interrupted();
    gateway.close(4200);
    await gateway.closed;
    const again = await resume(sessionId, 0);
    await again.dispatch("RESUMED");
    expect(dispatches(again).map(({ t }) => t)).toEqual([
      "READY",
      "GUILD_CREATE",
      "MESSAGE_CREATE",
      "RESUMED",
    ]);
  });

  test("a client's close with 1000 or 1001 ends the session, another code keeps it", async () => {
    for (const [code, kept] of [
      [1000, false],
      [1001, false],
      [4200, true],
    ] as const) {
      const { gateway, ready } = await login(sandbox, home.bot.token, GUILDS);
      gateway.close(code);
      await gateway.closed;
      const again = await resume(textAt(ready.d, "session_id"), 2);
      const answer = await again.next(({ op, t }) => op === 9 || t === "RESUMED");
      expect([code, answer.op]).toEqual([code, kept ? 0 : 9]);
    }
  });

  test("too late is an invalid session, a number from the future 4007, a wrong token 4004", async () => {
    const { gateway, sessionId, seq } = await interrupted();
    sandbox.gateway.kickOffAll("cut");
    await gateway.closed;
    expect(await (await resume(sessionId, seq + 1)).closed).toBe(4007);
    expect(await (await resume(sessionId, seq, "wrong")).closed).toBe(4004);
    await clock.advance(60_001);
    const late = await resume(sessionId, seq);
    expect(await late.next(({ op }) => op === 9)).toMatchObject({ d: false });
  });

  test("opcode 7 and opcode 9 reach the client; after 9 false there is nothing to resume", async () => {
    const { gateway, sessionId, seq } = await interrupted();
    sandbox.gateway.kickOffAll(7);
    await gateway.next(({ op }) => op === 7);
    sandbox.gateway.kickOffAll({ op9: true });
    expect(await gateway.next(({ op }) => op === 9)).toMatchObject({ d: true });
    expect(sandbox.gateway.sessions()).toHaveLength(1);
    sandbox.gateway.kickOffAll({ op9: false });
    expect(await gateway.next(({ op }) => op === 9)).toMatchObject({ d: false });
    const again = await resume(sessionId, seq);
    expect(await again.next(({ op }) => op === 9)).toMatchObject({ d: false });
  });

  test("any close code can be played, and connections can be refused", async () => {
    const { gateway } = await login(sandbox, home.bot.token, GUILDS);
    sandbox.gateway.kickOffAll({ close: 4000 });
    expect(await gateway.closed).toBe(4000);
    sandbox.gateway.refuseConnections(true);
    expect(await connect(sandbox).closed).toBe(1006);
  });
});

describe("who is told what", () => {
  test("a person's message has guild, member without user, and members of the mentioned", async () => {
    const { gateway } = await login(sandbox, home.bot.token, ALL_INTENTS);
    say(`oi <@${home.ana.id}>`);
    const { d } = await gateway.dispatch("MESSAGE_CREATE");
    expect(d).toMatchObject({
      guild_id: home.guild.id,
      author: { id: home.ana.id, global_name: "Ana" },
      member: { nick: "Aninha" },
      mentions: [{ id: home.ana.id, member: { nick: "Aninha" } }],
    });
    expect(at(d, "member", "user")).toBeUndefined();
    expect(at(d, "pinged")).toBeUndefined();
  });

  test("without MESSAGE_CONTENT the text is empty, except in direct messages and where the bot is mentioned", async () => {
    const { gateway } = await login(sandbox, home.bot.token, GUILDS | GUILD_MESSAGES | DIRECT_MESSAGES);
    say("segredo");
    say(`para <@${home.bot.id}>`);
    const dm = sandbox.createDm(home.bot.id, home.ana.id);
    sandbox.say(dm.id, home.ana.id, { content: "a sós" });
    const own = await home.rest("POST", `/channels/${home.channel.id}/messages`, { content: "meu" });
    expect(own.status).toBe(200);
    const texts = [];
    for (let i = 0; i < 4; i++) texts.push(at((await gateway.dispatch("MESSAGE_CREATE")).d, "content"));
    expect(texts).toEqual(["", `para <@${home.bot.id}>`, "a sós", "meu"]);
  });

  test("events come only for the intents asked for, and only from channels one can see", async () => {
    const { gateway } = await login(sandbox, home.bot.token, GUILD_MESSAGES | CONTENT);
    const hidden = sandbox.createChannel(home.guild.id, {
      name: "oculto",
      overwrites: [{ id: home.guild.id, type: 0, deny: PERMISSION.VIEW_CHANNEL }],
    });
    sandbox.setRolePermissions(home.guild.id, sandbox.botRole(home.guild.id, home.bot.id), 0n);
    sandbox.say(hidden.id, home.ana.id, { content: "oculto" });
    const told = say("visto");
    sandbox.react(home.channel.id, told.id, home.ana.id, "👍");
    sandbox.type(home.channel.id, home.ana.id);
    sandbox.remove(home.channel.id, told.id);
    await settle(gateway);
    expect(dispatches(gateway).map(({ t }) => t)).toEqual(["READY", "MESSAGE_CREATE", "MESSAGE_DELETE"]);
  });

  test("edits, previews, deletions, reactions, pins, webhooks and channels are told in their shapes", async () => {
    const { gateway } = await login(sandbox, home.bot.token, ALL_INTENTS);
    const [a, b] = [say("a"), say("b")];
    sandbox.edit(home.channel.id, a.id, { content: "a2" });
    expect((await gateway.dispatch("MESSAGE_UPDATE")).d).toMatchObject({ id: a.id, content: "a2" });
    sandbox.unfurl(home.channel.id, b.id);
    expect((await gateway.dispatch("MESSAGE_UPDATE")).d).toMatchObject({
      id: b.id,
      content: "b",
      edited_timestamp: null,
      embeds: [{ type: "link" }],
    });
    sandbox.react(home.channel.id, a.id, home.ana.id, "👍");
    expect((await gateway.dispatch("MESSAGE_REACTION_ADD")).d).toMatchObject({
      user_id: home.ana.id,
      message_id: a.id,
      message_author_id: home.ana.id,
      emoji: { id: null, name: "👍" },
      member: { user: { id: home.ana.id } },
    });
    sandbox.pin(home.channel.id, a.id, home.ana.id);
    expect((await gateway.dispatch("CHANNEL_PINS_UPDATE")).d).toMatchObject({ channel_id: home.channel.id });
    expect((await gateway.dispatch("MESSAGE_CREATE")).d).toMatchObject({ type: 6 });
    const hook = sandbox.createWebhook(home.channel.id, { name: "H", userId: home.ana.id });
    sandbox.deleteWebhook(hook.id);
    expect((await gateway.dispatch("WEBHOOKS_UPDATE")).d).toEqual({
      guild_id: home.guild.id,
      channel_id: home.channel.id,
    });
    sandbox.bulkRemove(home.channel.id, [a.id, b.id]);
    expect((await gateway.dispatch("MESSAGE_DELETE_BULK")).d).toEqual({
      ids: [a.id, b.id],
      channel_id: home.channel.id,
      guild_id: home.guild.id,
    });
    const thread = sandbox.createThread(home.channel.id, { name: "fio", ownerId: home.ana.id });
    expect((await gateway.dispatch("THREAD_CREATE")).d).toMatchObject({ id: thread.id, newly_created: true });
    sandbox.deleteChannel(home.channel.id);
    expect((await gateway.dispatch("CHANNEL_DELETE")).d).toMatchObject({ id: home.channel.id });
  });

  test("the preview of an edited message may carry an earlier time than the edit", async () => {
    const { gateway } = await login(sandbox, home.bot.token, ALL_INTENTS);
    const a = say("a");
    sandbox.edit(home.channel.id, a.id, { content: "b" });
    sandbox.unfurl(home.channel.id, a.id);
    const edited = textAt((await gateway.dispatch("MESSAGE_UPDATE")).d, "edited_timestamp");
    const preview = textAt((await gateway.dispatch("MESSAGE_UPDATE")).d, "edited_timestamp");
    expect(preview).toMatch(/000\+00:00$/);
    expect(preview.slice(0, 23)).toBe(edited.slice(0, 23));
    expect(preview <= edited).toBe(true);
  });

  test("joining and leaving a guild is told to that bot alone", async () => {
    const { gateway } = await login(sandbox, home.bot.token, ALL_INTENTS);
    await gateway.dispatch("GUILD_CREATE");
    const other = sandbox.createGuild({ name: "Outra" });
    sandbox.addBot(other.id, home.bot.id);
    expect((await gateway.dispatch("GUILD_CREATE")).d).toMatchObject({ id: other.id, unavailable: false });
    sandbox.removeBot(other.id, home.bot.id);
    expect((await gateway.dispatch("GUILD_DELETE")).d).toEqual({ id: other.id });
  });
});

describe("sessions on demand", () => {
  test("that are forgotten are cut, and a RESUME gets opcode 9", async () => {
    const { gateway, ready } = await login(sandbox, home.bot.token, ALL_INTENTS);
    sandbox.gateway.forgetSessions();
    expect(await gateway.closed).toBe(1006);
    expect(sandbox.gateway.sessions()).toEqual([]);
    const again = await resume(textAt(ready.d, "session_id"), 2);
    expect(await again.next(({ op }) => op === 9)).toMatchObject({ d: false });
  });

  test("get no answer to a login while logins are muted, though heartbeats do", async () => {
    sandbox.gateway.muteLogins(true);
    const gateway = connect(sandbox);
    await gateway.next(({ op }) => op === 10);
    gateway.send(2, { token: home.bot.token, intents: ALL_INTENTS, properties });
    await settle(gateway);
    expect(dispatches(gateway)).toEqual([]);
    expect(sandbox.gateway.sessions()).toEqual([]);
  });
});

describe("echoes and mischief", () => {
  const hookOf = async (box: DiscordSandbox, place: ReturnType<typeof furnish>) => {
    const { body } = await place.rest("POST", `/channels/${place.channel.id}/webhooks`, { name: "Mate" });
    return box && `/webhooks/${textAt(body, "id")}/${textAt(body, "token")}?wait=true`;
  };

  test("a webhook's message comes back through the Gateway", async () => {
    const { gateway } = await login(sandbox, home.bot.token, ALL_INTENTS);
    const sent = await home.open("POST", await hookOf(sandbox, home), { content: "oi" });
    const { d } = await gateway.dispatch("MESSAGE_CREATE");
    expect(d).toMatchObject({ id: textAt(sent.body, "id"), webhook_id: textAt(sent.body, "author", "id") });
    expect(at(d, "member")).toBeUndefined();
  });

  test("an echo may come before the answer, when told so", async () => {
    const early = await startDiscordSandbox({ clock, echo: "before" });
    const place = furnish(early);
    const { gateway } = await login(early, place.bot.token, ALL_INTENTS);
    const order: string[] = [];
    const echo = gateway.dispatch("MESSAGE_CREATE").then(() => order.push("echo"));
    await place.open("POST", await hookOf(early, place), { content: "oi" }).then(() => order.push("answer"));
    await echo;
    expect(order).toEqual(["echo", "answer"]);
    await early.close();
  });

  test("the nonce comes back to its sender alone", async () => {
    const other = sandbox.createBot({ name: "Outro" });
    sandbox.addBot(home.guild.id, other.id);
    const mine = await login(sandbox, home.bot.token, ALL_INTENTS);
    const theirs = await login(sandbox, other.token, ALL_INTENTS);
    await home.rest("POST", `/channels/${home.channel.id}/messages`, { content: "a", nonce: "n1" });
    expect(at((await mine.gateway.dispatch("MESSAGE_CREATE")).d, "nonce")).toBe("n1");
    expect(at((await theirs.gateway.dispatch("MESSAGE_CREATE")).d, "nonce")).toBeUndefined();
  });

  test("dispatches can be dropped, doubled and swapped", async () => {
    const { gateway } = await login(sandbox, home.bot.token, ALL_INTENTS);
    sandbox.gateway.dropNext();
    say("1");
    sandbox.gateway.duplicateNext();
    say("2");
    sandbox.gateway.reorderNext();
    say("3");
    say("4");
    say("5");
    await settle(gateway);
    const messages = dispatches(gateway).filter(({ t }) => t === "MESSAGE_CREATE");
    expect(messages.map(({ d }) => at(d, "content"))).toEqual(["2", "2", "4", "3", "5"]);
    expect(messages.map(({ s }) => s)).toEqual([3, 4, 5, 6, 7]);
  });
});
