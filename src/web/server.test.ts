// The web server on loopback: bodies, refusals, prefixes, sockets, stopping, and swapping certificates while it runs.

import { once } from "node:events";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { WebGet, WebRequest } from "../bridge/ports.ts";
import { UserError } from "../model/errors.ts";
import { loadTexts } from "../texts.ts";
import type { HealthReport } from "./health.ts";
import { createWebServer, MAX_BODY_BYTES, type WebServer, type WebServerOptions } from "./server.ts";
import { makeSelfSigned } from "./tls/self-signed.ts";

const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const servers: WebServer[] = [];
let folder: string;
let report: HealthReport;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-web-"));
  report = { status: "ok", connections: [] };
  vi.clearAllMocks();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
  rmSync(folder, { recursive: true });
});

function build(options: Partial<WebServerOptions> = {}): WebServer {
  const server = createWebServer({
    listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
    health: async () => report,
    log,
    texts: loadTexts("en"),
    ...options,
  });
  servers.push(server);
  return server;
}

async function started(options: Partial<WebServerOptions> = {}): Promise<WebServer> {
  const server = build(options);
  await server.start();
  return server;
}

function portOf(server: WebServer): number {
  const address = server.address();
  if (address.kind !== "tcp") throw new Error("not a TCP server");
  return address.port;
}

const urlOf = (server: WebServer, path: string) => `http://127.0.0.1:${portOf(server)}${path}`;

async function post(
  server: WebServer,
  path: string,
  body?: string | Buffer,
  headers: Record<string, string> = {},
) {
  const init = { method: "POST", headers: { "content-type": "application/json", ...headers } };
  return await fetch(urlOf(server, path), body === undefined ? init : { ...init, body });
}

describe("POST", () => {
  it("hands over the body as it came, and answers with the status and nothing else", async () => {
    const server = await started();
    const seen: WebRequest[] = [];
    server.port.post("/telegram/x", async (request) => {
      seen.push(request);
      return 200;
    });
    const body = '{"update_id":1,\n"message":{broken';
    const response = await post(server, "/telegram/x?a=1", body, { "x-secret": "s" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
    expect(seen[0]?.body.toString()).toBe(body);
    expect(seen[0]?.headers["x-secret"]).toBe("s");
  });

  it("takes any content type, and none", async () => {
    const server = await started();
    const bodies: string[] = [];
    server.port.post("/x", async ({ body }) => {
      bodies.push(body.toString());
      return 204;
    });
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "image/png"])
      expect((await post(server, "/x", "a=b", { "content-type": type })).status).toBe(204);
    expect((await fetch(urlOf(server, "/x"), { method: "POST" })).status).toBe(204);
    expect((await fetch(urlOf(server, "/x"), { method: "POST", body: Buffer.from("raw") })).status).toBe(204);
    expect(bodies).toEqual(["a=b", "a=b", "a=b", "", "raw"]);
  });

  it("takes a body of exactly 1 MiB and refuses one byte more before the handler sees it", async () => {
    const server = await started();
    const handler = vi.fn(async () => 200);
    server.port.post("/x", handler);
    expect((await post(server, "/x", Buffer.alloc(MAX_BODY_BYTES))).status).toBe(200);
    expect((await post(server, "/x", Buffer.alloc(MAX_BODY_BYTES + 1))).status).toBe(413);
    expect(handler).toHaveBeenCalledOnce();
  });

  it("answers an empty 500 when the handler fails, and logs why", async () => {
    const server = await started();
    const fault = new Error("the disk is full of letters");
    server.port.post("/x", async () => {
      throw fault;
    });
    const response = await post(server, "/x", "{}");
    expect([response.status, await response.text()]).toEqual([500, ""]);
    expect(log.error).toHaveBeenCalledWith({ err: fault }, expect.any(String));
  });

  it.each(["/bot/telegram", "/telegram"])(
    "with a prefix in the public URL also answers to %s",
    async (path) => {
      const server = await started({ publicUrl: new URL("https://h.example.org/bot") });
      server.port.post("/telegram", async () => 200);
      expect((await post(server, path, "{}")).status).toBe(200);
      expect((await post(server, "/bot", "{}")).status).toBe(404);
    },
  );
});

/** Gives `count` times one kilobyte, and says when it was left. */
function kilobytes(count: number, onClose = () => {}): AsyncIterable<Uint8Array> {
  return (async function* () {
    try {
      for (let index = 0; index < count; index++) yield Buffer.alloc(1024, index % 256);
    } finally {
      onClose();
    }
  })();
}

describe("GET below a prefix", () => {
  it.each(["/files/a%20b/c?x=1&y=2", "/bot/files/a%20b/c?x=1&y=2"])(
    "%s is handed over decoded",
    async (path) => {
      const server = await started({ publicUrl: new URL("https://h.example.org/bot") });
      const seen: WebGet[] = [];
      server.port.get("/files", async (request) => {
        seen.push(request);
        return { status: 206, headers: { "content-type": "text/x", "x-more": "1" }, body: kilobytes(3) };
      });
      const response = await fetch(urlOf(server, path), { headers: { range: "bytes=0-1" } });
      expect([response.status, response.headers.get("content-type")]).toEqual([206, "text/x"]);
      expect((await response.arrayBuffer()).byteLength).toBe(3072);
      expect(seen.map(({ path, query }) => [path, String(query)])).toEqual([["a b/c", "x=1&y=2"]]);
      expect(seen[0]?.headers.range).toBe("bytes=0-1");
    },
  );

  it("goes to the longest prefix that fits, and nowhere else", async () => {
    const server = await started();
    server.port.get("/a", async () => ({ status: 201 }));
    server.port.get("/a/b", async () => ({ status: 202 }));
    const statuses = ["/a/x", "/a/b/x", "/ab/x", "/a", "/health"].map(
      async (path) => (await fetch(urlOf(server, path))).status,
    );
    expect(await Promise.all(statuses)).toEqual([201, 202, 404, 404, 200]);
    expect((await fetch(urlOf(server, "/a/x"), { method: "POST" })).status).toBe(404);
  });

  it("tells the length for HEAD, and closes the body unread", async () => {
    const server = await started();
    const read = vi.fn();
    const closed = vi.fn();
    const body: AsyncIterable<Uint8Array> = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          read();
          return { done: false, value: Buffer.alloc(1) };
        },
        return: async () => {
          closed();
          return { done: true, value: undefined };
        },
      }),
    };
    server.port.get("/f", async () => ({ status: 200, headers: { "content-length": "7" }, body }));
    const response = await fetch(urlOf(server, "/f/x"), { method: "HEAD" });
    expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([
      200,
      "7",
      "",
    ]);
    expect([read.mock.calls.length, closed.mock.calls.length]).toEqual([0, 1]);
  });

  it("leaves the source when the reader leaves, and reads no more than the reader takes", async () => {
    const server = await started();
    const left = Promise.withResolvers<void>();
    let given = 0;
    const endless = async function* () {
      try {
        for (;;) {
          given += 65_536;
          yield Buffer.alloc(65_536);
        }
      } finally {
        left.resolve();
      }
    };
    server.port.get("/f", async () => ({ status: 200, body: endless() }));
    const client = connect(portOf(server), "127.0.0.1");
    client.write("GET /f/x HTTP/1.1\r\nHost: h\r\n\r\n");
    await once(client, "readable");
    client.destroy();
    await left.promise;
    expect(given).toBeLessThan(16 * 1024 * 1024);
  });

  it("cuts the connection when the source breaks, so that nobody takes a part for the whole", async () => {
    const server = await started();
    const broken = async function* () {
      yield Buffer.alloc(10);
      throw new Error("the source broke");
    };
    server.port.get("/f", async () => ({ status: 200, headers: { "content-length": "20" }, body: broken() }));
    const response = await fetch(urlOf(server, "/f/x"));
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it("does not hold back the stop of the server", async () => {
    const server = await started();
    const never = async function* () {
      yield Buffer.alloc(10);
      await new Promise(() => {});
    };
    server.port.get("/f", async () => ({ status: 200, body: never() }));
    const response = await fetch(urlOf(server, "/f/x"));
    const cut = expect(response.arrayBuffer()).rejects.toThrow();
    await server.stop();
    await cut;
  });

  it("is an empty 500 when the handler fails, and 404 when the path is nonsense", async () => {
    const server = await started();
    server.port.get("/f", async () => {
      throw new Error("no");
    });
    const response = await fetch(urlOf(server, "/f/x"));
    expect([response.status, await response.text()]).toEqual([500, ""]);
    expect([400, 404]).toContain((await fetch(urlOf(server, "/f/%E0%A4%A"))).status);
  });
});

describe("everything else", () => {
  it.each([
    ["GET", "/"],
    ["POST", "/"],
    ["GET", "/x"],
    ["PUT", "/x"],
    ["HEAD", "/health"],
    ["POST", "/health"],
    ["POST", "/x/"],
    ["OPTIONS", "/x"],
  ])("%s %s is an empty 404 without a banner", async (method, path) => {
    const server = await started();
    server.port.post("/x", async () => 200);
    const response = await fetch(urlOf(server, path), { method });
    expect([response.status, await response.text()]).toEqual([404, ""]);
    expect(response.headers.get("server") ?? response.headers.get("x-powered-by")).toBeNull();
  });

  it("is not echoed when the path is nonsense", async () => {
    const server = await started();
    const response = await fetch(urlOf(server, "/%E0%A4%A"));
    expect(response.status).toBeLessThan(500);
    expect(await response.text()).toBe("");
  });
});

describe("GET /health", () => {
  it("is found below the path of the public URL, too: some proxies keep it", async () => {
    const server = await started({ publicUrl: new URL("https://bot.example.org/mate") });
    for (const path of ["/health", "/mate/health"])
      expect((await fetch(urlOf(server, path))).status).toBe(200);
    expect((await fetch(urlOf(server, "/mat/health"))).status).toBe(404);
  });

  it("is 200 with the report, and 503 when something is down", async () => {
    const server = await started();
    const up = await fetch(urlOf(server, "/health"));
    expect([up.status, await up.json()]).toEqual([200, report]);
    report = { status: "down", connections: [{ name: "x", up: false, since: "2026-01-01T00:00:00.000Z" }] };
    const down = await fetch(urlOf(server, "/health"));
    expect([down.status, await down.json()]).toEqual([503, report]);
  });
});

describe("stopping", () => {
  it("answers what is in flight, closes idle connections at once, and takes no new ones", async () => {
    const server = await started();
    const gate = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    server.port.post("/slow", async () => {
      entered.resolve();
      await gate.promise;
      return 200;
    });
    const idle = connect(portOf(server), "127.0.0.1");
    await once(idle, "connect");
    idle.write("GET /health HTTP/1.1\r\nHost: h\r\n\r\n");
    await once(idle, "data");

    const slow = post(server, "/slow", "{}");
    await entered.promise;
    const stopped = server.stop();
    idle.resume();
    await once(idle, "close");
    await expect(fetch(urlOf(server, "/health"))).rejects.toThrow();
    gate.resolve();
    const response = await slow;
    expect([response.status, response.headers.get("connection")]).toEqual([200, "close"]);
    await stopped;
  });
});

describe("stopping quickly", () => {
  it.each([
    ["says nothing", ""],
    ["stops in the middle of a body", "POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{"],
  ])("does not wait for a client that %s", async (_, words) => {
    const server = await started();
    server.port.post("/x", async () => 200);
    const client = connect(portOf(server), "127.0.0.1");
    await once(client, "connect");
    client.on("error", () => {}).resume();
    if (words !== "") client.write(words);
    const served = await fetch(urlOf(server, "/health"));
    expect(served.status).toBe(200);
    const closed = once(client, "close");
    await server.stop();
    await closed;
  });
});

describe("the address", () => {
  it("that is taken is one sentence with the cure", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    const server = build({ listen: { kind: "tcp", host: "127.0.0.1", port } });
    await expect(server.start()).rejects.toThrow(UserError);
    const again = build({ listen: { kind: "tcp", host: "127.0.0.1", port } });
    await expect(again.start()).rejects.toThrow(`the port 127.0.0.1:${port} is in use`);
    other.close();
  });

  it("that belongs to another machine is a sentence, too", async () => {
    const server = build({ listen: { kind: "tcp", host: "192.0.2.1", port: 0 } });
    await expect(server.start()).rejects.toThrow("192.0.2.1:0 is not of this machine");
  });

  it("may be the loopback of IPv6 or a name of it", async () => {
    const server = await started({ listen: { kind: "tcp", host: "localhost", port: 0 } });
    expect((await fetch(urlOf(server, "/health"))).status).toBe(200);
  });
});

describe("a Unix socket", () => {
  const listen = () => ({ kind: "unix", path: join(folder, "mate.sock") }) as const;

  function health(path: string): Promise<number | undefined> {
    return new Promise((resolve, reject) => {
      httpRequest({ socketPath: path, path: "/health" }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
  }

  it("is open to the owner and the group, and gone after the stop", async () => {
    const server = await started({ listen: listen() });
    expect(await health(listen().path)).toBe(200);
    expect(statSync(listen().path).mode & 0o777).toBe(0o660);
    expect(server.address()).toEqual(listen());
    await server.stop();
    expect(() => statSync(listen().path)).toThrow();
  });

  it("that a crash left behind is replaced, a live one is not", async () => {
    const path = listen().path;
    const stale = createServer().listen(`${path}.live`);
    await once(stale, "listening");
    // A hard link outlives the unlinking that a clean close does, as the socket of a killed process would.
    const { linkSync } = await import("node:fs");
    linkSync(`${path}.live`, path);
    await expect(build({ listen: listen() }).start()).rejects.toThrow("in use by another program");
    stale.close();
    await once(stale, "close");
    const server = await started({ listen: listen() });
    expect(await health(path)).toBe(200);
    await server.stop();
  });

  it("is never put in the place of a file", async () => {
    writeFileSync(listen().path, "precious");
    await expect(build({ listen: listen() }).start()).rejects.toThrow("a file that is no socket");
  });
});

describe("TLS", () => {
  const pair = (host: string) => makeSelfSigned(host, Date.now());

  async function secure(): Promise<{ server: WebServer; first: Awaited<ReturnType<typeof pair>> }> {
    const first = await pair("bot.example.org");
    const server = await started({ tls: { ...first, upload: first.cert } });
    server.port.post("/x", async () => 200);
    return { server, first };
  }

  /** Posts over the agent; answers the status, and the serial of the certificate of the connection it went over. */
  function postSecurely(
    server: WebServer,
    agent: Agent,
    ca: string,
  ): Promise<{ status?: number; serial: string }> {
    return new Promise((resolve, reject) => {
      const options = { method: "POST", agent, ca, servername: "bot.example.org", path: "/x" };
      httpsRequest({ ...options, host: "127.0.0.1", port: portOf(server) }, (response) => {
        const serial = (response.socket as TLSSocket).getPeerCertificate().serialNumber;
        response.resume().once("end", () => resolve({ status: response.statusCode ?? 0, serial }));
      })
        .on("error", reject)
        .end("{}");
    });
  }

  it("serves a client that trusts nothing but the certificate", async () => {
    const { server, first } = await secure();
    const agent = new Agent({ maxCachedSessions: 0 });
    expect((await postSecurely(server, agent, first.cert)).status).toBe(200);
    expect(server.port.certificate()).toBe(first.cert);
  });

  it("keeps connections alive longer than Telegram does", async () => {
    const { server, first } = await secure();
    const agent = new Agent({ keepAlive: true });
    const hint = await new Promise<string | undefined>((resolve, reject) => {
      httpsRequest(
        {
          agent,
          ca: first.cert,
          servername: "bot.example.org",
          host: "127.0.0.1",
          port: portOf(server),
          path: "/health",
        },
        (response) => {
          response.resume();
          resolve(String(response.headers["keep-alive"]));
        },
      )
        .on("error", reject)
        .end();
    });
    expect(Number(/timeout=(\d+)/.exec(hint ?? "")?.[1])).toBeGreaterThanOrEqual(65);
    agent.destroy();
  });

  it("swaps the certificate without dropping a connection, then tells the listeners", async () => {
    const { server, first } = await secure();
    const told: (string | undefined)[] = [];
    server.port.onCertificate(async () => void told.push(server.port.certificate()));
    const kept = new Agent({ keepAlive: true, maxSockets: 1, maxCachedSessions: 0 });
    const sockets: Socket[] = [];
    kept.on("free", (socket: Socket) => sockets.push(socket));
    const before = await postSecurely(server, kept, first.cert);

    const second = await pair("bot.example.org");
    server.serve(second);
    await server.announce(second.cert);
    expect(told).toEqual([second.cert]);

    const onKept = await postSecurely(server, kept, first.cert);
    expect(onKept).toEqual(before);
    await expect.poll(() => sockets.length).toBe(2);
    expect(sockets[1]).toBe(sockets[0]);
    const fresh = new Agent({ maxCachedSessions: 0 });
    expect((await postSecurely(server, fresh, second.cert)).serial).not.toBe(before.serial);
    await expect(postSecurely(server, fresh, first.cert)).rejects.toThrow(/self-signed|verify/);
    kept.destroy();
  });

  it("is refused below TLS 1.2, before and after a swap", async () => {
    const { server, first } = await secure();
    const old = new Agent({ maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" });
    await expect(postSecurely(server, old, first.cert)).rejects.toThrow(/version|alert/i);
    server.serve(await pair("bot.example.org"));
    await expect(postSecurely(server, old, first.cert)).rejects.toThrow(/version|alert/i);
  });

  it("has nothing to upload when a proxy does it", async () => {
    const server = await started();
    expect(server.port.certificate()).toBeUndefined();
    expect(() => server.serve({ key: "", cert: "" })).toThrow("without TLS");
  });
});
