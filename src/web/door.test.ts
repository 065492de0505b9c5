// The door of the web server, from outside: what strangers get, how long they may take, and who is never kept waiting.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { loadTexts } from "../texts.ts";
import type { WebLimits } from "./limits.ts";
import { createWebServer, type WebServer, type WebServerOptions } from "./server.ts";

// 127.0.0.1 is where a reverse proxy calls from; any other loopback address is as good as a stranger's.
const STRANGER = "127.0.0.2";
const SECRET = "s3cret";

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const handled = vi.fn();
const clock = new ManualClock();
let server: WebServer | undefined;
const sockets: Socket[] = [];

beforeEach(() => vi.clearAllMocks());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await server?.stop();
  server = undefined;
});

async function start(
  limits: Partial<WebLimits> = {},
  options: Partial<WebServerOptions> = {},
): Promise<void> {
  server = createWebServer({
    listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
    health: async () => ({ status: "ok", connections: [] }),
    texts: loadTexts("en"),
    ...{ log, limits, clock },
    ...options,
  });
  const handler = async ({ body }: { readonly body: Buffer }) => {
    handled(body.toString());
    return body.toString() === "bad" ? 401 : 200;
  };
  server.port.post("/telegram/x", handler, ({ "x-secret": given }) => (given === SECRET ? undefined : 401));
  server.port.post("/asks", handler);
  server.port.get("/files", async ({ path }) => ({ status: path === "there" ? 200 : 404 }));
  await server.start();
}

function open(from = STRANGER): Socket {
  const address = server?.address();
  if (address?.kind !== "tcp") throw new Error("not a TCP server");
  const socket = connect({ host: "127.0.0.1", port: address.port, localAddress: from });
  socket.on("error", () => {});
  sockets.push(socket);
  return socket;
}

function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => (socket.closed ? resolve() : socket.once("close", () => resolve())));
}

/** All that comes until the server ends the connection. */
async function heard(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  await ended(socket);
  return text;
}

async function say(words: string, from = STRANGER): Promise<string> {
  const socket = open(from);
  socket.write(words, "latin1");
  return await heard(socket);
}

const head = (line: string, ...headers: readonly string[]) =>
  `${[`${line} HTTP/1.1`, "Host: h", ...headers].join("\r\n")}\r\n\r\n`;
const update = (body = "{}", ...headers: readonly string[]) =>
  head("POST /telegram/x", `X-Secret: ${SECRET}`, `Content-Length: ${body.length}`, ...headers) + body;
const last = "Connection: close";
const statusOf = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

/** Until the server has answered on a connection that stays open. */
async function answered(socket: Socket): Promise<number> {
  const [chunk] = await once(socket, "data");
  return statusOf(String(chunk));
}

describe("what is refused", () => {
  it.each([
    ["a POST without the secret", head("POST /telegram/x", "Content-Length: 100000"), 401],
    ["one with a wrong secret", head("POST /telegram/x", "X-Secret: x", "Content-Length: 9"), 401],
    [
      "one that would wait before its body",
      head("POST /telegram/x", "Expect: 100-continue", "Content-Length: 9"),
      401,
    ],
    ["an unknown path", head("GET /wp-login.php"), 404],
    ["OPTIONS", head("OPTIONS *"), 404],
    ["TRACE", head("TRACE /health"), 404],
    ["CONNECT", head("CONNECT example.org:443"), 404],
    ["an upgrade", head("GET /chat", "Connection: Upgrade", "Upgrade: websocket"), 404],
    ["HTTP/2 without asking", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["a head without a host", "GET /health HTTP/1.1\r\n\r\n", 400],
    ["a TLS client", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400],
    ["two lengths", head("POST /telegram/x", "Content-Length: 1", "Content-Length: 2"), 400],
    ["a strange expectation", head("POST /telegram/x", `X-Secret: ${SECRET}`, "Expect: luck"), 417],
    ["a head of more than 8 KiB", head("GET /health", `X-Long: ${"a".repeat(9_000)}`), 431],
  ])("%s: a bare status, no banner, and the connection ends", async (_, words, status) => {
    await start();
    const answer = await say(words);
    expect(statusOf(answer)).toBe(status);
    expect(answer.slice(answer.indexOf("\r\n\r\n"))).toBe("\r\n\r\n");
    expect(answer).toMatch(/\r\nconnection: close\r\n/i);
    expect(answer).not.toMatch(/\r\n(server|x-powered-by|allow|content-type):/i);
    expect(handled).not.toHaveBeenCalled();
  });

  it("is no request that is let in: its body is asked for and read", async () => {
    await start();
    const socket = open();
    socket.write(
      head("POST /telegram/x", `X-Secret: ${SECRET}`, "Expect: 100-continue", "Content-Length: 2", last),
    );
    expect(await answered(socket)).toBe(100);
    socket.write("{}");
    expect(await heard(socket)).toContain("HTTP/1.1 200 OK");
    expect(handled).toHaveBeenCalledWith("{}");
  });

  it("is told in the log once a minute, by its addresses alone", async () => {
    await start();
    await say(head("GET /secret-path"));
    for (let index = 0; index < 3; index++) await say(head("GET /secret-path"), "127.0.0.3");
    expect(log.warn.mock.calls).toEqual([[{ count: 1, from: [STRANGER] }, expect.any(String)]]);
    await clock.advance(60_000);
    await say(head("GET /secret-path"));
    expect(log.warn.mock.calls[1]?.[0]).toEqual({ count: 4, from: ["127.0.0.3", STRANGER] });
    expect(JSON.stringify(log.warn.mock.calls)).not.toContain("secret-path");
  });
});

describe("who is refused too often", () => {
  const refusals = 3;

  it("gets 429, then is not heard, and a minute later is heard again", async () => {
    await start({ refusals });
    const statuses: number[] = [];
    for (let index = 0; index < 8; index++) statuses.push(statusOf(await say(head("GET /x"))));
    expect(statuses).toEqual([404, 404, 404, 429, 429, 429, 429, 0]);
    expect(statusOf(await say(head("GET /x"), "127.0.0.3"))).toBe(404);
    await clock.advance(60_000);
    expect(statusOf(await say(head("GET /x")))).toBe(404);
  });

  it("is still heard with the secret", async () => {
    await start({ refusals });
    for (let index = 0; index < 5; index++) await say(head("GET /x"));
    expect(statusOf(await say(update("{}", last)))).toBe(200);
  });

  it("by what answers only after reading is counted and refused as well", async () => {
    await start({ refusals });
    const ask = (body: string) => say(head("POST /asks", "Content-Length: 3", last) + body);
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++) statuses.push(statusOf(await ask("bad")));
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect(handled).toHaveBeenCalledTimes(3);
  });

  it("by guessing the links of files is as well", async () => {
    await start({ refusals });
    const statuses: number[] = [];
    for (let index = 0; index < 4; index++) statuses.push(statusOf(await say(head("GET /files/x", last))));
    expect([...statuses, statusOf(await say(head("GET /files/there", last)))]).toEqual([
      404, 404, 404, 429, 429,
    ]);
  });

  it("behind a proxy is told from the others there", async () => {
    await start({ refusals });
    const through = (client: string) => say(head("GET /x", `X-Forwarded-For: ${client}`), "127.0.0.1");
    for (let index = 0; index < 5; index++) await through("203.0.113.9");
    expect(statusOf(await through("203.0.113.9"))).toBe(429);
    expect(statusOf(await through("203.0.113.8"))).toBe(404);
    expect(log.warn.mock.calls[0]?.[0]).toEqual({ count: 1, from: ["203.0.113.9"] });
  });

  it("behind a proxy on a Unix socket is told from the others there, and the proxy itself never", async () => {
    const folder = mkdtempSync(join(tmpdir(), "matebot-door-"));
    const path = join(folder, "mate.sock");
    await start({ refusals, connections: 3 }, { listen: { kind: "unix", path } });
    const through = async (...headers: readonly string[]) => {
      const socket = connect(path);
      sockets.push(socket.on("error", () => {}));
      socket.write(head("GET /x", ...headers));
      return statusOf(await heard(socket));
    };
    for (let index = 0; index < 4; index++) await through("X-Forwarded-For: 203.0.113.9");
    expect(await through("X-Forwarded-For: 203.0.113.9")).toBe(429);
    expect(await through("X-Forwarded-For: 203.0.113.8")).toBe(404);
    for (let index = 0; index < 9; index++) expect(await through()).toBe(404);
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it("cannot blame another by a header", async () => {
    await start({ refusals });
    for (let index = 0; index < 5; index++) await say(head("GET /x", "X-Forwarded-For: 127.0.0.3"));
    expect(statusOf(await say(head("GET /x"), "127.0.0.3"))).toBe(404);
  });
});

describe("who is slow", () => {
  const quick = { headMs: 100, requestMs: 200, checkMs: 20 };

  it.each([
    ["says nothing", "", quick, 408],
    ["never ends the head", "POST /telegram/x HTTP/1.1\r\nHost: h\r\n", quick, 408],
    ["never ends a body", head("POST /telegram/x", `X-Secret: ${SECRET}`, "Content-Length: 90000"), quick, 0],
    [
      "lets a body drip",
      head("POST /telegram/x", `X-Secret: ${SECRET}`, "Content-Length: 90000"),
      { pace: { bytes: 1_024, ms: 50 } },
      0,
    ],
  ])("and %s is sent away", async (_, words, limits, status) => {
    await start(limits);
    const socket = open();
    socket.write(words);
    const drip = setInterval(() => socket.write("x"), 10);
    if (status === 408) clearInterval(drip);
    expect(statusOf(await heard(socket))).toBe(status);
    clearInterval(drip);
    expect(handled).not.toHaveBeenCalled();
  });

  it("but brings something all the time is heard to the end", async () => {
    await start({ pace: { bytes: 1_024, ms: 60 } });
    const socket = open();
    socket.write(head("POST /telegram/x", `X-Secret: ${SECRET}`, "Content-Length: 60000", last));
    const answer = heard(socket);
    const drip = setInterval(() => socket.write("x".repeat(2_000)), 10);
    expect(statusOf(await answer)).toBe(200);
    clearInterval(drip);
    expect(handled.mock.calls[0]?.[0]).toHaveLength(60_000);
  });

  it("between two updates is not: a connection may rest", async () => {
    await start({ headMs: 50, requestMs: 80, checkMs: 10, keepAliveMs: 5_000 });
    const socket = open();
    socket.write(update());
    expect(await answered(socket)).toBe(200);
    // Others are sent away meanwhile.
    expect(statusOf(await heard(open()))).toBe(408);
    expect(statusOf(await heard(open()))).toBe(408);
    socket.write(update());
    expect(await answered(socket)).toBe(200);
  });
});

describe("when it is full", () => {
  const held = async (count: number, from: (index: number) => string) => {
    const slow = Array.from({ length: count }, (_, index) => open(from(index)));
    await Promise.all(slow.map((socket) => once(socket, "connect")));
    for (const socket of slow) socket.write("POST /telegram/x HTTP/1.1\r\n");
    return slow;
  };

  it("an honest update comes through, at the cost of who waited longest", async () => {
    await start({ connections: 5 });
    const slow = await held(5, (index) => `127.0.1.${index + 1}`);
    const closed = Promise.all(slow.slice(0, 2).map(ended));
    const honest = open();
    honest.write(update());
    expect(await answered(honest)).toBe(200);
    await once(open("127.0.0.4"), "connect");
    await closed;
    expect(slow.slice(2).every((socket) => !socket.destroyed)).toBe(true);
    // It has shown the secret: a crowd of others does not push it out.
    await held(20, (index) => `127.0.2.${index + 1}`);
    honest.write(update());
    expect(await answered(honest)).toBe(200);
  });

  it("one address does not take the places of the others", async () => {
    await start({ connections: 100, perAddress: 3 });
    const other = open("127.0.0.3");
    other.write(update());
    expect(await answered(other)).toBe(200);
    const slow = await held(10, () => STRANGER);
    await Promise.all(slow.slice(0, 7).map(ended));
    expect(slow.slice(7).every((socket) => !socket.destroyed)).toBe(true);
    other.write(update());
    expect(await answered(other)).toBe(200);
  });

  it("of requests on one connection it is ended", async () => {
    await start({ pipelined: 4 });
    const gate = Promise.withResolvers<number>();
    const entered = vi.fn(() => gate.promise);
    server?.port.post("/slow", entered, () => undefined);
    await say(head("POST /slow").repeat(50));
    expect(entered).toHaveBeenCalledTimes(4);
    gate.resolve(200);
  });

  it("of strangers' bodies the next waits for none of them", async () => {
    await start({ strangers: 2 });
    for (let index = 0; index < 2; index++)
      open().write(head("POST /asks", "Expect: 100-continue", "Content-Length: 9"));
    await Promise.all(sockets.map((socket) => answered(socket)));
    expect(statusOf(await say(head("POST /asks", "Content-Length: 9")))).toBe(503);
    expect(statusOf(await say(update("{}", last)))).toBe(200);
  });
});

describe("with Telegram's networks only", () => {
  const through = (client: string, words: string) =>
    say(words.replace("\r\n\r\n", `\r\nX-Forwarded-For: ${client}\r\n\r\n`), "127.0.0.1");

  it("an update from elsewhere is as unknown as any path, even with the secret", async () => {
    await start({}, { onlyTelegram: true });
    const last = update("{}", "Connection: close");
    expect(statusOf(await through("203.0.113.9", last))).toBe(404);
    expect(statusOf(await say(last, "127.0.0.1"))).toBe(404);
    expect(statusOf(await say(last))).toBe(404);
    expect(handled).not.toHaveBeenCalled();
    expect(statusOf(await through("149.154.167.220", last))).toBe(200);
    expect(statusOf(await through("91.108.5.1", last))).toBe(200);
  });

  it("other platforms and files are reached as before", async () => {
    await start({}, { onlyTelegram: true });
    expect(statusOf(await say(`${head("POST /asks", "Content-Length: 2", last)}{}`))).toBe(200);
    expect(statusOf(await say(head("GET /files/there", last)))).toBe(200);
  });
});
