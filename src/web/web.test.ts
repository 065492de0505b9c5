// The web as a whole: the planned TLS is served, and a renewed certificate reaches the server and the listeners.

import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { WebConfig } from "../config.ts";
import { ManualClock } from "../sandbox/manual-clock.ts";
import { loadTexts } from "../texts.ts";
import { createHealth } from "./health.ts";
import { parseListen } from "./listen.ts";
import { renewalTime } from "./tls/self-signed-keeper.ts";
import { startWeb, type Web } from "./web.ts";

const listen = { kind: "tcp", host: "127.0.0.1", port: 0 } as const;
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
let data: string;
let clock: ManualClock;
let web: Web | undefined;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "matebot-web-"));
  clock = new ManualClock(Date.now());
  vi.clearAllMocks();
});
afterEach(async () => {
  await web?.stop();
  web = undefined;
  rmSync(data, { recursive: true });
});

async function start(config: WebConfig): Promise<Web> {
  web = await startWeb(config, {
    data,
    clock,
    random: () => 0,
    log,
    texts: loadTexts("en"),
    health: async () => createHealth(clock).report(),
  });
  return web;
}

function servedCertificate({ address }: Web): Promise<string> {
  const bound = parseListen(address);
  if (bound?.kind !== "tcp") throw new Error("not a TCP server");
  return new Promise((resolve, reject) => {
    const socket = connect({ host: bound.host, port: bound.port, rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerX509Certificate()));
      socket.destroy();
    });
    socket.once("error", reject);
  });
}

it("serves a certificate for the public URL even to who names no host, and gives it to be uploaded", async () => {
  const running = await start({ listen, publicUrl: new URL("https://203.0.113.5:8443"), tls: "self-signed" });
  const pem = running.port.certificate();
  expect(pem).toBe(readFileSync(join(data, "tls/self-signed.pem"), "utf8"));
  expect(String(new X509Certificate(String(pem)))).toBe(await servedCertificate(running));
  expect(log.info).toHaveBeenCalledWith({ tls: "self-signed" }, expect.stringContaining("203.0.113.5"));
});

it("serves the next certificate once the listeners have taken both, and tells them of it alone then", async () => {
  const running = await start({ listen, publicUrl: new URL("https://bot.example.org"), tls: "self-signed" });
  const before = await servedCertificate(running);
  const told: string[] = [];
  const taken = Promise.withResolvers<void>();
  running.port.onCertificate(() => {
    told.push(running.port.certificate() ?? "");
    return taken.promise;
  });
  await clock.advance(renewalTime(new X509Certificate(before)) + 86_400_000 - clock.now());
  await vi.waitFor(() => expect(told).toHaveLength(1));
  expect(told[0]?.match(/BEGIN/g)).toHaveLength(2);
  expect(told[0]?.startsWith(before)).toBe(true);
  expect(await servedCertificate(running)).toBe(before);
  taken.resolve();
  await vi.waitFor(() => expect(told).toHaveLength(2));
  const after = await servedCertificate(running);
  expect(after).not.toBe(before);
  expect(told[0]).toBe(before + after);
  expect(told[1]).toBe(after);
  expect(running.reach()).toMatchObject({
    tls: "self-signed",
    publicUrl: "https://bot.example.org",
    certificate: { source: "self-signed", trust: "uploaded", names: ["bot.example.org"] },
  });
});

it("tells what is found out: no public address, no TLS", async () => {
  const running = await start({ listen, tls: "auto" });
  expect(running.reach()).toMatchObject({ tls: "off", listen: running.address, passedOver: [] });
  expect(running.reach().publicUrl).toBeUndefined();
});

it("is plain HTTP without a public URL, and serves /health", async () => {
  const running = await start({ listen, tls: "auto" });
  const response = await fetch(`http://${running.address}/health`);
  expect([response.status, await response.json()]).toEqual([200, { status: "ok", connections: [] }]);
  expect(running.port.publicUrl).toBeUndefined();
});

it("leaves no timer behind when the port is taken", async () => {
  const first = await start({ listen, tls: "off" });
  const taken = parseListen(first.address) ?? listen;
  const second = startWeb(
    { listen: taken, publicUrl: new URL("https://bot.example.org"), tls: "self-signed" },
    {
      data,
      clock,
      random: () => 0,
      log,
      texts: loadTexts("en"),
      health: async () => createHealth(clock).report(),
    },
  );
  await expect(second).rejects.toThrow("is in use");
  expect(clock.pending).toBe(0);
});
