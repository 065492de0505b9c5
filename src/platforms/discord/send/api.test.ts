// Sending through puppets and as the bot against the simulator: who speaks, what is asked, what a refusal leads to.

import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  callOf as call,
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import type { Call } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import { withSpokenName } from "../render/spoken-name.ts";
import type { DiscordRequest } from "../request.ts";

const signal = new AbortController().signal;
const MANAGE_WEBHOOKS = 1n << 29n;

let rig: DiscordRig;
let account: DiscordAccount;
beforeEach(async () => {
  rig = await openDiscordRig();
  account = rig.account();
});
afterEach(async () => {
  expect(rig.sandbox.unexpected).toEqual([]);
  await rig.close();
});

type Create = Extract<DiscordRequest, { kind: "create" }>;

const speaking = (content: string, more: Partial<Create> = {}) =>
  call({ kind: "create", channel: rig.channel, puppet: { name: "Rui" }, content, nonce: "n1", ...more });
const asBot = (content: string, more: Partial<Create> = {}) =>
  call({ kind: "create", channel: rig.channel, content, nonce: "n1", ...more });

const prepare = (thread?: string) => account.platform.prepare(rig.at(thread), signal);

async function send(what: Call, thread?: string) {
  const sent = await account.platform.send(what, rig.at(thread), signal);
  return sent ?? { ref: { conversation: rig.at(), id: "" } };
}

/** The error, checked for everything that must not be in one. */
async function refusal(work: Promise<unknown>): Promise<PlatformError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PlatformError)) throw new Error(`no PlatformError: ${inspect(error)}`);
  expectNoSecret(inspect(error, { depth: 12, showHidden: true }));
  return error;
}

function expectNoSecret(text: string): void {
  const tokens = [rig.bot.token, ...rig.sandbox.webhooks(rig.channel).map(({ token }) => token)];
  for (const token of [...tokens, ...account.secrets]) expect(text).not.toContain(token);
  expect(text).not.toMatch(/https?:/);
}

const standing = () => rig.sandbox.messages(rig.channel);
const created = () => rig.asked("POST", `/channels/${rig.channel}/webhooks`);

describe("a puppet", () => {
  it("is made once, named and with a face, however many ask at once", async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => prepare()));
    expect(new Set(all.map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify({ puppets: true, guild: rig.guild })]),
    );
    expect(created()).toHaveLength(1);
    expect(created()[0]?.body).toMatchObject({
      name: "MateBot",
      avatar: expect.stringMatching(/^data:image\/png;base64,/),
    });
    expect(rig.asked("GET", `/channels/${rig.channel}/webhooks`)).toHaveLength(1);
  });

  it("is found again after a restart, its token kept from the log", async () => {
    await prepare();
    account = rig.account();
    await prepare();
    expect(created()).toHaveLength(1);
    expect([...account.secrets]).toEqual(rig.sandbox.webhooks(rig.channel).map(({ token }) => token));
  });

  it("is never a webhook of somebody else, even one with our name", async () => {
    rig.sandbox.createWebhook(rig.channel, { name: "MateBot", userId: rig.ana });
    await prepare();
    expect(created()).toHaveLength(1);
    const { via } = await send(speaking("oi"));
    const own = rig.sandbox
      .webhooks(rig.channel)
      .find(({ applicationId }) => applicationId === rig.bot.applicationId);
    expect(via).toBe(own?.id);
  });

  it("speaks under the name, waits for the answer, and pings nobody", async () => {
    const { ref, via } = await send(speaking("oi @everyone", { flags: 4096 }));
    const [hook] = rig.sandbox.webhooks(rig.channel);
    expect({ ref, via }).toEqual({ ref: { conversation: rig.at(), id: standing()[0]?.id }, via: hook?.id });
    const [asked] = rig.asked("POST", "/webhooks/");
    expect(asked?.path).toMatch(/\?wait=true$/);
    expect(asked?.body).toEqual({
      username: "Rui",
      content: "oi @everyone",
      flags: 4096,
      allowed_mentions: { parse: [] },
    });
  });

  it("edits and deletes what it said, before and after a restart", async () => {
    for (const restart of [false, true]) {
      const { ref, via = "" } = await send(speaking("um"));
      if (restart) account = rig.account();
      await account.platform.prepare(rig.at(), signal);
      const about = { channel: rig.channel, message: ref.id, via };
      await send(call({ kind: "edit", ...about, content: "dois <@1234567890123456789>" }));
      expect(standing().map(({ content }) => content)).toEqual(["dois <@1234567890123456789>"]);
      const [asked] = rig.asked("PATCH", "/webhooks/");
      expect(asked?.body).toMatchObject({ allowed_mentions: { parse: [] } });
      await send(call({ kind: "delete", ...about }));
      expect(standing()).toEqual([]);
    }
  });

  it("names the thread at every request, and is the parent's", async () => {
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    expect(await prepare(thread)).toEqual({ puppets: true, guild: rig.guild });
    const { ref, via = "" } = await send(speaking("um", { thread }), thread);
    expect(ref.conversation).toEqual(rig.at(thread));
    const about = { channel: rig.channel, thread, message: ref.id, via };
    await send(call({ kind: "edit", ...about, content: "dois" }), thread);
    expect(rig.sandbox.messages(thread).map(({ content }) => content)).toEqual(["dois"]);
    await send(call({ kind: "delete", ...about }), thread);
    expect(rig.sandbox.messages(thread)).toEqual([]);
    expect(rig.sandbox.webhooks(rig.channel)).toHaveLength(1);
  });

  it("with a name that Discord dislikes speaks under a neutral one, the name before the text", async () => {
    await send(speaking("oi", { puppet: { name: "Clyde de *Discord*" } }));
    const bodies = rig.asked("POST", "/webhooks/").map(({ body }) => body);
    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toMatchObject({ username: "Someone", content: "**Clyde de \\*Discord\\***: oi" });
  });
});

describe("a dead webhook", () => {
  beforeEach(() => prepare());
  const hook = () => rig.sandbox.webhooks(rig.channel)[0]?.id ?? "";

  it("is made anew once, also when several notice at the same time", async () => {
    rig.sandbox.deleteWebhook(hook());
    await Promise.all([send(speaking("a")), send(speaking("b")), send(speaking("c"))]);
    expect(created()).toHaveLength(2);
    expect(
      standing()
        .map(({ content }) => content)
        .sort(),
    ).toEqual(["a", "b", "c"]);
  });

  it("that is dead again blocks the channel, and is not tried for ever", async () => {
    const match = ({ method, path }: { method: string; path: string }) =>
      method === "POST" && path.startsWith("/webhooks/");
    const fault = { kind: "status", status: 404, body: { message: "Unknown Webhook", code: 10015 } } as const;
    rig.sandbox.faults.add({ match, times: 9, fault });
    const error = await refusal(send(speaking("a")));
    expect(error).toMatchObject({ fate: { kind: "blocked" }, words: "discord.refusal.webhook" });
    expect(rig.sandbox.faults.left).toBe(7);
  });

  it("leaves what it said: an edit of that is done with, a delete is the bot's own", async () => {
    const { ref, via = "" } = await send(speaking("um"));
    rig.sandbox.deleteWebhook(hook());
    const about = { channel: rig.channel, message: ref.id, via };
    const error = await refusal(send(call({ kind: "edit", ...about, content: "dois" })));
    expect(error.fate).toEqual({ kind: "gone" });
    expect(created()).toHaveLength(1);
    await send(call({ kind: "delete", ...about }));
    expect(standing()).toEqual([]);
  });

  it("is noticed by the event that its channel's webhooks changed", async () => {
    await account.start();
    rig.sandbox.deleteWebhook(hook());
    await rig.until(() => rig.sandbox.gateway.sessions()[0]?.connected === true);
    rig.say("depois do evento");
    await rig.until(() => account.contents().length === 1);
    await prepare();
    const asked = rig.asked("POST", "/webhooks/").length;
    await send(speaking("a"));
    expect(rig.asked("POST", "/webhooks/")).toHaveLength(asked + 1);
  });
});

describe("a channel where the bot may have no webhook", () => {
  const forbid = () =>
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.guild, type: 0, deny: MANAGE_WEBHOOKS }]);
  const warnings = () => account.lines.filter((line) => line.startsWith("warn") && /webhook/i.test(line));

  it("has no puppets, asks no more for a while, and says so once", async () => {
    forbid();
    for (let i = 0; i < 3; i++) expect(await prepare()).toEqual({ puppets: false, guild: rig.guild });
    expect(rig.asked("GET", `/channels/${rig.channel}/webhooks`)).toHaveLength(1);
    await rig.clock.advance(700_000);
    await prepare();
    expect(rig.asked("GET", `/channels/${rig.channel}/webhooks`)).toHaveLength(2);
    expect(warnings()).toHaveLength(1);
    expect(warnings()[0]).toContain("In the Discord channel geral the bot may not manage webhooks");
  });

  it("because there are 15 already, says that", async () => {
    for (let i = 0; i < 15; i++) rig.sandbox.createWebhook(rig.channel, { name: `n${i}`, userId: rig.ana });
    expect(await prepare()).toMatchObject({ puppets: false });
    expect(warnings()[0]).toContain("already has all the webhooks");
  });

  it("has puppets again as soon as the right is given", async () => {
    forbid();
    await account.start();
    await prepare();
    rig.sandbox.setPermissions(rig.channel, []);
    rig.say("depois do evento");
    await rig.until(() => account.contents().length === 1);
    expect(await prepare()).toMatchObject({ puppets: true });
  });

  it("still gets what was frozen for a puppet, with the name before it", async () => {
    await prepare();
    const frozen = speaking("oi");
    forbid();
    account = rig.account();
    const { via } = await send(frozen);
    expect(via).toBeUndefined();
    expect(standing().map(({ content }) => content)).toEqual(["**Rui**: oi"]);
  });

  it("loses what a puppet said by the bot's own right to delete", async () => {
    const { ref, via = "" } = await send(speaking("um"));
    forbid();
    account = rig.account();
    await send(call({ kind: "delete", channel: rig.channel, message: ref.id, via }));
    expect(standing()).toEqual([]);
  });
});

describe("an archived thread", () => {
  let thread: string;
  let about: {
    readonly channel: string;
    readonly thread: string;
    readonly message: string;
    readonly via: string;
  };
  beforeEach(async () => {
    thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    const { ref, via = "" } = await send(speaking("um", { thread }), thread);
    about = { channel: rig.channel, thread, message: ref.id, via };
  });
  const edit = () => send(call({ kind: "edit", ...about, content: "dois" }), thread);
  const inThread = () => rig.sandbox.messages(thread).map(({ content }) => content);

  it("is opened for an edit, and for a delete", async () => {
    rig.sandbox.archiveThread(thread, { archived: true });
    await edit();
    expect(inThread()).toEqual(["dois"]);
    rig.sandbox.archiveThread(thread, { archived: true });
    await send(call({ kind: "delete", ...about }), thread);
    expect(inThread()).toEqual([]);
  });

  it("opens by itself for a message", async () => {
    rig.sandbox.archiveThread(thread, { archived: true });
    await send(speaking("dois", { thread }), thread);
    expect(rig.asked("PATCH", `/channels/${thread}`)).toEqual([]);
  });

  it("that is locked stays as its moderators left it, until they unlock it", async () => {
    rig.sandbox.archiveThread(thread, { archived: true, locked: true });
    expect(await refusal(edit())).toMatchObject({
      fate: { kind: "blocked" },
      words: "discord.refusal.archived",
    });
    expect(await refusal(send(speaking("dois", { thread }), thread))).toMatchObject({
      fate: { kind: "blocked" },
      words: "discord.refusal.locked",
    });
    expect(rig.asked("PATCH", `/channels/${thread}`)).toEqual([]);
    rig.sandbox.archiveThread(thread, { locked: false });
    await edit();
    expect(inThread()).toEqual(["dois"]);
  });

  it("that the bot may not open blocks", async () => {
    rig.sandbox.archiveThread(thread, { archived: true });
    const fault = {
      kind: "status",
      status: 403,
      body: { message: "Missing Permissions", code: 50013 },
    } as const;
    rig.sandbox.faults.add({
      match: ({ method, path }) => method === "PATCH" && path === `/channels/${thread}`,
      times: 1,
      fault,
    });
    expect(await refusal(edit())).toMatchObject({ words: "discord.refusal.archived" });
  });
});

describe("a missing right", () => {
  const deny = (bits: bigint) =>
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.guild, type: 0, deny: bits }]);

  it.each([
    ["to see the channel", 1n << 10n, "discord.refusal.no-access"],
    ["to write there", 1n << 11n, "discord.refusal.no-right"],
  ])("%s blocks, in words", async (_name, bits, words) => {
    deny(bits);
    expect(await refusal(send(asBot("um")))).toMatchObject({ fate: { kind: "blocked" }, words });
  });

  it("that comes back is heard of", async () => {
    deny(1n << 11n);
    await account.start();
    await rig.until(() => rig.sandbox.gateway.sessions()[0]?.connected === true);
    const before = account.recoveries.length;
    rig.sandbox.setPermissions(rig.channel, []);
    await rig.until(() => account.recoveries.length > before);
    expect(account.recoveries.at(-1)).toEqual(rig.at());
    await send(asBot("um"));
  });
});

describe("what several said in one message", () => {
  const told = (content: string, name = "Ana, Rui") => speaking(content, { puppet: { name, told: true } });

  it("names them once, whoever has to say it", async () => {
    const content = "**Ana**: oi\n**Rui**: olá";
    await send(told(content));
    await send(told(content, "Clyde, Rui"));
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.guild, type: 0, deny: MANAGE_WEBHOOKS }]);
    account = rig.account();
    await send(told(content));
    expect(standing().map((message) => message.content)).toEqual([content, content, content]);
    expect(standing().map(({ author }) => author.username)).toEqual(["Ana, Rui", "Someone", "MateBot"]);
  });
});

describe("the bot itself", () => {
  it("repeats a message with its nonce without making a second one", async () => {
    rig.sandbox.faults.add({
      match: ({ method, path }) => method === "POST" && path.endsWith("/messages"),
      times: 1,
      fault: { kind: "cut", when: "after" },
    });
    const error = await refusal(send(asBot("oi")));
    expect(error.fate).toEqual({ kind: "retry", maybeDelivered: true });
    const { ref } = await send(asBot("oi"));
    expect(standing().map(({ id }) => id)).toEqual([ref.id]);
  });

  it("edits and deletes its own, in a thread too", async () => {
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    const { ref } = await send(asBot("um", { thread }), thread);
    const about = { channel: rig.channel, thread, message: ref.id };
    await send(call({ kind: "edit", ...about, content: "dois" }));
    expect(rig.sandbox.messages(thread).map(({ content }) => content)).toEqual(["dois"]);
    await send(call({ kind: "delete", ...about }));
    expect(rig.sandbox.messages(thread)).toEqual([]);
  });
});

describe("a call that fails", () => {
  const everySend = ({ method, path }: { method: string; path: string }) =>
    method === "POST" && path.startsWith("/webhooks/");
  const answering = (status: number, body?: unknown, headers: Record<string, string> = {}) =>
    ({ kind: "status", status, body, headers }) as const;
  beforeEach(() => prepare());

  it.each([
    ["a limit waits as long as it says", { kind: "limit", retryAfter: 7.5 } as const, "wait"],
    ["a shared limit waits", { kind: "limit", retryAfter: 2, scope: "shared" } as const, "wait"],
    [
      "a page of Cloudflare's with 429 waits",
      { kind: "status", status: 429, html: "<p>1015</p>" } as const,
      "wait",
    ],
    [
      "a page of Cloudflare's with 403 waits",
      { kind: "status", status: 403, html: "<p>no</p>" } as const,
      "wait",
    ],
    ["slow mode waits", answering(400, { code: 20016, message: "Slow" }), "wait"],
    ["an overloaded resource is tried again", answering(503, { code: 130000, message: "Later" }), "retry"],
    ["a bad gateway is tried again", { kind: "status", status: 502, html: "<p>bad</p>" } as const, "retry"],
    ["a cut before the effect is tried again", { kind: "cut", when: "before" } as const, "retry"],
    ["AutoMod refuses", answering(400, { code: 200000, message: "Blocked by AutoMod" }), "refused"],
    ["an unknown channel refuses", answering(404, { code: 10003, message: "Unknown Channel" }), "refused"],
    ["an unheard-of number refuses", answering(400, { code: 999999, message: "New" }), "refused"],
    ["an unknown message is done with", answering(404, { code: 10008, message: "Unknown Message" }), "gone"],
  ] as const)("%s", async (_name, fault, kind) => {
    rig.sandbox.faults.add({ match: everySend, times: 1, fault });
    const error = await refusal(send(speaking("segredo")));
    expect(error.fate.kind).toBe(kind);
    expect(inspect(error, { depth: 12 })).not.toContain("segredo");
    expect(rig.sandbox.faults.left).toBe(0);
  });

  it("for a limit carries the time", async () => {
    rig.sandbox.faults.add({ match: everySend, times: 1, fault: { kind: "limit", retryAfter: 40 } });
    const { fate } = await refusal(send(speaking("um")));
    expect(fate.kind === "wait" && fate.ms).toBeGreaterThanOrEqual(40_000);
    expect(fate.kind === "wait" && fate.ms).toBeLessThan(41_000);
  });

  it("is tried once: the library repeats nothing", async () => {
    rig.sandbox.faults.add({ match: everySend, times: 9, fault: { kind: "cut", when: "after" } });
    expect((await refusal(send(speaking("um")))).fate).toEqual({ kind: "retry", maybeDelivered: true });
    expect(standing()).toHaveLength(1);
    expect(rig.sandbox.faults.left).toBe(8);
  });

  it("for too much text says which field, and neither text nor URL", async () => {
    const error = await refusal(send(speaking("x".repeat(2001))));
    expect(error.message).toContain("50035");
    expect(error.message).toContain("content: BASE_TYPE_MAX_LENGTH");
  });

  it("for a revoked token halts, then and ever after, without asking again", async () => {
    rig.sandbox.resetToken(rig.bot.id);
    expect((await refusal(send(asBot("um")))).fate).toEqual({ kind: "halt" });
    const asked = rig.sandbox.requests.length;
    expect((await refusal(send(asBot("dois")))).fate).toEqual({ kind: "halt" });
    expect(rig.sandbox.requests).toHaveLength(asked);
  });

  it("because nobody listens surely was not delivered", async () => {
    const lonely = rig.account({ api: "http://127.0.0.1:1" });
    const error = await refusal(lonely.platform.send(asBot("um"), rig.at(), signal));
    expect(error.fate).toEqual({ kind: "retry", maybeDelivered: false });
    expect(error.message).toBe("ECONNREFUSED");
  });

  it("when called off under way may have been delivered, before that surely not", async () => {
    const stop = new AbortController();
    rig.sandbox.faults.add({ match: everySend, times: 1, fault: { kind: "slow", ms: 60_000 } });
    const work = account.platform.send(speaking("um"), rig.at(), stop.signal);
    await rig.until(() => standing().length === 1);
    stop.abort();
    expect((await refusal(work)).fate).toEqual({ kind: "retry", maybeDelivered: true });
    const late = account.platform.send(asBot("dois"), rig.at(), stop.signal);
    expect((await refusal(late)).fate).toEqual({ kind: "retry", maybeDelivered: false });
  });
});

describe("the name before the text", () => {
  it("gives way where there is no room for both, the text never", () => {
    expect(withSpokenName("Ana", "oi")).toBe("**Ana**: oi");
    const tight = "x".repeat(2000 - 10);
    expect(withSpokenName("Ana Maria", tight)).toBe(`**Ana…**: ${tight}`);
    const full = "y".repeat(1998);
    expect(withSpokenName("Ana", full)).toBe(full);
  });

  it("counts code points, not UTF-16 units", () => {
    const emoji = "😀".repeat(1990);
    expect([...withSpokenName("Ana", emoji)]).toHaveLength(1990 + "**Ana**: ".length);
  });
});

it("neither the log nor the state holds a token after all this", async () => {
  await account.start();
  await prepare();
  await send(speaking("oi"));
  rig.sandbox.deleteWebhook(rig.sandbox.webhooks(rig.channel)[0]?.id ?? "");
  await send(speaking("de novo"));
  await account.platform.stop();
  expectNoSecret(account.everything().replaceAll(/wss?:/g, ""));
  const state = [...account.state.values()].join();
  for (const token of [rig.bot.token, ...account.secrets]) expect(state).not.toContain(token);
});
