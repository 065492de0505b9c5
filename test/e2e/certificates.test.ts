// One certificate of our own follows another while Telegram delivers, and after a crash at every step of it.

import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { connectWebhook } from "../../src/sandbox/telegram/updates/webhook-tls.ts";
import { loadTexts } from "../../src/texts.ts";
import type { Audience, CertificateKeeper } from "../../src/web/tls/certificates.ts";
import { openSelfSigned, renewalTime } from "../../src/web/tls/self-signed-keeper.ts";
import { describeIf, hasOpenssl, NO_OPENSSL } from "../support/needs.ts";

const disk = vi.hoisted(() => ({ changed: () => {} }));
/** Everything that changes a name on the disk goes this way: each is an instant at which the machine may die. */
vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof import("node:fs/promises")>();
  const watched =
    <A extends readonly unknown[]>(work: (...args: A) => Promise<void>) =>
    async (...args: A) => {
      await work(...args);
      disk.changed();
    };
  return { ...real, rename: watched(real.rename), rm: watched(real.rm) };
});

const DAY = 86_400_000;
const SOON = { timeout: 30_000, interval: 5 };

let folder: string;
let clock: ManualClock;
let log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const opened: CertificateKeeper[] = [];
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "matebot-rotation-"));
  // Who verifies knows no clock but the machine's: the change, due after 264 days, has to fall on about today.
  clock = new ManualClock(Date.now() - 270 * DAY);
  log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
});
afterEach(async () => {
  disk.changed = () => {};
  for (const keeper of opened.splice(0)) await keeper.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

const tls = () => join(folder, "tls");
const blocks = (pem: string) => pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
const serials = (pem: string) => blocks(pem).map((block) => new X509Certificate(block).serialNumber);

async function open(host: string, at = tls()): Promise<CertificateKeeper> {
  const keeper = await openSelfSigned({ folder: at, host, clock, log, texts: loadTexts("en") });
  opened.push(keeper);
  return keeper;
}

/** What Telegram was told last, and a server it delivers to. */
interface Scene extends Audience {
  readonly taken: string[];
  trusted: string;
  readonly server: Server;
  readonly port: number;
}

async function startScene(keeper: CertificateKeeper, trusted = keeper.upload() ?? ""): Promise<Scene> {
  const taken: string[] = [];
  const server = createServer(keeper.current(), (request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      taken.push(body);
      response.setHeader("connection", "close").end();
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const scene: Scene = {
    ...{ taken, trusted, server, port },
    announce: async (upload) => {
      scene.trusted = upload ?? "";
    },
    serve: (certificate) => server.setSecureContext(certificate),
  };
  return scene;
}

/** As Telegram does it, on a connection of its own. @throws when the certificate is not trusted, or the answer is not 200 */
async function deliver({ port, trusted }: Scene, host: string, body: string): Promise<void> {
  const url = new URL(`https://${host}:${port}/`);
  const socket = await connectWebhook({ url, ip: "127.0.0.1", certificate: trusted });
  socket.write(`POST / HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  if (!answer.startsWith("HTTP/1.1 200 ")) throw new Error(answer);
}

/** OpenSSL's word on what the server shows, with the given trust; a host is always a name to it. */
function verdict({ port, trusted }: Scene, host: string): Promise<string> {
  const file = join(folder, "trusted.pem");
  writeFileSync(file, trusted);
  const trust = ["-no-CApath", "-no-CAstore", "-CAfile", file, "-verify_hostname", host];
  const args = ["s_client", "-connect", `127.0.0.1:${port}`, ...trust, "-verify_return_error"];
  return new Promise((resolve) => {
    const child = execFile("openssl", args, (_error, out, err) => resolve(out + err));
    child.stdin?.end();
  });
}

/** Turns the clock to where the renewal is due. */
async function turnToRenewal(keeper: CertificateKeeper): Promise<void> {
  await clock.advance(renewalTime(new X509Certificate(keeper.current().cert)) + DAY - clock.now());
}

describe.each(["bot.example.org", "203.0.113.5"])("a successor for %s", (host) => {
  it("takes over while Telegram delivers, and not one delivery is refused or lost", {
    timeout: 90_000,
  }, async () => {
    const keeper = await open(host);
    const scene = await startScene(keeper);
    const [first = ""] = serials(keeper.current().cert);
    const told: number[] = [];
    const { announce } = scene;
    keeper.watch({
      serve: scene.serve,
      announce: async (upload) => {
        // Setting a webhook takes its time, and updates flow meanwhile.
        await expect.poll(() => scene.taken.length, SOON).toBeGreaterThan((told.at(-1) ?? 0) + 20);
        told.push(scene.taken.length);
        await announce(upload);
        // setWebhook ends what is under way with the trust of before, and answers then.
        await underWay;
      },
    });
    const sent: string[] = [];
    let isOver = false;
    let underWay: Promise<void> | undefined;
    const delivering = (async () => {
      while (!isOver) {
        sent.push(String(sent.length));
        underWay = deliver(scene, host, sent.at(-1) ?? "");
        await underWay;
      }
    })();
    await expect.poll(() => scene.taken.length, SOON).toBeGreaterThan(10);
    await turnToRenewal(keeper);
    await expect.poll(() => told.length, SOON).toBe(2);
    await expect.poll(() => scene.taken.length, SOON).toBeGreaterThan((told[1] ?? 0) + 20);
    isOver = true;
    await delivering;
    expect(scene.taken).toEqual(sent);
    const [second, ...others] = serials(scene.trusted);
    expect(others).toEqual([]);
    expect(second).not.toBe(first);
    expect(serials(keeper.current().cert)).toEqual([second]);
    expect(log.error).not.toHaveBeenCalled();
  });

  it("is served only to who trusts it, after a crash at any instant of the change", async () => {
    const keeper = await open(host);
    const scene = await startScene(keeper);
    const [first] = serials(keeper.current().cert);
    const states: { readonly at: string; readonly trusted: string }[] = [];
    const keepState = () => {
      const at = join(folder, `crash-${states.length}`);
      mkdirSync(at);
      cpSync(tls(), at, { recursive: true });
      states.push({ at, trusted: scene.trusted });
    };
    disk.changed = keepState;
    const { announce, serve } = scene;
    keeper.watch({
      serve: (certificate) => {
        serve(certificate);
        keepState();
      },
      // Before Telegram took it, and after.
      announce: async (upload) => {
        keepState();
        await announce(upload);
        keepState();
      },
    });
    await turnToRenewal(keeper);
    await expect.poll(() => serials(scene.trusted)[0] !== first, SOON).toBe(true);
    await expect.poll(() => serials(keeper.upload() ?? ""), SOON).toHaveLength(1);
    await keeper.close();
    disk.changed = () => {};
    // Two files of the next one, four words to the audience and one change, two files moved, two removed.
    expect(states.length).toBeGreaterThanOrEqual(11);
    for (const { at, trusted } of states) {
      const again = await open(host, at);
      // Telegram still trusts what it was told before the crash, and delivers before it is told anew.
      const after = await startScene(again, trusted);
      await deliver(after, host, "before");
      await after.announce(again.upload());
      await deliver(after, host, "told");
      again.watch({
        serve: (certificate) => after.serve(certificate),
        announce: async (upload) => {
          await deliver(after, host, "during");
          await after.announce(upload);
          await deliver(after, host, "during");
        },
      });
      await expect.poll(() => readdirSync(at).sort(), SOON).toEqual(["self-signed.key", "self-signed.pem"]);
      const isDone = () => serials(after.trusted).length === 1 && serials(after.trusted)[0] !== first;
      await expect.poll(isDone, SOON).toBe(true);
      await deliver(after, host, "after");
      expect(serials(again.current().cert)).toEqual(serials(after.trusted));
      expect(after.taken.filter((word) => word !== "during")).toEqual(["before", "told", "after"]);
      await again.close();
    }
    expect(log.error).not.toHaveBeenCalled();
    expect(log.warn).not.toHaveBeenCalled();
  });
});

describeIf(hasOpenssl, NO_OPENSSL)("OpenSSL", () => {
  it.each(["bot.example.org", "203.0.113.5"])("trusts what is shown at every step, for %s", async (host) => {
    const keeper = await open(host);
    const scene = await startScene(keeper);
    const { announce, serve } = scene;
    const words: string[] = [];
    const ask = async () => void words.push(await verdict(scene, host));
    await ask();
    keeper.watch({
      serve,
      announce: async (upload) => {
        await ask();
        await announce(upload);
        await ask();
        // Both are in the file: each is trusted by it, alone.
        expect(blocks(upload ?? "")).toHaveLength(words.length < 4 ? 2 : 1);
      },
    });
    const old = scene.trusted;
    await turnToRenewal(keeper);
    await expect.poll(() => words.length, { timeout: 15_000 }).toBe(5);
    for (const word of words) expect(word).toMatch(/Verify return code: 0 \(ok\)/);
    await expect.poll(() => serials(scene.trusted), SOON).toHaveLength(1);
    expect(await verdict(scene, "other.example.org")).toMatch(/hostname mismatch/i);
    // The judge can say no: who was not told would refuse the new one.
    scene.trusted = old;
    expect(await verdict(scene, host)).toMatch(/verify error/i);
    expect(log.error).not.toHaveBeenCalled();
  });
});
