// The TLS of the web server as a client meets it, and the announcement of what must be trusted.

import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { loadTexts } from "../texts.ts";
import { createWebServer, type WebServer, type WebServerOptions } from "./server.ts";
import { makeSelfSigned } from "./tls/self-signed.ts";

const HOST = "bot.example.org";
const first = await makeSelfSigned(HOST, Date.now());
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const clock = new ManualClock();
let server: WebServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function start(options: Partial<WebServerOptions> = {}): Promise<{ server: WebServer; port: number }> {
  server = createWebServer({
    listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
    tls: { ...first, upload: first.cert },
    health: async () => ({ status: "ok", connections: [] }),
    texts: loadTexts("en"),
    ...{ log, clock },
    ...options,
  });
  await server.start();
  const address = server.address();
  return { server, port: address.kind === "tcp" ? address.port : 0 };
}

async function shake(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: "127.0.0.1", port, ca: first.cert, servername: HOST, ...options });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  return socket;
}

describe("a handshake", () => {
  it.each([
    ["TLSv1.3", undefined, "TLS_AES_128_GCM_SHA256"],
    ["TLSv1.2", undefined, "ECDHE-ECDSA-AES128-GCM-SHA256"],
    [
      "TLSv1.2",
      "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384",
      "ECDHE-ECDSA-AES256-GCM-SHA384",
    ],
    ["TLSv1.2", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ] as const)("of %s with %s takes the server's first choice", async (version, ciphers, chosen) => {
    const { port } = await start();
    const only = { minVersion: version, maxVersion: version, ...(ciphers && { ciphers }) };
    const socket = await shake(port, only);
    expect([socket.getProtocol(), socket.getCipher().name]).toEqual([version, chosen]);
    socket.destroy();
  });

  it.each([
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-ECDSA-AES128-CCM",
    "AES128-GCM-SHA256",
    "ECDHE-ECDSA-CAMELLIA128-SHA256",
    "ADH-AES128-GCM-SHA256",
  ])("with nothing but %s fails", async (ciphers) => {
    const { port } = await start();
    await expect(shake(port, { maxVersion: "TLSv1.2", ciphers: `${ciphers}:@SECLEVEL=0` })).rejects.toThrow();
  });

  it("that never comes is ended", async () => {
    const { port } = await start({ limits: { handshakeMs: 50, checkMs: 10 } });
    const silent = connectTcp(port, "127.0.0.1");
    silent.resume().on("error", () => {});
    await new Promise((resolve) => silent.once("close", resolve));
  });

  it("is never made short by an old one: what was replaced is seen nowhere", async () => {
    const { port } = await start();
    const old = await shake(port, { maxVersion: "TLSv1.2" });
    const session = old.getSession();
    old.destroy();
    const again = await shake(port, { maxVersion: "TLSv1.2", ...(session && { session }) });
    expect(again.isSessionReused()).toBe(false);
    again.destroy();
  });

  it("in the middle of a connection is refused", async () => {
    const { port } = await start();
    const socket = await shake(port, { maxVersion: "TLSv1.2" });
    const error = await new Promise<Error | null>((resolve) => {
      socket.renegotiate({}, resolve);
      socket.once("error", resolve);
      socket.once("close", () => resolve(new Error("closed")));
    });
    expect(error).not.toBeNull();
    socket.destroy();
  });

  it("with a certificate that is served from now on has the same rules", async () => {
    const { server, port } = await start();
    const second = await makeSelfSigned(HOST, Date.now());
    server.serve(second);
    const socket = await shake(port, { ca: second.cert, maxVersion: "TLSv1.2" });
    expect(socket.getCipher().name).toBe("ECDHE-ECDSA-AES128-GCM-SHA256");
    const weak = { ca: second.cert, maxVersion: "TLSv1.2", ciphers: "AES128-GCM-SHA256" } as const;
    await expect(shake(port, weak)).rejects.toThrow();
    socket.destroy();
  });
});

it("a request over TLS that is refused ends its connection, and one with a secret keeps its place", async () => {
  const { server, port } = await start({ limits: { connections: 3 } });
  server.port.post(
    "/x",
    async () => 200,
    ({ "x-secret": given }) => (given === "s" ? undefined : 401),
  );
  const honest = await shake(port);
  const update = "POST /x HTTP/1.1\r\nHost: h\r\nX-Secret: s\r\nContent-Length: 0\r\n\r\n";
  honest.write(update);
  expect(String(await once(honest, "data"))).toMatch(/^HTTP\/1\.1 200/);
  const silent = Array.from({ length: 6 }, () => connectTcp(port, "127.0.0.1"));
  await Promise.all(
    silent.map((socket) =>
      once(
        socket.on("error", () => {}),
        "connect",
      ),
    ),
  );
  const stranger = await shake(port);
  stranger.write(update.replace("X-Secret: s", "X-Secret: t"));
  expect(String(await once(stranger, "data"))).toMatch(/^HTTP\/1\.1 401/);
  honest.write(update);
  expect(String(await once(honest, "data"))).toMatch(/^HTTP\/1\.1 200/);
  for (const socket of [...silent, honest, stranger]) socket.destroy();
});

it("a body over TLS that comes slowly but all the time is read to its end, and one that drips is not", async () => {
  const { server, port } = await start({ limits: { pace: { bytes: 1_024, ms: 60 } } });
  const lengths: number[] = [];
  server.port.post("/x", async ({ body }) => {
    lengths.push(body.length);
    return 200;
  });
  const send = async (piece: string) => {
    const socket = await shake(port);
    socket.write("POST /x HTTP/1.1\r\nHost: h\r\nContent-Length: 60000\r\n\r\n");
    const drip = setInterval(() => socket.write(piece), 10);
    const answer = new Promise<string>((resolve) => {
      socket.once("data", (chunk) => resolve(String(chunk).slice(0, 12)));
      socket.once("close", () => resolve("closed"));
    });
    const words = await answer;
    clearInterval(drip);
    socket.destroy();
    return words;
  };
  expect([await send("x".repeat(2_000)), await send("x")]).toEqual(["HTTP/1.1 200", "closed"]);
  expect(lengths).toEqual([60_000]);
});

describe("an announcement", () => {
  it("tells first what to upload, and waits until all have", async () => {
    const { server } = await start();
    const gate = Promise.withResolvers<void>();
    const seen: (string | undefined)[] = [];
    server.port.onCertificate(async () => void seen.push(server.port.certificate()));
    server.port.onCertificate(() => gate.promise);
    const done = vi.fn();
    const told = server.announce("both").then(done);
    await clock.advance(59_000);
    expect([seen, done.mock.calls.length]).toEqual([["both"], 0]);
    gate.resolve();
    await told;
    expect(clock.pending).toBe(0);
    await server.announce(undefined);
    expect(server.port.certificate()).toBeUndefined();
  });

  it("waits a minute for who does not answer, and never fails", async () => {
    const { server } = await start();
    server.port.onCertificate(() => Promise.reject(new Error("no")));
    server.port.onCertificate(() => {
      throw new Error("no");
    });
    server.port.onCertificate(() => new Promise(() => {}));
    const told = server.announce("new");
    await clock.advance(60_000);
    await told;
  });

  it("is made by who has nothing to upload, too", async () => {
    const { server } = await start({ tls: first });
    expect(server.port.certificate()).toBeUndefined();
    await server.announce("later");
    expect(server.port.certificate()).toBe("later");
    expect(server.secure?.listening).toBe(true);
  });
});
