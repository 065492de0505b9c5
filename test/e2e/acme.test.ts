// Certificates from a real authority: every way to prove a name or an address, judged by OpenSSL.

import { request } from "node:https";
import { networkInterfaces } from "node:os";
import type { TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createAlpnDoor, createAlpnPort } from "../../src/web/tls/acme/alpn-door.ts";
import type { ChallengeDoor } from "../../src/web/tls/acme/door.ts";
import { createHttpDoor } from "../../src/web/tls/acme/http-door.ts";
import { isKnown } from "../../src/web/tls/acme/known-root.ts";
import { type AcmeRig, certificateAt, judge, startAcmeRig } from "../support/acme-rig.ts";
import { describeIf } from "../support/needs.ts";
import { freePorts, hasPebble, NO_PEBBLE, type Pebble, startPebble } from "../support/pebble.ts";

const SOON = { timeout: 15_000, interval: 50 };

const hasIpv6 = Object.values(networkInterfaces()).some((each) =>
  each?.some(({ address }) => address === "::1"),
);

/** As Telegram does: a connection of its own, name and chain verified; says by whom the certificate was. */
function sendUpdate(port: number, ca: readonly string[]): Promise<string> {
  const options = { host: "127.0.0.1", port, servername: "bot.example.org", ca: [...ca], agent: false };
  return new Promise((resolve, reject) => {
    const call = request({ ...options, method: "POST" }, (response) => {
      const { issuer } = (response.socket as TLSSocket).getPeerCertificate();
      response.resume();
      if (response.statusCode === 200) response.on("end", () => resolve(String(issuer.CN)));
      else reject(new Error(`HTTP ${response.statusCode}`));
    });
    call.on("error", reject);
    call.end("{}");
  });
}

describeIf(hasPebble, NO_PEBBLE)("a certificate from an authority", () => {
  let pebble: Pebble;
  let rig: AcmeRig;
  let root: string;
  let httpPort = 0;
  let tlsPort = 0;

  beforeAll(async () => {
    [httpPort = 0, tlsPort = 0] = await freePorts(2);
    pebble = await startPebble({ httpPort, tlsPort, badNonces: 20 });
    root = await pebble.issuingRoot();
  });
  afterAll(async () => pebble.stop());
  const start = async (port: number) => {
    rig = await startAcmeRig(pebble, port);
  };
  afterEach(async () => rig.stop());

  const tcp = (port: number) => ({ kind: "tcp", host: "127.0.0.1", port }) as const;

  it.each(["bot.example.org", "127.0.0.1"])("comes for %s by http-01", async (host) => {
    await start(0);
    const keeper = await rig.open(host, [createHttpDoor(tcp(httpPort))]);
    expect(keeper.status()).toMatchObject({ source: "self-signed", trust: "uploaded" });
    await expect.poll(() => rig.heard, SOON).toEqual(["serve public", "announce nothing"]);
    expect(judge(keeper.current().cert, root, host)).toContain("OK");
    expect(judge(keeper.current().cert, root, "other.example.org")).toContain("mismatch");
    const served = await certificateAt(rig.server, host);
    expect(keeper.current().cert.startsWith(served.toString())).toBe(true);
    expect(keeper.status()).toMatchObject({ source: "acme", trust: "public", names: [host] });
    expect(keeper.status().fault).toBeUndefined();
    expect(keeper.upload()).toBeUndefined();
    await expect.poll(() => rig.fallbacks[0]?.isClosed, SOON).toBe(true);
    // What it says from now on concerns nobody.
    await rig.fallbacks[0]?.audience?.announce("late");
    rig.fallbacks[0]?.audience?.serve(keeper.current());
    expect(rig.heard).toHaveLength(2);
    expect(isKnown(keeper.current().cert)).toBe(false);
    expect(isKnown(keeper.current().cert, [pebble.httpsRoot, root])).toBe(true);
    expect(rig.warnings.at(-1)).toContain("is not an authority that everyone knows");
  });

  it.each(["bot.example.org", "127.0.0.1"])(
    "comes for %s by tls-alpn-01 at the port that serves, whose clients notice nothing",
    async (host) => {
      await start(tlsPort);
      const inner = createAlpnDoor(rig.server);
      const seen: string[] = [];
      const door: ChallengeDoor = {
        type: inner.type,
        open: async (question) => {
          const open = await inner.open(question);
          for (let turn = 0; turn < 3; turn++) seen.push((await certificateAt(rig.server, host)).issuer);
          return open;
        },
      };
      const keeper = await rig.open(host, [door]);
      const ordinary = keeper.status().issuer;
      await expect.poll(() => rig.heard, SOON).toEqual(["serve public", "announce nothing"]);
      expect(seen).toEqual([ordinary, ordinary, ordinary]);
      expect(judge(keeper.current().cert, root, host)).toContain("OK");
      expect((await certificateAt(rig.server, host)).issuer).toContain("Pebble");
    },
  );

  it.runIf(hasIpv6)("comes for an IPv6 address", async () => {
    await start(0);
    const keeper = await rig.open("::1", [createHttpDoor({ kind: "tcp", host: "::1", port: httpPort })]);
    await expect.poll(() => rig.heard, SOON).toEqual(["serve public", "announce nothing"]);
    expect(judge(keeper.current().cert, root, "::1")).toContain("OK");
  });

  it("is swapped in while updates flow, and none is lost, delayed or unverified", async () => {
    await start(tlsPort);
    const keeper = await rig.open("bot.example.org", [createAlpnDoor(rig.server)]);
    const trusted = [keeper.upload() ?? "", root];
    const issuers: string[] = [];
    let slowest = 0;
    while (issuers.filter((issuer) => issuer.includes("Pebble")).length < 20) {
      const started = performance.now();
      issuers.push(await sendUpdate(tlsPort, trusted));
      slowest = Math.max(slowest, performance.now() - started);
    }
    expect(issuers[0]).toBe("bot.example.org");
    expect(new Set(issuers).size).toBe(2);
    // Far below the five seconds after which a greeting is given up.
    expect(slowest).toBeLessThan(3_000);
    expect(keeper.status().source).toBe("acme");
  });

  it("comes by tls-alpn-01 at a port of its own, which is free again afterwards", async () => {
    await start(0);
    const keeper = await rig.open("bot.example.org", [createAlpnPort(tcp(tlsPort))]);
    await expect.poll(() => keeper.status().source, SOON).toBe("acme");
    await rig.stop();
    await start(tlsPort);
  });

  it("comes by the second way when another program holds the port of the first, and says who", async () => {
    await start(httpPort);
    const keeper = await rig.open("bot.example.org", [
      createHttpDoor(tcp(httpPort)),
      createAlpnPort(tcp(tlsPort)),
    ]);
    await expect.poll(() => keeper.status().source, SOON).toBe("acme");
    expect(judge(keeper.current().cert, root, "bot.example.org")).toContain("OK");
  });
});
