// The tls-alpn-01 door beside real traffic: the authority sees the challenge, everyone else the ordinary certificate.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { Agent, createServer, request, type Server } from "node:https";
import { type AddressInfo, connect as connectPlain, type Socket } from "node:net";
import { connect, type PeerCertificate } from "node:tls";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hasOpenssl, NO_OPENSSL } from "../../../../test/support/needs.ts";
import { greetingOf } from "../../../../test/support/tls-greeting.ts";
import { freePort } from "../../../demo/free-port.ts";
import { makeSelfSigned } from "../self-signed.ts";
import { createAlpnDoor, createAlpnPort } from "./alpn-door.ts";
import type { ChallengeDoor } from "./door.ts";

const question = {
  host: "bot.example.org",
  token: "t0ken",
  keyAuthorization: "t0ken.thumb",
  now: Date.now(),
};
const digest = createHash("sha256").update(question.keyAuthorization).digest("hex");

let server: Server;
let door: ChallengeDoor;
let port = 0;
const sockets: Socket[] = [];

beforeEach(async () => {
  const pair = await makeSelfSigned(question.host, Date.now());
  server = createServer({ ...pair, ALPNProtocols: ["http/1.1"] }, (incoming, response) => {
    incoming.resume();
    incoming.on("end", () => response.end("ordinary"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
  door = createAlpnDoor(server);
});
afterEach(async () => {
  vi.useRealTimers();
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
});

interface Seen {
  readonly protocol: string | false | null;
  readonly certificate: PeerCertificate;
}

/** As the authority knocks. RFC 8737, 3. */
function knock(at = port, servername = question.host): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: at, servername, rejectUnauthorized: false };
    const socket = connect({ ...options, ALPNProtocols: ["acme-tls/1"] }, () => {
      resolve({ protocol: socket.alpnProtocol, certificate: socket.getPeerCertificate() });
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

function ask(agent: Agent | false = false, body = ""): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, servername: question.host, rejectUnauthorized: false };
    const call = request({ ...options, agent, method: "POST" }, (response) => {
      let text = "";
      response.on("data", (chunk) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
    });
    call.on("error", reject);
    call.end(body);
  });
}

const plain = () =>
  new Promise<Socket>((resolve) => {
    const socket = connectPlain(port, "127.0.0.1", () => resolve(socket));
    socket.on("error", () => undefined);
    sockets.push(socket);
  });
const closed = (socket: Socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()));

describe("while the challenge is open", () => {
  it("the authority gets its certificate and nobody else does", async () => {
    const open = await door.open(question);
    const [seen, answer, again] = await Promise.all([knock(), ask(), ask(false, "x".repeat(100_000))]);
    expect(seen.protocol).toBe("acme-tls/1");
    expect(seen.certificate.subjectaltname).toBe(`DNS:${question.host}`);
    expect([answer, again]).toEqual(["ordinary", "ordinary"]);
    await open.close();
  });

  it("the certificate proves what RFC 8737 and 8738 ask for", async (context) => {
    if (!hasOpenssl) context.skip(NO_OPENSSL);
    for (const [host, san, sni] of [
      ["bot.example.org", "DNS:bot.example.org", "bot.example.org"],
      ["203.0.113.5", "IP Address:203.0.113.5", "5.113.0.203.in-addr.arpa"],
      ["2001:db8::1", "IP Address:2001:DB8:0:0:0:0:0:1", `1.${"0.".repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`],
    ] as const) {
      const open = await door.open({ ...question, host });
      const { certificate } = await knock(port, sni);
      const text = execFileSync("openssl", ["x509", "-inform", "DER", "-noout", "-text"], {
        input: certificate.raw,
        encoding: "utf8",
      });
      expect(/Subject Alternative Name:.*\n\s*(.*)\n/.exec(text)?.[1]).toBe(san);
      expect(text).toMatch(/1\.3\.6\.1\.5\.5\.7\.1\.31: critical/);
      expect(certificate.raw.toString("hex")).toContain(`0420${digest}`);
      await open.close();
    }
  });

  it("a connection that stands goes on, and one whose greeting comes in pieces is served", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    await ask(agent);
    const open = await door.open(question);
    expect(await ask(agent)).toBe("ordinary");
    agent.destroy();
    const socket = await plain();
    const slow = connect({ socket: inPieces(socket), servername: question.host, rejectUnauthorized: false });
    await new Promise<void>((resolve) => slow.once("secureConnect", resolve));
    expect(slow.getPeerCertificate().subject.CN).toBe(question.host);
    await open.close();
  });

  it("who never comes to an end is cut off at once", async () => {
    const open = await door.open(question);
    const talker = await plain();
    const end = closed(talker);
    const handshake = [1, 0, 0x3f, 0xff, ...Array(5_000).fill(0)];
    talker.write(Buffer.concat(handshake.map((byte) => Buffer.from([22, 3, 1, 0, 1, byte]))));
    await end;
    await open.close();
  });

  it("who says nothing, or half of it, is cut off after five seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const open = await door.open(question);
    const talker = await plain();
    talker.write(Buffer.concat([Buffer.from([22, 3, 1, 0x3f, 0xff]), Buffer.from([1, 0, 0x3f, 0xff])]));
    const accepted = new Promise((resolve) => server.once("connection", resolve));
    const silent = await plain();
    await accepted;
    const ends = Promise.all([closed(silent), closed(talker)]);
    await vi.advanceTimersByTimeAsync(5_100);
    await ends;
    vi.useRealTimers();
    expect(await ask()).toBe("ordinary");
    await open.close();
  });

  it("a flood of silent connections keeps the honest ones out no more than before", async () => {
    const open = await door.open(question);
    await Promise.all(Array.from({ length: 1_010 }, plain));
    const started = performance.now();
    expect(await ask()).toBe("ordinary");
    expect(performance.now() - started).toBeLessThan(3_000);
    await open.close();
  });

  it("who speaks no TLS gets what the server says to such", async () => {
    const before = await plain();
    before.write("GET / HTTP/1.1\r\n\r\n");
    await closed(before);
    const open = await door.open(question);
    const during = await plain();
    during.write("GET / HTTP/1.1\r\n\r\n");
    await closed(during);
    await open.close();
  });

  it("there is one at a time", async () => {
    const open = await door.open(question);
    await expect(door.open(question)).rejects.toThrow("one challenge at a time");
    await open.close();
    await (await door.open(question)).close();
  });
});

describe("afterwards", () => {
  it("nobody is left hanging in the middle of an answer", async () => {
    const open = await door.open(question);
    const half = await plain();
    const answered = new Promise((resolve) => half.once("data", resolve));
    const end = closed(half);
    half.write(await greetingOf(["acme-tls/1"], question.host));
    await answered;
    const started = performance.now();
    await open.close();
    await end;
    // Long before the handshake's own limit.
    expect(performance.now() - started).toBeLessThan(3_000);
  });

  it("the server is as it was", async () => {
    const before = server.rawListeners("connection");
    const open = await door.open(question);
    expect(server.rawListeners("connection")).not.toEqual(before);
    await open.close();
    expect(server.rawListeners("connection")).toEqual(before);
    await expect(knock()).rejects.toThrow();
    expect(await ask()).toBe("ordinary");
  });
});

describe("a port of its own", () => {
  it("answers the authority only, and is closed afterwards", async () => {
    const own = createAlpnPort({ kind: "tcp", host: "127.0.0.1", port: await takePort() });
    const at = lastPort;
    const open = await own.open(question);
    expect((await knock(at)).certificate.subjectaltname).toBe(`DNS:${question.host}`);
    const other = connect({
      port: at,
      host: "127.0.0.1",
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
    });
    await expect(new Promise((_, reject) => other.on("error", reject))).rejects.toThrow();
    await open.close();
    await expect(knock(at)).rejects.toThrow("ECONNREFUSED");
  });

  it("that another program holds is not opened, and it says whose it is", async () => {
    const own = createAlpnPort({ kind: "tcp", host: "127.0.0.1", port });
    await expect(own.open(question)).rejects.toMatchObject({
      kind: "port-held",
      ofDoor: true,
      values: { address: `127.0.0.1:${port}` },
    });
  });
});

let lastPort = 0;
async function takePort(): Promise<number> {
  lastPort = await freePort();
  return lastPort;
}

/** Sends the first write byte by byte, each in a turn of its own. */
function inPieces(socket: Socket): Socket {
  const write = socket.write.bind(socket);
  socket.setNoDelay(true);
  let isFirst = true;
  socket.write = ((chunk: Uint8Array, ...rest: unknown[]) => {
    if (!isFirst) return (write as (...all: unknown[]) => boolean)(chunk, ...rest);
    isFirst = false;
    const callback = rest.find((each) => typeof each === "function") as (() => void) | undefined;
    void (async () => {
      for (const byte of chunk) {
        write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      callback?.();
    })();
    return true;
  }) as typeof socket.write;
  return socket;
}
