// Webhooks under concurrency and change, and the limits of their routes; the ordinary ways are in api.test.ts.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  callOf,
  type DiscordAccount,
  type DiscordRig,
  openDiscordRig,
} from "../../../../test/support/discord-rig.ts";
import { recordContext } from "../../../../test/support/platform-context.ts";
import { systemClock } from "../../../model/clock.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import { startDiscordSandbox } from "../../../sandbox/discord/index.ts";
import type { DiscordSandbox } from "../../../sandbox/discord/sandbox.ts";
import { createGuildDirectory } from "../account/guild-directory.ts";
import { DiscordError } from "../errors.ts";
import type { DiscordRequest } from "../request.ts";
import { createRest, type DiscordRest, type RestCall } from "../rest/rest.ts";
import { createApi } from "./api.ts";
import { createPuppets } from "./puppets.ts";

const signal = new AbortController().signal;
type Create = Extract<DiscordRequest, { kind: "create" }>;

describe("a webhook", () => {
  /** A Discord of one channel, answered by hand: what was asked waits until the test answers. */
  function byHand() {
    const asked: { readonly call: RestCall; readonly answer: (value: unknown) => void }[] = [];
    const rest: Pick<DiscordRest, "request"> = {
      request: (call) => new Promise((resolve) => asked.push({ call, answer: resolve })),
    };
    const directory = createGuildDirectory();
    directory.introduce({ userId: "1", applicationId: "2" });
    return { asked, puppets: createPuppets({ context: recordContext().context, rest, directory }) };
  }
  const methods = (asked: readonly { readonly call: RestCall }[]) => asked.map(({ call }) => call.method);
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  const own = { id: "9", token: "t", application_id: "2" };

  it("is made once though the channel's webhooks change while it is being made", async () => {
    const { asked, puppets } = byHand();
    const first = puppets.get("c", signal);
    asked[0]?.answer([]);
    await turn();
    expect(methods(asked)).toEqual(["GET", "POST"]);
    // Somebody changes another webhook of the channel; somebody else wants to speak.
    puppets.forget("c");
    const second = puppets.get("c", signal);
    await turn();
    expect(methods(asked)).toEqual(["GET", "POST"]);
    asked[1]?.answer(own);
    expect([await first, await second]).toEqual([
      { id: "9", token: "t" },
      { id: "9", token: "t" },
    ]);
    // What was learned before the change is asked for again at the next use.
    const third = puppets.get("c", signal);
    await turn();
    expect(methods(asked)).toEqual(["GET", "POST", "GET"]);
    asked[2]?.answer([own]);
    expect(await third).toEqual({ id: "9", token: "t" });
  });
});

describe("the name before what the bot says for a puppet", () => {
  let rig: DiscordRig;
  let account: DiscordAccount;
  beforeEach(async () => {
    rig = await openDiscordRig({ permissions: (1n << 10n) | (1n << 11n) | (1n << 16n) });
    account = rig.account();
  });
  afterEach(() => rig.close());

  async function said(content: string, more: Partial<Create> = {}): Promise<string | undefined> {
    const request: Create = {
      kind: "create",
      channel: rig.channel,
      puppet: { name: "Ana" },
      content,
      nonce: "n",
      ...more,
    };
    await account.platform.send(callOf(request), rig.at(), signal);
    return rig.sandbox.messages(rig.channel).at(-1)?.content;
  }

  it.each([
    ["words", "oi", "**Ana**: oi"],
    [
      "a reply line, which must begin the message",
      "-# ↩ **Rui**: e aí\noi",
      "-# ↩ **Rui**: e aí\n**Ana**: oi",
    ],
    ["a quotation, which must begin a line", "> disse\noi", "**Ana**:\n> disse\noi"],
    ["a heading", "## Título", "**Ana**:\n## Título"],
    ["a list", "- um\n- dois", "**Ana**:\n- um\n- dois"],
    ["a numbered list", "1. um\n2. dois", "**Ana**:\n1. um\n2. dois"],
    ["code", "```js\n1\n```", "**Ana**:\n```js\n1\n```"],
    ["an arithmetic fact", "1.5 - 1", "**Ana**: 1.5 - 1"],
  ])("stands before %s", async (_name, content, expected) => {
    expect(await said(content)).toBe(expected);
  });

  it("leaves room for every word: 2000 code points at most", async () => {
    for (const length of [1980, 1991, 1992, 1993, 2000]) {
      const content = "😀".repeat(length);
      const shown = await said(content, { puppet: { name: "Ana *Maria* da Silva" }, nonce: `n${length}` });
      expect(shown?.endsWith(content)).toBe(true);
      expect([...(shown ?? "")].length).toBeLessThanOrEqual(2000);
    }
  });

  it("is the same when the message is edited", async () => {
    const content = "-# ↩ oi\n> citação";
    const shown = await said(content);
    const [message] = rig.sandbox.messages(rig.channel);
    const part = {
      hash: "h",
      request: { kind: "create", channel: rig.channel, puppet: { name: "Ana" }, content, nonce: "n" },
    };
    const copy = { ref: { conversation: rig.at(), id: message?.id ?? "" }, part: 0, hash: "h", at: 0 };
    const known = { prepared: { puppets: true }, now: 0, texts: account.context.texts };
    const edit = account.platform.renderEdit(part, copy, known);
    expect(edit).toMatchObject({ content: shown });
  });
});

describe("one more try, and never a second", () => {
  let rig: DiscordRig;
  let account: DiscordAccount;
  beforeEach(async () => {
    rig = await openDiscordRig();
    account = rig.account();
    await account.platform.prepare(rig.at(), signal);
  });
  afterEach(() => rig.close());

  const speaking = (puppet?: { readonly name: string }) =>
    callOf({
      kind: "create",
      channel: rig.channel,
      content: "oi @everyone",
      nonce: "n",
      ...(puppet && { puppet }),
    });
  const answering = (times: number, status: number, body: object) =>
    rig.sandbox.faults.add({
      match: ({ method, path }) => method === "POST" && path.startsWith("/webhooks/"),
      times,
      fault: { kind: "status", status, body },
    });
  const posts = () => rig.asked("POST", "/webhooks/").length;

  it("with a renewed token: the webhook is listed again, not made again", async () => {
    answering(1, 401, { code: 50027, message: "Invalid Webhook Token" });
    const sent = await account.platform.send(speaking({ name: "Rui" }), rig.at(), signal);
    expect(sent?.via).toBe(rig.sandbox.webhooks(rig.channel)[0]?.id);
    expect(rig.asked("POST", `/channels/${rig.channel}/webhooks`)).toHaveLength(1);
    expect(posts()).toBe(2);
  });

  it("with a neutral name: when that is disliked too, the message is refused", async () => {
    const errors = { username: { _errors: [{ code: "USERNAME_INVALID", message: "no" }] } };
    answering(9, 400, { code: 50035, message: "Invalid Form Body", errors });
    const work = account.platform.send(speaking({ name: "Rui" }), rig.at(), signal);
    await expect(work).rejects.toMatchObject({ json: 50035, fate: { kind: "refused" } });
    expect(posts()).toBe(2);
  });

  it("not at all for another fault of the form", async () => {
    const errors = { content: { _errors: [{ code: "BASE_TYPE_MAX_LENGTH", message: "no" }] } };
    answering(9, 400, { code: 50035, message: "Invalid Form Body", errors });
    const work = account.platform.send(speaking({ name: "Rui" }), rig.at(), signal);
    await expect(work).rejects.toMatchObject({ json: 50035, fate: { kind: "refused" } });
    expect(posts()).toBe(1);
  });

  it("pings nobody: every message and every edit says so, the bot's too", async () => {
    for (const puppet of [undefined, { name: "Rui" }]) {
      const sent = await account.platform.send(speaking(puppet), rig.at(), signal);
      const about = {
        channel: rig.channel,
        message: sent?.ref.id ?? "",
        ...(sent?.via && { via: sent.via }),
      };
      await account.platform.send(callOf({ kind: "edit", ...about, content: "@here" }), rig.at(), signal);
    }
    const bodies = [
      ...rig.asked("POST", "/webhooks/"),
      ...rig.asked("POST", `/channels/${rig.channel}/messages`),
      ...rig.asked("PATCH", "/"),
    ].map(({ body }) => body);
    expect(bodies).toHaveLength(4);
    for (const body of bodies) expect(body).toMatchObject({ allowed_mentions: { parse: [] } });
  });
});

describe("Discord's limits", () => {
  let sandbox: DiscordSandbox;
  let rest: DiscordRest;
  let channels: readonly string[];
  let api: ReturnType<typeof createApi>;
  let reset: () => void;
  beforeEach(async () => {
    sandbox = await startDiscordSandbox({ limits: true });
    const guild = sandbox.createGuild({ name: "Casa" });
    channels = ["um", "dois"].map((name) => sandbox.createChannel(guild.id, { name }).id);
    const bot = sandbox.createBot({ name: "MateBot" });
    sandbox.addBot(guild.id, bot.id);
    rest = createRest({ api: sandbox.url, token: bot.token, clock: systemClock });
    const { context } = recordContext({ account: "discord" });
    const directory = createGuildDirectory();
    directory.introduce({ userId: bot.id, applicationId: bot.applicationId });
    const puppets = createPuppets({ context, rest, directory });
    const faces = { urlOf: async () => undefined, forget: async () => {}, close: () => {} };
    api = createApi({ context, rest, puppets, directory, faces });
    reset = () => sandbox.faults.clear();
  });
  afterEach(async () => {
    reset();
    await rest.close();
    await sandbox.close();
  });

  const at = (id: string): ConversationRef => ({ account: "discord", id });
  const say = (channel: string, n: number, puppet?: { readonly name: string }) => {
    const request = {
      kind: "create",
      channel,
      content: `m${n}`,
      nonce: `n${n}`,
      ...(puppet && { puppet }),
    } as const;
    return api.send(callOf(request), at(channel), signal).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof DiscordError) return error;
        throw error;
      },
    );
  };

  it.each([
    ["of a channel", undefined],
    ["of a webhook", { name: "Rui" }],
  ])(
    "%s are learned from the headers: the call waits before Discord has to refuse it",
    async (_name, puppet) => {
      const [first = "", second = ""] = channels;
      const refusals: (DiscordError | undefined)[] = [];
      for (let n = 0; n < 7; n++) refusals.push(await say(first, n, puppet));
      const refused = refusals.filter((each) => each !== undefined);
      expect(refused.length).toBeGreaterThanOrEqual(1);
      for (const each of refused) {
        expect(each).toMatchObject({ code: "discord.limit", fate: { kind: "wait" } });
        expect(each.fate.kind === "wait" && each.fate.ms).toBeGreaterThan(0);
        expect(each.fate.kind === "wait" && each.fate.ms).toBeLessThanOrEqual(5_100);
      }
      expect(sandbox.requests.filter(({ status }) => status === 429)).toEqual([]);
      // Another channel has a limit of its own and is not held up by the first.
      const before = Date.now();
      expect(await say(second, 100, puppet)).toBeUndefined();
      expect(Date.now() - before).toBeLessThan(1_000);
    },
  );

  it("met on one channel are not the other's, not even while the first is still being asked", async () => {
    const [first = "", second = ""] = channels;
    const match = ({ path }: { readonly path: string }) => path === `/channels/${first}/messages`;
    sandbox.faults.add({ match, times: 3, fault: { kind: "limit", retryAfter: 30, scope: "user" } });
    const [refused, sent] = await Promise.all([say(first, 1), say(second, 2)]);
    expect(refused).toMatchObject({ fate: { kind: "wait" } });
    expect(sent).toBeUndefined();
    expect(await say(second, 3)).toBeUndefined();
  });

  it("met on an edit do not hold up what is said", async () => {
    const [first = ""] = channels;
    expect(await say(first, 1)).toBeUndefined();
    const [message] = sandbox.messages(first);
    const match = ({ method }: { readonly method: string }) => method === "DELETE";
    sandbox.faults.add({ match, times: 1, fault: { kind: "limit", retryAfter: 30, scope: "user" } });
    const request = { kind: "delete", channel: first, message: message?.id ?? "" } as const;
    await expect(api.send(callOf(request), at(first), signal)).rejects.toMatchObject({
      fate: { kind: "wait" },
    });
    expect(await say(first, 2)).toBeUndefined();
  });
});
