import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ManualClock } from "../manual-clock.ts";
import { startDiscordSandbox } from "./index.ts";
import { PERMISSION } from "./permissions.ts";
import { ALL_INTENTS, at, furnish, login, type RawGateway, textAt } from "./raw-client.ts";
import type { DiscordSandbox } from "./sandbox.ts";

const GUILD_MEMBERS = 1 << 1;
const GUILD_MODERATION = 1 << 2;
const RIGHTS =
  PERMISSION.KICK_MEMBERS |
  PERMISSION.BAN_MEMBERS |
  PERMISSION.MODERATE_MEMBERS |
  PERMISSION.VIEW_AUDIT_LOG |
  PERMISSION.VIEW_CHANNEL |
  PERMISSION.SEND_MESSAGES |
  PERMISSION.READ_MESSAGE_HISTORY;

let clock: ManualClock;
let sandbox: DiscordSandbox;
let home: ReturnType<typeof furnish>;
let guild: string;
let ana: string;
const open: RawGateway[] = [];
beforeEach(async () => {
  clock = new ManualClock();
  sandbox = await startDiscordSandbox({ clock });
  home = furnish(sandbox);
  [guild, ana] = [home.guild.id, home.ana.id];
  give(RIGHTS);
});
afterEach(async () => {
  for (const gateway of open.splice(0)) gateway.close();
  await sandbox.close();
});

function give(permissions: bigint): void {
  sandbox.setRolePermissions(guild, sandbox.botRole(guild, home.bot.id), permissions);
}

async function listen(intents = ALL_INTENTS | GUILD_MODERATION): Promise<RawGateway> {
  const { gateway } = await login(sandbox, home.bot.token, intents);
  await gateway.dispatch("GUILD_CREATE");
  open.push(gateway);
  return gateway;
}

/** What was told up to a message that is said now. */
async function heard(gateway: RawGateway): Promise<(string | null)[]> {
  const { id } = sandbox.say(home.channel.id, sandbox.createUser({ username: "fim" }).id, { content: "fim" });
  await gateway.next(({ t, d }) => t === "MESSAGE_CREATE" && at(d, "id") === id);
  return gateway.packets.map(({ t }) => t);
}

describe("a bot", () => {
  test("learns how many are in the guild when it asks for that", async () => {
    expect((await home.rest("GET", `/guilds/${guild}`)).body).not.toHaveProperty("approximate_member_count");
    const { body } = await home.rest("GET", `/guilds/${guild}?with_counts=true`);
    expect(body).toMatchObject({ approximate_member_count: 3 });
  });

  test("bans with a reason, and what was written lately goes too", async () => {
    const gateway = await listen();
    sandbox.say(home.channel.id, ana, { content: "um" });
    sandbox.say(home.channel.id, ana, { content: "dois" });
    const why = { "x-audit-log-reason": encodeURIComponent("não é bem-vindo") };
    const path = `/guilds/${guild}/bans/${ana}`;
    const { status } = await home.rest("PUT", path, { delete_message_seconds: 3600 }, why);
    expect(status).toBe(204);
    expect(sandbox.bans(guild)).toEqual([{ userId: ana, reason: "não é bem-vindo" }]);
    expect(sandbox.messages(home.channel.id)).toEqual([]);
    expect((await gateway.dispatch("GUILD_BAN_ADD")).d).toMatchObject({ guild_id: guild, user: { id: ana } });
    const entry = (await gateway.dispatch("GUILD_AUDIT_LOG_ENTRY_CREATE")).d;
    expect(entry).toMatchObject({
      action_type: 22,
      target_id: ana,
      user_id: home.bot.id,
      reason: "não é bem-vindo",
    });
    expect((await home.rest("GET", path)).body).toMatchObject({ user: { id: ana } });
    expect((await home.rest("GET", `/guilds/${guild}/bans?limit=10`)).body).toHaveLength(1);
    expect((await home.rest("GET", `/guilds/${guild}/members/${ana}`)).body).toMatchObject({ code: 10007 });
    expect(() => sandbox.addMember(guild, ana)).toThrow(/banned/);
    expect((await home.rest("DELETE", path)).status).toBe(204);
    expect((await home.rest("GET", path)).body).toMatchObject({ code: 10026 });
    await gateway.dispatch("GUILD_BAN_REMOVE");
    sandbox.addMember(guild, ana);
  });

  test.each([
    ["PUT", "bans", PERMISSION.BAN_MEMBERS],
    ["DELETE", "members", PERMISSION.KICK_MEMBERS],
    ["PATCH", "members", PERMISSION.MODERATE_MEMBERS],
  ])("needs the right to %s %s, and stands below the owner and its equals", async (method, list, right) => {
    const ask = (id: string) =>
      home.rest(
        method,
        `/guilds/${guild}/${list}/${id}`,
        method === "PATCH" ? { communication_disabled_until: null } : {},
      );
    expect((await ask(home.guild.ownerId)).body).toMatchObject({ code: 50013 });
    const boss = sandbox.createUser({ username: "chefe" }).id;
    sandbox.addMember(guild, boss, { roles: [sandbox.createRole(guild, { name: "chefia" }).id] });
    expect((await ask(boss)).body).toMatchObject({ code: 50013 });
    give(RIGHTS & ~right);
    expect((await ask(ana)).body).toMatchObject({ code: 50013 });
    give(RIGHTS);
    expect((await ask(ana)).status).toBeLessThan(300);
  });

  test("silences for 28 days at most, and whoever is silenced may only read", async () => {
    const path = `/guilds/${guild}/members/${ana}`;
    const until = (days: number) => ({
      communication_disabled_until: new Date(clock.now() + days * 86_400_000).toISOString(),
    });
    expect((await home.rest("PATCH", path, until(29))).body).toMatchObject({ code: 50035 });
    const { body } = await home.rest("PATCH", path, until(1));
    expect(at(body, "communication_disabled_until")).toMatch(/^\d{4}-/);
    expect(sandbox.timedOutUntil(guild, ana)).toBe(clock.now() + 86_400_000);
    const before = (await use()).permissions;
    expect(before).toBe(PERMISSION.VIEW_CHANNEL | PERMISSION.READ_MESSAGE_HISTORY);
    await clock.advance(86_400_000 + 1);
    expect((await use()).permissions & PERMISSION.SEND_MESSAGES).not.toBe(0n);
  });

  test("leaves, hears that the guild is gone, and is there again when it is added", async () => {
    const gateway = await listen();
    expect((await home.rest("DELETE", `/users/@me/guilds/${guild}`)).status).toBe(204);
    expect((await gateway.dispatch("GUILD_DELETE")).d).toEqual({ id: guild });
    expect((await home.rest("GET", `/guilds/${guild}`)).body).toMatchObject({ code: 10004 });
    sandbox.addBot(guild, home.bot.id);
    expect(at((await gateway.dispatch("GUILD_CREATE")).d, "id")).toBe(guild);
    expect(sandbox.botRole(guild, home.bot.id)).toEqual(expect.any(String));
  });
});

/** The rights that an interaction of Ana's names. */
async function use(): Promise<{ readonly permissions: bigint }> {
  let told: unknown;
  const stop = sandbox.onChange(({ type, data }) => {
    if (type === "INTERACTION_CREATE") told = data({ bot: undefined as never, readsContent: true });
  });
  await sandbox.use({ botId: home.bot.id, userId: ana, channelId: home.channel.id });
  stop();
  return { permissions: BigInt(String(at(told, "member", "permissions"))) };
}

describe("the Gateway tells of moderation", () => {
  test("only with its intent, and of the log only who may read it", async () => {
    const deaf = await listen(ALL_INTENTS);
    const blind = await listen();
    give(RIGHTS & ~PERMISSION.VIEW_AUDIT_LOG);
    sandbox.ban(guild, ana, { reason: "porque sim" });
    expect(await heard(deaf)).not.toContain("GUILD_BAN_ADD");
    const told = await heard(blind);
    expect(told).toContain("GUILD_BAN_ADD");
    expect(told).not.toContain("GUILD_AUDIT_LOG_ENTRY_CREATE");
  });

  test("kicks by the log alone, unless members are listened to", async () => {
    const gateway = await listen();
    sandbox.kick(guild, ana);
    const entry = (await gateway.dispatch("GUILD_AUDIT_LOG_ENTRY_CREATE")).d;
    expect(entry).toMatchObject({ action_type: 20, target_id: ana, user_id: home.guild.ownerId });
    expect(await heard(gateway)).not.toContain("GUILD_MEMBER_REMOVE");
  });

  test("timeouts as a change of the member, where members are listened to", async () => {
    const bot = sandbox.createBot({ name: "Lista", intents: { members: true } });
    sandbox.addBot(guild, bot.id);
    const { gateway } = await login(sandbox, bot.token, ALL_INTENTS | GUILD_MEMBERS);
    open.push(gateway);
    sandbox.timeout(guild, ana, clock.now() + 60_000);
    const { d } = await gateway.dispatch("GUILD_MEMBER_UPDATE");
    expect(at(d, "communication_disabled_until")).toEqual(expect.any(String));
    sandbox.timeout(guild, ana, undefined);
    expect(at((await gateway.dispatch("GUILD_MEMBER_UPDATE")).d, "communication_disabled_until")).toBeNull();
  });
});

describe("in private", () => {
  test("both write, and the bot hears of it with the intent", async () => {
    const gateway = await listen();
    sandbox.sayPrivately(home.bot.id, ana, { content: "oi" });
    const { d } = await gateway.dispatch("MESSAGE_CREATE");
    expect(d).toMatchObject({ content: "oi", author: { id: ana } });
    expect(d).not.toHaveProperty("guild_id");
    const { body } = await home.rest("POST", "/users/@me/channels", { recipient_id: ana });
    const there = (await home.rest("GET", `/channels/${textAt(body, "id")}`)).body;
    expect(at(there, "recipients")).toEqual([expect.objectContaining({ id: ana })]);
    const path = `/channels/${textAt(body, "id")}/messages`;
    expect((await home.rest("POST", path, { content: "olá" })).status).toBe(200);
    expect(sandbox.privateMessages(home.bot.id, ana).map(({ content }) => content)).toEqual(["oi", "olá"]);
    sandbox.setDirectClosed(ana, true);
    expect((await home.rest("POST", path, { content: "ainda aí?" })).body).toMatchObject({ code: 50007 });
  });
});

describe("a bot that is silenced", () => {
  test("hears of it without listening to members, and may not speak", async () => {
    const gateway = await listen();
    sandbox.timeout(guild, home.bot.id, clock.now() + 60_000);
    const { d } = await gateway.dispatch("GUILD_MEMBER_UPDATE");
    expect(d).toMatchObject({ user: { id: home.bot.id }, communication_disabled_until: expect.any(String) });
    const path = `/channels/${home.channel.id}/messages`;
    expect((await home.rest("POST", path, { content: "a" })).body).toMatchObject({ code: 50013 });
    await clock.advance(60_001);
    expect((await home.rest("POST", path, { content: "a" })).status).toBe(200);
  });
});
