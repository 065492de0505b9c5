// What every refusal of Discord means for a call, asked through the real client: fate and code, and nothing secret.

import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { inspect } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../model/clock.ts";
import type { Fate } from "../../model/errors.ts";
import { startDiscordSandbox } from "../../sandbox/discord/index.ts";
import type { DiscordSandbox } from "../../sandbox/discord/sandbox.ts";
import type { Fault } from "../../sandbox/faults.ts";
import { LANGUAGES, loadTexts } from "../../texts.ts";
import { DiscordError } from "./errors.ts";
import { createRest, type DiscordRest } from "./rest/rest.ts";

const words = "the words nobody may read";
const webhook = "123456789012345678";
const webhookToken = "webhook-token-that-is-secret";
const gone: Fate = { kind: "gone" };
const refused: Fate = { kind: "refused" };
const blocked: Fate = { kind: "blocked" };
const halt: Fate = { kind: "halt" };
const again: Fate = { kind: "retry", maybeDelivered: true };
const neverLeft: Fate = { kind: "retry", maybeDelivered: false };
const wait = (ms: number): Fate => ({ kind: "wait", ms });
const forAll = (ms: number): Fate => ({ kind: "wait", ms, account: true });

let sandbox: DiscordSandbox;
let rest: DiscordRest;
let token: string;
let channel: string;
beforeAll(async () => {
  sandbox = await startDiscordSandbox();
});
afterAll(() => sandbox.close());
beforeEach(() => {
  const guild = sandbox.createGuild({ name: "Casa" });
  channel = sandbox.createChannel(guild.id, { name: "geral" }).id;
  const bot = sandbox.createBot({ name: "MateBot" });
  sandbox.addBot(guild.id, bot.id);
  token = bot.token;
  rest = createRest({ api: sandbox.url, token, clock: systemClock });
});
afterEach(async () => {
  await rest.close();
  expect(sandbox.faults.left).toBe(0);
});

type Way = "bot" | "webhook";

function ask(way: Way, client: DiscordRest = rest, signal?: AbortSignal): Promise<unknown> {
  const body = { content: words };
  return way === "bot"
    ? client.request({ method: "POST", route: `/channels/${channel}/messages`, body, signal })
    : client.request({
        method: "POST",
        route: `/webhooks/${webhook}/${webhookToken}`,
        query: { wait: "true" },
        auth: false,
        body,
        signal,
      });
}

/** The error the work ends with, once it is known to show nothing of the request. */
async function failure(work: Promise<unknown>): Promise<DiscordError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(DiscordError);
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const shown = `${each.message} ${each.stack} ${inspect(each, { depth: 9, showHidden: true })}`;
    expect(shown).not.toContain(words);
    expect(shown).not.toContain(webhookToken);
    expect(shown).not.toContain(token);
    expect(shown.replace(/file:\/\/\S+/g, "")).not.toMatch(/https?:|\/webhooks\/|127\.0\.0\.1|localhost/);
  }
  return error as DiscordError;
}

async function answered(fault: Fault, way: Way = "bot"): Promise<DiscordError> {
  sandbox.faults.add({ match: () => true, times: 1, fault });
  return failure(ask(way));
}

const languages = LANGUAGES.map((language) => loadTexts(language));

/** What people are told of a refusal, in every language: a line or two, and nothing about what is only late. */
function expectWords({ fate, words: key }: DiscordError): void {
  expect(key !== undefined).toBe(fate.kind === "refused" || fate.kind === "blocked");
  if (key === undefined) return;
  for (const say of languages) expect(say(key)).toMatch(/^[^\n]{20,200}\.$/);
}

const status = (code: number, json: unknown, headers: Readonly<Record<string, string>> = {}): Fault => ({
  kind: "status",
  status: code,
  body: json,
  headers,
});

describe("Discord's own error numbers", () => {
  it.each([
    [10003, 404, refused],
    [10004, 404, refused],
    [10008, 404, gone],
    [10014, 400, refused],
    [10015, 404, blocked],
    [20022, 400, wait(10_000)],
    [30003, 400, refused],
    [30007, 400, blocked],
    [30010, 400, refused],
    [30015, 400, refused],
    [30046, 429, wait(20_000)],
    [30058, 400, blocked],
    [40004, 403, blocked],
    [40005, 413, refused],
    [40058, 400, blocked],
    [40067, 400, refused],
    [40333, 403, halt],
    [50001, 403, blocked],
    [50005, 403, refused],
    [50006, 400, refused],
    [50008, 400, blocked],
    [50013, 403, blocked],
    [50014, 400, halt],
    [50021, 403, refused],
    [50024, 400, blocked],
    [50035, 400, refused],
    [50045, 413, refused],
    [50083, 400, blocked],
    [50081, 400, refused],
    [50159, 400, refused],
    [50160, 400, refused],
    [50161, 400, refused],
    [50162, 400, refused],
    [50173, 403, refused],
    [90001, 403, refused],
    [130000, 400, again],
    [160002, 400, refused],
    [160004, 400, refused],
    [160005, 400, blocked],
    [160006, 400, refused],
    [160007, 400, refused],
    [160014, 400, refused],
    [200000, 400, refused],
    [200001, 400, refused],
    [220001, 400, blocked],
    [220002, 400, refused],
    [220003, 400, blocked],
    [240000, 400, refused],
    [400001, 400, wait(10_000)],
    [520001, 400, gone],
    [520003, 400, refused],
    [987654, 400, refused],
    [20016, 400, wait(10_000)],
    [20028, 400, wait(10_000)],
    [20029, 400, wait(10_000)],
    [40062, 400, wait(10_000)],
  ] as const)("%i (HTTP %i)", async (code, http, fate) => {
    for (const way of ["bot", "webhook"] as const) {
      // Where Discord's own words would be, something quotes the request, as a proxy in between may.
      const message = `${words} at http://localhost/webhooks/${webhook}/${webhookToken}`;
      const error = await answered(status(http, { code, message }), way);
      if (http === 429) expect(error).toMatchObject({ code: "discord.limit", fate });
      else {
        expect(error).toMatchObject({ code: `discord.${code}`, json: code, fate });
        expect(error.message).toContain(`${http}`);
      }
      expectWords(error);
    }
  });

  it("20028 and its like say themselves how long they last", async () => {
    const error = await answered(status(400, { code: 20028, message: "limit", retry_after: 2.5 }));
    expect(error.fate).toEqual(wait(2500));
    for (const retry_after of [0, -1, null, "soon"]) {
      const vague = await answered(status(400, { code: 20028, message: "limit", retry_after }));
      expect(vague.fate).toEqual(wait(10_000));
    }
  });

  it("50035 names the fields and their codes, not what was in them", async () => {
    const errors = {
      username: { _errors: [{ code: "USERNAME_INVALID_CONTAINS", message: `cannot contain ${words}` }] },
      embeds: { 0: { title: { _errors: [{ code: "BASE_TYPE_MAX_LENGTH", message: words }] } } },
      [words]: { _errors: [{ code: words, message: words }] },
    };
    const error = await answered(status(400, { code: 50035, message: "Invalid Form Body", errors }));
    expect(error.fields).toEqual([
      "username: USERNAME_INVALID_CONTAINS",
      "embeds.0.title: BASE_TYPE_MAX_LENGTH",
      "?: ?",
    ]);
    expect(error.message).toContain("username: USERNAME_INVALID_CONTAINS");
  });

  it("50027 is about the webhook's token and leaves the bot's login alone", async () => {
    const error = await answered(status(401, { code: 50027, message: "Invalid Webhook Token" }), "webhook");
    expect(error).toMatchObject({ json: 50027, fate: blocked });
    await expect(ask("bot")).resolves.toMatchObject({ content: words });
  });
});

describe("the login", () => {
  it("that is refused halts the account, and nothing is asked with it any more", async () => {
    const error = await answered(status(401, { code: 0, message: "401: Unauthorized" }));
    expect(error).toMatchObject({ code: "discord.unauthorized", fate: halt });
    const before = sandbox.requests.length;
    expect(await failure(ask("bot"))).toMatchObject({ code: "discord.unauthorized", fate: halt });
    expect(sandbox.requests).toHaveLength(before);
  });

  it("is not blamed for a token route", async () => {
    const error = await answered(status(401, { code: 0, message: "401: Unauthorized" }), "webhook");
    expect(error.fate).toEqual(refused);
    await expect(ask("bot")).resolves.toMatchObject({ content: words });
  });
});

describe("pages that are no JSON", () => {
  const page = `<html>error code: 1015 ${words} http://localhost/webhooks/${webhook}/${webhookToken}</html>`;
  it.each([
    [429, {}, "discord.limit", forAll(60_000)],
    [429, { "retry-after": "37" }, "discord.limit", forAll(37_000)],
    [429, { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT" }, "discord.limit", forAll(60_000)],
    [403, {}, "discord.blocked", forAll(60_000)],
    [400, {}, "discord.http-400", refused],
    [408, {}, "discord.http-408", again],
    [413, {}, "discord.http-413", refused],
    [500, {}, "discord.http-500", again],
    [502, {}, "discord.http-502", again],
    [503, {}, "discord.http-503", again],
    [522, {}, "discord.http-522", again],
    [200, {}, "discord.bad-answer", again],
  ])("HTTP %i %j", async (code, headers, name, fate) => {
    const error = await answered({ kind: "status", status: code, html: page, headers });
    expect(error).toMatchObject({ code: name, fate });
    expectWords(error);
  });
});

describe("answers that cannot be understood", () => {
  it.each([
    ["half a JSON", 200, '{"id": "12'],
    ["half a refusal", 400, '{"code": 500'],
    ["a text instead of an object", 400, `"${words}"`],
    ["no object at all", 400, "null"],
  ])("%s may have been delivered", async (_name, code, text) => {
    const headers = { "content-type": "application/json" };
    const error = await answered({ kind: "status", status: code, html: text, headers });
    expect(error.fate).toEqual(again);
  });

  it("a refusal without a number is judged by its status", async () => {
    expect(await answered(status(400, { oops: words }))).toMatchObject({ code: "discord.http-400" });
    expect(await answered(status(503, { code: 0, message: words }))).toMatchObject({
      code: "discord.http-503",
      fate: again,
    });
  });
});

describe("limits", () => {
  it.each([
    ["user", wait(3_000)],
    ["shared", wait(3_000)],
    ["global", forAll(3_000)],
  ])("of scope %s come out as they are, with their time", async (scope, fate) => {
    const error = await answered({ kind: "limit", retryAfter: 3, scope });
    expect(error).toMatchObject({ code: "discord.limit", fate });
  });

  it("that name their time in the body as well last as long as that says, to the millisecond", async () => {
    const body = { message: "limited", retry_after: 1163.097, global: false };
    const error = await answered(status(429, body, { "retry-after": "1" }));
    expect(error.fate).toEqual(wait(1_163_097));
  });

  it("that name none last ten seconds", async () => {
    const error = await answered(status(429, { code: 40062, message: "limited" }));
    expect(error.fate).toEqual(wait(10_000));
  });

  it("of edits of old messages name their time, or last twenty seconds", async () => {
    const message = "Maximum number of edits to messages older than 1 hour reached.";
    const named = await answered(status(429, { code: 30046, message, retry_after: 4.5 }));
    expect(named.fate).toEqual(wait(4_500));
    expect((await answered(status(429, { code: 30046, message }))).fate).toEqual(wait(20_000));
    // It is a limit of those messages, not of the route.
    await expect(ask("bot")).resolves.toMatchObject({ content: words });
  });
});

describe("the network", () => {
  const servers: { readonly server: Server; readonly sockets: Set<Socket> }[] = [];
  afterEach(async () => {
    for (const { server, sockets } of servers.splice(0)) {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  async function clientOf(onSocket: (socket: Socket) => void): Promise<DiscordRest> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => undefined);
      onSocket(socket);
    });
    servers.push({ server, sockets });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = address instanceof Object ? address.port : 0;
    return createRest({ api: `http://127.0.0.1:${port}/api`, token, clock: systemClock });
  }

  it("cut before or after the request took effect: it may have been delivered", async () => {
    for (const when of ["before", "after"] as const) {
      const error = await answered({ kind: "cut", when });
      expect(error).toMatchObject({ code: "discord.network", fate: again });
    }
  });

  it("where nobody listens has not delivered anything", async () => {
    const client = await clientOf(() => undefined);
    const closing = servers.pop();
    await new Promise((resolve) => closing?.server.close(resolve));
    const error = await failure(ask("webhook", client));
    expect(error).toMatchObject({ code: "discord.network", message: "ECONNREFUSED", fate: neverLeft });
    await client.close();
  });

  it("that resets the connection may have delivered", async () => {
    const client = await clientOf((socket) => socket.once("data", () => socket.resetAndDestroy()));
    expect(await failure(ask("webhook", client))).toMatchObject({ code: "discord.network", fate: again });
    await client.close();
  });

  it("that breaks off in the middle of an answer may have delivered", async () => {
    const client = await clientOf((socket) =>
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{");
        socket.end();
      }),
    );
    expect(await failure(ask("webhook", client))).toMatchObject({ code: "discord.network", fate: again });
    await client.close();
  });

  it("that answers no HTTP may have delivered", async () => {
    const client = await clientOf((socket) => socket.once("data", () => socket.end(`${words}\r\n\r\n`)));
    expect(await failure(ask("webhook", client))).toMatchObject({ code: "discord.network", fate: again });
    await client.close();
  });

  it("that stays silent is given up when we are told to; what left may have been delivered", async () => {
    const told = new AbortController();
    const client = await clientOf((socket) => socket.once("data", () => told.abort()));
    expect(await failure(ask("webhook", client, told.signal))).toMatchObject({
      code: "discord.network",
      message: "TIMEOUT",
      fate: again,
    });
    await client.close();
  });

  it("is not touched by what was called off before, nor by what still waits in the queue", async () => {
    const told = new AbortController();
    let arrived = 0;
    const client = await clientOf((socket) =>
      socket.once("data", () => {
        arrived += 1;
        setImmediate(() => told.abort());
      }),
    );
    const first = failure(ask("bot", client, told.signal));
    const second = failure(ask("bot", client, told.signal));
    expect((await first).fate).toEqual(again);
    expect(await second).toMatchObject({ code: "discord.called-off", fate: neverLeft });
    expect(await failure(ask("bot", client, told.signal))).toMatchObject({ code: "discord.called-off" });
    expect(arrived).toBe(1);
    await client.close();
  });
});
