// Looking for a create that got no answer, against the simulator: what is found, what is not, and what nobody can tell.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import type { Doubt } from "../../../bridge/platform.ts";
import type { Call, Json, Sent } from "../../../model/delivery.ts";
import type { DiscordRequest } from "../request.ts";

const signal = new AbortController().signal;
const READ_HISTORY = 1n << 16n;
const MANAGE_WEBHOOKS = 1n << 29n;

let rig: DiscordRig;
let account: DiscordAccount;
/** Ids that the map knows. */
let known: Set<string>;
let newest: string | undefined;
beforeEach(async () => {
  rig = await openDiscordRig();
  account = rig.account();
  known = new Set();
  newest = undefined;
});
afterEach(async () => {
  expect(rig.sandbox.unexpected).toEqual([]);
  await rig.close();
});

type Create = Extract<DiscordRequest, { kind: "create" }>;

function speaking(content: string, more: Partial<Create> = {}): Call {
  const request = {
    kind: "create",
    channel: rig.channel,
    puppet: { name: "Rui" },
    content,
    nonce: "n1",
    ...more,
  };
  return { op: "create", part: 0, hash: "h", request: request as unknown as Json };
}
function asBot(content: string, nonce = "n1"): Call {
  const request = { kind: "create", channel: rig.channel, content, nonce };
  return { op: "create", part: 0, hash: "h", request };
}

const send = (call: Call, thread?: string) => account.platform.send(call, rig.at(thread), signal);

/** Sent, answered and written down. */
async function deliver(call: Call, thread?: string): Promise<string> {
  const id = (await send(call, thread))?.ref.id ?? "";
  known.add(id);
  newest = id;
  return id;
}

/** Sent, but the connection broke before the answer came. */
async function lose(call: Call, thread?: string): Promise<number> {
  const since = rig.clock.now();
  const isPost = ({ method, path }: { method: string; path: string }) =>
    method === "POST" && (path.includes("wait=true") || path.endsWith("/messages"));
  rig.sandbox.faults.add({ match: isPost, times: 1, fault: { kind: "cut", when: "after" } });
  await expect(send(call, thread)).rejects.toMatchObject({ fate: { kind: "retry", maybeDelivered: true } });
  return since;
}

function lookFor(call: Call, since: number, thread?: string): Promise<Sent | "absent" | "unknown"> {
  const doubt: Doubt = {
    since,
    ...(newest !== undefined && { newest }),
    known: async (refs) => refs.map(({ id }) => known.has(id)),
  };
  const { reconcile } = account.platform;
  if (!reconcile) throw new Error("no reconcile");
  return reconcile(call, rig.at(thread), doubt, signal);
}

const last = (channel = rig.channel) => rig.sandbox.messages(channel).at(-1)?.id;
const idOf = (found: Sent | string) => (typeof found === "string" ? found : found.ref.id);
const pagesRead = () => rig.asked("GET", `/channels/${rig.channel}/messages?`).length;

describe("a message that was lost", () => {
  it("by a puppet is found, with the webhook that said it", async () => {
    await deliver(speaking("antes"));
    const since = await lose(speaking("oi  \n"));
    const via = rig.sandbox.webhooks(rig.channel)[0]?.id;
    expect(await lookFor(speaking("oi  \n"), since)).toEqual({
      ref: { conversation: rig.at(), id: last() },
      via,
    });
  });

  it("by the bot is found", async () => {
    const since = await lose(asBot("oi"));
    expect(await lookFor(asBot("oi"), since)).toEqual({ ref: { conversation: rig.at(), id: last() } });
  });

  it("in a thread is found there", async () => {
    const thread = rig.sandbox.createThread(rig.channel, { name: "fio", ownerId: rig.ana }).id;
    const call = speaking("oi", { thread });
    const since = await lose(call, thread);
    await deliver(speaking("oi"));
    newest = undefined;
    const found = await lookFor(call, since, thread);
    expect(found).toMatchObject({ ref: { conversation: rig.at(thread), id: last(thread) } });
  });

  it("is found though its process died and another one looks", async () => {
    const since = await lose(speaking("oi"));
    account = rig.account();
    expect(idOf(await lookFor(speaking("oi"), since))).toBe(last());
  });

  it("is found behind more than a hundred others", async () => {
    await deliver(speaking("antes"));
    const since = await lose(speaking("oi"));
    const id = last();
    for (let i = 0; i < 250; i++) rig.say(`${i}`);
    expect(idOf(await lookFor(speaking("oi"), since))).toBe(id);
    expect(pagesRead()).toBe(3);
  });

  it("is told from the same words that are known", async () => {
    await deliver(speaking("ok"));
    const since = await lose(speaking("ok"));
    const id = last();
    expect(idOf(await lookFor(speaking("ok"), since))).toBe(id);
    // Not even the newest that is known has to be told: then the map is asked about both.
    newest = undefined;
    expect(idOf(await lookFor(speaking("ok"), since))).toBe(id);
  });

  it("by the bot for a puppet that could not speak is found with the name before its words", async () => {
    await deliver(speaking("antes"));
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.guild, type: 0, deny: MANAGE_WEBHOOKS }]);
    account = rig.account();
    const since = await lose(speaking("oi"));
    expect(rig.sandbox.messages(rig.channel).at(-1)?.content).toBe("**Rui**: oi");
    expect(await lookFor(speaking("oi"), since)).toEqual({ ref: { conversation: rig.at(), id: last() } });
  });

  it("is found though our clock went wrong by less than an hour, and by any time while it stays wrong", async () => {
    const since = await lose(speaking("oi"));
    const id = last();
    expect(idOf(await lookFor(speaking("oi"), since + 50 * 60_000))).toBe(id);
    expect(idOf(await lookFor(speaking("oi"), since + 30 * 86_400_000))).toBe(id);
  });
});

describe("absent is", () => {
  it("what never arrived", async () => {
    await deliver(speaking("antes"));
    rig.say("oi");
    expect(await lookFor(speaking("oi"), rig.clock.now())).toBe("absent");
  });

  it("what never arrived in a channel without a message", async () => {
    await account.platform.prepare(rig.at(), signal);
    expect(await lookFor(speaking("oi"), rig.clock.now())).toBe("absent");
  });

  it("what was deleted before we looked", async () => {
    const since = await lose(speaking("oi"));
    rig.sandbox.remove(rig.channel, last() ?? "");
    expect(await lookFor(speaking("oi"), since)).toBe("absent");
  });

  it("what only others have said: a person, another webhook", async () => {
    await account.platform.prepare(rig.at(), signal);
    const since = rig.clock.now();
    rig.say("oi");
    rig.sandbox.say(rig.channel, rig.ana, { content: "oi", asWebhook: { name: "Rui" } });
    expect(await lookFor(speaking("oi"), since)).toBe("absent");
  });

  it("what only stands there as something else of ours", async () => {
    await deliver(speaking("antes"));
    await send(speaking("outra coisa"));
    expect(await lookFor(speaking("oi"), rig.clock.now())).toBe("absent");
  });

  it("what we said once, long before", async () => {
    await send(speaking("oi"));
    await rig.clock.advance(2 * 3_600_000);
    expect(await lookFor(speaking("oi"), rig.clock.now())).toBe("absent");
  });
});

describe("nobody can tell", () => {
  const forbid = () =>
    rig.sandbox.setPermissions(rig.channel, [{ id: rig.guild, type: 0, deny: READ_HISTORY }]);

  it("without the right to read the history, which is not asked in vain", async () => {
    await account.start();
    const since = await lose(speaking("oi"));
    forbid();
    rig.say("depois do evento");
    await rig.until(() => account.contents().length === 1);
    expect(await lookFor(speaking("oi"), since)).toBe("unknown");
    expect(pagesRead()).toBe(0);
  });

  it("when the right went without our hearing of it", async () => {
    await account.platform.prepare(rig.at(), signal);
    const since = await lose(speaking("oi"));
    forbid();
    expect(await lookFor(speaking("oi"), since)).toBe("unknown");
    expect(pagesRead()).toBe(1);
  });

  it("about anything but a create", async () => {
    const request = { kind: "delete", channel: rig.channel, message: "1" };
    expect(await lookFor({ op: "delete", part: 0, hash: "", request }, 0)).toBe("unknown");
  });
});

describe("trouble while we look", () => {
  const isQuestion = ({ method, path }: { method: string; path: string }) =>
    method === "GET" && path.includes("/messages?");

  it("is a failure like any other, and the next question finds it", async () => {
    const since = await lose(speaking("oi"));
    rig.sandbox.faults.add({ match: isQuestion, times: 1, fault: { kind: "status", status: 500 } });
    await expect(lookFor(speaking("oi"), since)).rejects.toMatchObject({ fate: { kind: "retry" } });
    expect(idOf(await lookFor(speaking("oi"), since))).toBe(last());
  });

  it("is waited out when it is a limit", async () => {
    const since = await lose(speaking("oi"));
    rig.sandbox.faults.add({ match: isQuestion, times: 1, fault: { kind: "limit", retryAfter: 7 } });
    let found: Sent | string | undefined;
    const looking = lookFor(speaking("oi"), since).then((answer) => {
      found = answer;
    });
    await rig.until(() => found !== undefined, 1_000);
    await looking;
    expect(idOf(found ?? "")).toBe(last());
    expect(rig.clock.now() - since).toBeGreaterThanOrEqual(7_000);
  });
});

describe("a Discord that fails every tenth request and cuts every tenth connection after the effect", () => {
  it.each([
    ["a puppet", (content: string) => speaking(content)],
    ["the bot", (content: string, n: number) => asBot(content, `n${n}`)],
  ])("gets every message of %s once and in order", async (_name, callOf) => {
    await account.platform.prepare(rig.at(), signal);
    const isAsked = ({ path }: { path: string }) => /\/(messages|webhooks)/.test(path);
    rig.sandbox.faults.add({ match: isAsked, chance: 0.1, fault: { kind: "status", status: 500 } });
    rig.sandbox.faults.add({ match: isAsked, chance: 0.1, fault: { kind: "cut", when: "after" } });
    // Few words, so that many messages say the same.
    const contents = Array.from({ length: 150 }, (_, n) => ["ok", "sim", "não", `${n}`][n % 4] ?? "");
    let doubts = 0;
    for (const [n, content] of contents.entries()) {
      const call = callOf(content, n);
      const since = rig.clock.now();
      let sent = await send(call).catch(() => undefined);
      while (sent === undefined) {
        doubts += 1;
        await rig.clock.advance(500);
        const found = await lookFor(call, since).catch(() => "trouble" as const);
        if (found === "trouble") continue;
        expect(found).not.toBe("unknown");
        sent = typeof found === "string" ? await send(call).catch(() => undefined) : found;
      }
      known.add(sent.ref.id);
      newest = sent.ref.id;
      if (n % 3 === 0) rig.say(content);
    }
    const ours = rig.sandbox.messages(rig.channel).filter(({ author }) => author.id !== rig.ana);
    expect(ours.map((message) => message.content)).toEqual(contents);
    expect(doubts).toBeGreaterThan(15);
  });
});
