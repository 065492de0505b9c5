// Certificates from a real authority: every way to prove a name or an address, judged by OpenSSL.

import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createAlpnDoor, createAlpnPort } from "../../src/web/tls/acme/alpn-door.ts";
import type { ChallengeDoor } from "../../src/web/tls/acme/door.ts";
import { createHttpDoor } from "../../src/web/tls/acme/http-door.ts";
import { type AcmeRig, certificateAt, judge, startAcmeRig } from "../support/acme-rig.ts";
import { describeIf } from "../support/needs.ts";
import { freePorts, hasPebble, NO_PEBBLE, type Pebble, startPebble } from "../support/pebble.ts";

const SOON = { timeout: 15_000, interval: 50 };

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
