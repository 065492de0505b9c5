// The Gateway connection against the simulator: nothing is lost across restarts, faults of the disk and of the network.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import { UserError } from "../../../model/errors.ts";

let rig: DiscordRig;
beforeEach(async () => {
  rig = await openDiscordRig();
});
afterEach(async () => {
  await rig.close();
  expect(rig.sandbox.unexpected).toEqual([]);
});

async function started(options: Parameters<DiscordRig["account"]>[0] = {}): Promise<DiscordAccount> {
  const account = rig.account(options);
  await account.start();
  await rig.until(() => account.health.includes("up"));
  return account;
}

const has = (account: DiscordAccount, ...contents: string[]) =>
  rig.until(() => contents.every((content) => account.contents().includes(content)));

async function thrown(work: Promise<unknown>): Promise<Error> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error("it succeeded");
  return error;
}

const sequenceOf = (account: DiscordAccount) =>
  Number(JSON.parse(account.state.get("gateway-sequence") ?? "{}").sequence);

describe("what is stored", () => {
  it("is every message event of a bridged channel, in order, under a key of its own", async () => {
    const account = await started();
    const first = rig.say("um");
    rig.sandbox.edit(rig.channel, first.id, { content: "um!" });
    const second = rig.say("dois");
    rig.sandbox.remove(rig.channel, first.id);
    rig.sandbox.bulkRemove(rig.channel, [second.id, rig.say("três").id]);
    await rig.until(() => account.stored.length === 6);
    const session = rig.sandbox.gateway.sessions()[0]?.id;
    expect(account.stored.map(({ key }) => key)).toEqual([
      `create:${rig.channel}/${first.id}`,
      expect.stringMatching(new RegExp(`^${session}:\\d+$`)),
      `create:${rig.channel}/${second.id}`,
      `delete:${first.id}`,
      expect.stringMatching(/^create:\d+\/\d+$/),
      expect.stringMatching(/^bulk:[\w-]{43}$/),
    ]);
    expect(account.stored[0]).toMatchObject({ account: "discord", receivedAt: rig.clock.now() });
    expect(JSON.parse(account.stored[0]?.body ?? "")).toMatchObject({
      t: "MESSAGE_CREATE",
      d: { content: "um" },
    });
  });

  it("is nothing of other channels, and nothing that we said ourselves", async () => {
    const account = await started();
    const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
    rig.sandbox.say(other, rig.ana, { content: "longe" });
    await account.platform.prepare(rig.at(), new AbortController().signal);
    const request = { kind: "create", channel: rig.channel, content: "eco", nonce: "n1" };
    const call = { op: "create", part: 0, hash: "h", request } as const;
    const signal = new AbortController().signal;
    await account.platform.send(call, rig.at(), signal);
    await account.platform.send(
      { ...call, request: { ...request, puppet: { name: "Rui" } } },
      rig.at(),
      signal,
    );
    rig.say("fim");
    await has(account, "fim");
    expect(account.contents()).toEqual(["fim"]);
  });

  it("is what is said in the threads of a bridged channel, those made later too", async () => {
    const account = await started();
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    rig.sandbox.say(thread, rig.ana, { content: "no fio" });
    await has(account, "no fio");
    const raw = account.stored.find(({ body }) => body.includes("no fio"));
    expect(raw && account.platform.parse(raw)).toMatchObject([
      { message: { ref: { conversation: rig.at(thread) } } },
    ]);
  });

  it("keeps the order of a burst", async () => {
    const account = await started();
    const said = Array.from({ length: 60 }, (_, i) => `n${i}`);
    for (const content of said) rig.say(content);
    await has(account, "n59");
    expect(account.contents()).toEqual(said);
  });
});

describe("a restart", () => {
  it("brings exactly what was said meanwhile, by resuming", async () => {
    const before = await started();
    rig.say("antes");
    await has(before, "antes");
    await before.platform.stop();
    rig.say("enquanto");
    rig.say("isso");
    const after = await started({ state: before.state });
    await has(after, "isso");
    expect(after.offered.map(({ body }) => JSON.parse(body).d.content)).toEqual(["enquanto", "isso"]);
    expect(rig.sandbox.gateway.sessions()).toHaveLength(1);
    expect(after.lines.join()).toContain("session resumed");
  });

  it("knows channels and names before the first event, though no GUILD_CREATE comes", async () => {
    const before = await started();
    await before.platform.stop();
    const other = rig.sandbox.createChannel(rig.guild, { name: "regras" }).id;
    rig.say(`veja <#${other}>`);
    const after = await started({ state: before.state });
    await rig.until(() => after.stored.length === 1);
    const [event] = after.stored.flatMap((raw) => after.platform.parse(raw));
    expect(event).toMatchObject({
      kind: "message.created",
      message: { body: [{ kind: "text" }, { kind: "conversation", label: "#regras" }] },
    });
  });

  it("after a kill brings what was not on disk, and nothing that was is lost", async () => {
    let full = false;
    const end = Promise.withResolvers<void>();
    const before = await started({ disk: () => (full ? end.promise : Promise.resolve()) });
    rig.say("salvo");
    await has(before, "salvo");
    full = true;
    rig.say("no ar 1");
    rig.say("no ar 2");
    await rig.until(() => before.offered.length >= 2);
    // What the killed process leaves is its disk as it is now.
    const left = new Map(before.state);
    rig.sandbox.gateway.kickOffAll("cut");
    const after = await started({ state: left });
    await has(after, "no ar 1", "no ar 2");
    expect(after.contents()).toEqual(["no ar 1", "no ar 2"]);
    end.resolve();
  });

  it("begins anew when Discord has forgotten the session, and says what that costs", async () => {
    const before = await started();
    await before.platform.stop();
    await rig.clock.advance(200_000);
    const after = rig.account({ state: before.state });
    const starting = after.start();
    await rig.until(() => after.health.includes("up"), 1_000);
    await starting;
    expect(after.lines.join("\n")).toMatch(/session is over[\s\S]*session begun/);
    rig.say("de novo");
    await has(after, "de novo");
    expect(sequenceOf(after)).toBeGreaterThan(0);
  });

  it("survives a state that is no session", async () => {
    const state = new Map([
      ["gateway-session", "{not json"],
      ["gateway-sequence", "[]"],
    ]);
    const account = await started({ state });
    rig.say("oi");
    await has(account, "oi");
  });
});

describe("the stored position", () => {
  it("moves past what needs no storing when nothing else comes, and at the stop at once", async () => {
    const account = await started();
    const other = rig.sandbox.createChannel(rig.guild, { name: "outro" }).id;
    rig.say("aqui");
    await has(account, "aqui");
    const stored = sequenceOf(account);
    rig.sandbox.say(other, rig.ana, { content: "lá" });
    await rig.until(() => sequenceOf(account) > stored, 1_000);
    rig.sandbox.say(other, rig.ana, { content: "e lá" });
    await new Promise((resolve) => setImmediate(resolve));
    await account.platform.stop();
    const [session] = rig.sandbox.gateway.sessions();
    expect(sequenceOf(account)).toBe(session?.seq);
  });

  it("goes on with the next event when a disk that refused one works again, losing none", async () => {
    let failures = 2;
    const disk = async () => {
      if (failures-- > 0) throw new Error("disk full");
    };
    const account = await started({ disk });
    rig.say("um");
    rig.say("dois");
    rig.say("três");
    await rig.until(() => account.contents().length === 3, 500);
    expect(account.contents()).toEqual(["um", "dois", "três"]);
    expect(account.health).toContain(account.context.texts("discord-account.gateway.not-stored"));
    expect(account.health.at(-1)).toBe("up");
    expect(rig.sandbox.gateway.sessions()).toHaveLength(1);
  });
});

describe("the network", () => {
  it.each([
    ["an order to reconnect", 7],
    ["a lost connection", "cut"],
    ["an unknown error", { close: 4000 }],
    ["a polite goodbye", { close: 1000 }],
  ] as const)("after %s resumes and loses nothing", async (_name, kick) => {
    const account = await started();
    rig.sandbox.gateway.kickOffAll(kick);
    rig.say("durante");
    await has(account, "durante");
    expect(rig.sandbox.gateway.sessions()).toHaveLength(1);
    expect(account.health).toEqual(["up"]);
  });

  it("after an invalid session begins a new one", async () => {
    const account = await started();
    rig.sandbox.gateway.kickOffAll({ op9: false });
    await rig.until(() => account.lines.filter((line) => line.includes("session begun")).length === 2, 500);
    rig.say("nova");
    await has(account, "nova");
  });

  it("that refuses keeps the session while it is tried again, ever more slowly", async () => {
    const account = await started();
    rig.sandbox.gateway.refuseConnections(true);
    rig.sandbox.gateway.kickOffAll("cut");
    await rig.until(() => account.health.length > 1, 100);
    expect(account.health[1]).toMatch(/^No connection to Discord \(.+\); MateBot keeps trying\.$/);
    rig.say("no escuro");
    rig.sandbox.gateway.refuseConnections(false);
    await rig.until(() => account.contents().includes("no escuro"), 500);
    expect(account.health.at(-1)).toBe("up");
    expect(account.lines.join("\n")).not.toContain("session is over");
  });

  it("that is down at the start does not end it: it connects when it can", async () => {
    const refuse = { match: () => true, times: 3, fault: { kind: "cut", when: "before" } } as const;
    rig.sandbox.faults.add(refuse);
    const account = rig.account();
    await account.start();
    expect(account.health[0]).toContain("keeps trying");
    await rig.until(() => account.health.at(-1) === "up", 500);
    rig.say("cheguei");
    await has(account, "cheguei");
  });

  it("can be given up at any moment", async () => {
    rig.sandbox.gateway.refuseConnections(true);
    const account = rig.account();
    await account.start();
    await account.platform.stop();
    const asked = rig.sandbox.requests.length;
    await rig.clock.advance(600_000);
    expect(rig.sandbox.requests).toHaveLength(asked);
  });
});

describe("an account Discord refuses", () => {
  it("for its token ends the start with the cure", async () => {
    const error = await thrown(rig.account({ token: `${rig.bot.token.slice(0, -4)}AAAA` }).start());
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain("Reset Token");
  });

  it("for MESSAGE_CONTENT ends the start with the steps in the portal", async () => {
    const mute = await openDiscordRig({ messageContent: false });
    const error = await thrown(mute.account().start());
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(
      /discord\.com\/developers\/applications.*Bot.*MESSAGE CONTENT INTENT.*Save Changes/,
    );
    await mute.close();
  });

  it("for MESSAGE_CONTENT below the review limit is let in, because the bot switches it on by itself", async () => {
    const mute = await openDiscordRig({ messageContent: false, mayChange: true });
    const account = mute.account();
    await account.start();
    mute.say("readable");
    await mute.until(() => account.stored.length > 0, 10);
    expect(account.contents()).toEqual(["readable"]);
    expect(mute.sandbox.application(mute.bot.id).flags).toBe(1 << 19);
    expect(account.lines.some((line) => /was switched on/.test(line))).toBe(true);
    await mute.close();
  });

  it("at the Gateway only (4014) ends the start with the same steps", async () => {
    const mute = await openDiscordRig({ messageContent: false });
    const body = { id: mute.bot.applicationId, flags: 1 << 19 };
    const match = ({ path }: { readonly path: string }) => path.endsWith("/applications/@me");
    mute.sandbox.faults.add({ match, times: 1, fault: { kind: "status", status: 200, body } });
    const account = mute.account();
    const error = await thrown(account.start());
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain("MESSAGE CONTENT INTENT");
    expect(account.halts).toEqual([]);
    await mute.close();
  });

  it("at the Gateway only, below the review limit, goes on because the bot switches the intent on", async () => {
    const mute = await openDiscordRig({ messageContent: false, mayChange: true });
    const body = { id: mute.bot.applicationId, flags: 1 << 19 };
    const match = ({ path }: { readonly path: string }) => path.endsWith("/applications/@me");
    mute.sandbox.faults.add({ match, times: 1, fault: { kind: "status", status: 200, body } });
    const account = mute.account();
    const starting = account.start();
    let started = false;
    void starting.then(() => {
      started = true;
    });
    await mute.until(() => started, 500);
    mute.say("readable");
    await mute.until(() => account.stored.length > 0, 10);
    expect(account.contents()).toEqual(["readable"]);
    expect(account.halts).toEqual([]);
    await mute.close();
  });

  it("later is halted once, and does not try again", async () => {
    const account = await started();
    rig.sandbox.resetToken(rig.bot.id);
    await rig.until(() => account.halts.length === 1);
    expect(account.halts[0]).toContain("Reset Token");
    expect(account.health.at(-1)).toBe(account.halts[0]);
    const asked = rig.sandbox.requests.length;
    await rig.clock.advance(600_000);
    expect(account.halts).toHaveLength(1);
    expect(rig.sandbox.requests).toHaveLength(asked);
  });
});

describe("advice", () => {
  it("names a bridged channel that is not there, once, and lets the others work", async () => {
    const nowhere = "1234567890123456789";
    const account = await started({ bridged: [{ account: "discord", id: nowhere }, rig.at()] });
    const warnings = () =>
      account.lines.filter((line) => line.includes(`does not see the Discord channel ${nowhere}`));
    expect(warnings()).toHaveLength(1);
    rig.sandbox.gateway.kickOffAll("cut");
    rig.say("aqui");
    await has(account, "aqui");
    expect(warnings()).toHaveLength(1);
  });

  it("names a bridged channel that is hidden from the bot", async () => {
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.guild, type: 0, deny: 1n << 10n }]);
    const account = await started();
    expect(account.lines.join("\n")).toContain(`does not see the Discord channel ${rig.channel}`);
  });

  it("names the rights that are missing", async () => {
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.guild, type: 0, deny: (1n << 11n) | (1n << 16n) }]);
    const account = await started();
    expect(account.lines.join("\n")).toContain(
      "In the Discord channel geral the bot lacks permissions: Send Messages, Read Message History.",
    );
  });

  it("says once that messages arrive without text", async () => {
    const account = await started();
    for (let i = 0; i < 3; i++) rig.sandbox.say(rig.channel, rig.ana, { content: "" });
    await rig.until(() => account.stored.length === 3);
    expect(
      account.lines.filter((line) => line.includes("Messages from Discord arrive without text")),
    ).toHaveLength(1);
  });

  it("says how to write a thread that stands for a channel", async () => {
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    const account = await started({ bridged: [{ account: "discord", id: thread }] });
    expect(account.lines.join("\n")).toContain(`${rig.channel}/${thread}`);
  });
});
