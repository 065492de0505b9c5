// The life of a certificate from a real authority: restart, renewal, an authority that is down or refuses, the end.

import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { loadTexts } from "../../src/texts.ts";
import { createAlpnPort } from "../../src/web/tls/acme/alpn-door.ts";
import type { ChallengeDoor } from "../../src/web/tls/acme/door.ts";
import { createHttpDoor } from "../../src/web/tls/acme/http-door.ts";
import { type AcmeGate, startAcmeGate } from "../support/acme-gate.ts";
import { type AcmeRig, certificateAt, judge, startAcmeRig } from "../support/acme-rig.ts";
import { describeIf } from "../support/needs.ts";
import { freePorts, hasPebble, NO_PEBBLE, type Pebble, startPebble } from "../support/pebble.ts";

const SOON = { timeout: 15_000, interval: 20 };
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const HOST = "bot.example.org";

describeIf(hasPebble, NO_PEBBLE)("a certificate from an authority", () => {
  let pebble: Pebble;
  let gate: AcmeGate;
  let rig: AcmeRig;
  let httpPort = 0;
  let tlsPort = 0;

  beforeAll(async () => {
    [httpPort = 0, tlsPort = 0] = await freePorts(2);
    pebble = await startPebble({ httpPort, tlsPort });
  });
  afterAll(async () => pebble.stop());
  beforeEach(async () => {
    gate = await startAcmeGate(pebble);
    rig = await startAcmeRig({ ...pebble, directory: gate.directory }, 0);
  });
  afterEach(async () => {
    await rig.stop();
    await gate.stop();
  });

  const tcp = (port: number) => ({ kind: "tcp", host: "127.0.0.1", port }) as const;
  const http = () => createHttpDoor(tcp(httpPort));
  const shelf = () => join(rig.folder, "acme", new URL(gate.directory).host.replace(":", "_"));
  const mode = (path: string) => statSync(path).mode & 0o777;
  const faultWords = (fault: { key: string; values: Record<string, string | number> } | undefined) =>
    fault && [loadTexts("en")(fault.key, fault.values), loadTexts("en")(`${fault.key}-cure`, fault.values)];

  it("is used again after a restart, without a new order", async () => {
    const first = await rig.open(HOST, [http()]);
    await expect.poll(() => first.status().source, SOON).toBe("acme");
    const asked = gate.calls.length;
    const second = await rig.open(HOST, [http()]);
    expect(second.current()).toEqual(first.current());
    expect(second.status()).toMatchObject({ source: "acme", trust: "public" });
    expect(gate.calls).toHaveLength(asked);
    rig.clock.leap(DAY);
    await expect.poll(() => gate.calls.slice(asked), SOON).toEqual(["/dir"]);
    expect(gate.orders).toHaveLength(1);
  });

  it("is renewed early when the authority wants it back", async () => {
    gate.offer({}, { renewalInfo: `${new URL(gate.directory).origin}/renewal-info` });
    const keeper = await rig.open(HOST, [http()]);
    await expect.poll(() => keeper.status().source, SOON).toBe("acme");
    const first = keeper.current();
    const inDays = (days: number) => new Date(rig.clock.now() + days * DAY).toISOString();
    const wish = (from: number, to: number) =>
      gate.answerOnce("/renewal-info/", 200, { suggestedWindow: { start: inDays(from), end: inDays(to) } });
    // As it is with us: nothing changes.
    const { renewAt } = keeper.status();
    wish(1_400, 1_500);
    rig.clock.leap(HOUR);
    await expect
      .poll(() => gate.calls.filter((path) => path.startsWith("/renewal-info/")), SOON)
      .toHaveLength(1);
    expect(keeper.status().renewAt).toBe(renewAt);
    wish(-3, -1);
    rig.clock.leap(DAY);
    await expect.poll(() => keeper.current().cert, SOON).not.toBe(first.cert);
    expect(gate.orders).toHaveLength(2);
    expect(rig.heard).toEqual(["serve public", "announce nothing", "serve public"]);
  });

  it("lies where only its owner reads it, and the account stays the same", async () => {
    const keeper = await rig.open(HOST, [http()]);
    await expect.poll(() => keeper.status().source, SOON).toBe("acme");
    const account = readFileSync(join(shelf(), "account.key"), "utf8");
    expect(readdirSync(shelf()).sort()).toEqual(["account.key", `${HOST}.pem`]);
    for (const file of readdirSync(shelf())) expect(mode(join(shelf(), file))).toBe(0o600);
    for (const folder of [shelf(), join(rig.folder, "acme")]) expect(mode(folder)).toBe(0o700);
    chmodSync(join(shelf(), "account.key"), 0o644);
    const other = await rig.open("other.example.org", [http()]);
    await expect.poll(() => other.status().source, SOON).toBe("acme");
    expect(readFileSync(join(shelf(), "account.key"), "utf8")).toBe(account);
    expect(mode(join(shelf(), "account.key"))).toBe(0o600);
  });

  it("is asked for anew when a file on disk is broken, which is kept and said", async () => {
    const keeper = await rig.open(HOST, [http()]);
    await expect.poll(() => keeper.status().source, SOON).toBe("acme");
    writeFileSync(join(shelf(), `${HOST}.pem`), "rubbish");
    writeFileSync(join(shelf(), "account.key"), "rubbish");
    const second = await rig.open(HOST, [http()]);
    expect(second.status().source).toBe("self-signed");
    await expect.poll(() => second.status().source, SOON).toBe("acme");
    for (const name of [`${HOST}.pem.old`, "account.key.old"]) {
      expect(existsSync(join(shelf(), name))).toBe(true);
      expect(rig.warnings.join("\n")).toContain(name);
    }
  });

  it("is renewed when a third of its life remains, not before, and served without a new upload", async () => {
    const keeper = await rig.open(HOST, [http()]);
    await expect.poll(() => keeper.status().source, SOON).toBe("acme");
    const first = keeper.current();
    const { renewAt = 0, validUntil } = keeper.status();
    const life = validUntil - rig.clock.now();
    expect((validUntil - renewAt) / life).toBeGreaterThan(0.33);
    expect((validUntil - renewAt) / life).toBeLessThan(0.36);
    const asked = gate.orders.length;
    rig.clock.leap(renewAt - rig.clock.now() - 2 * DAY);
    rig.clock.leap(DAY);
    expect(keeper.current()).toEqual(first);
    expect(gate.orders).toHaveLength(asked);
    rig.clock.leap(2 * DAY);
    await expect.poll(() => keeper.current().cert, SOON).not.toBe(first.cert);
    expect(rig.heard).toEqual(["serve public", "announce nothing", "serve public"]);
    expect(keeper.current().key).not.toBe(first.key);
    // To this clock the new one is as old as the first: even so it is not renewed in a loop.
    expect(keeper.status().renewAt).toBeGreaterThan(rig.clock.now() + 11 * HOUR);
    expect(judge(keeper.current().cert, await pebble.issuingRoot(), HOST)).toContain("OK");
    expect((await certificateAt(rig.server, HOST)).serialNumber).toBeDefined();
    expect(keeper.current().cert.startsWith((await certificateAt(rig.server, HOST)).toString())).toBe(true);
    expect(gate.orders).toHaveLength(asked + 1);
  });

  it("comes once the authority is back, and the self-signed one serves until then", async () => {
    await pebble.down();
    try {
      const keeper = await rig.open(HOST, [http()]);
      await expect.poll(() => keeper.status().fault?.key, SOON).toBe("acme.fault.unreachable");
      expect(keeper.status()).toMatchObject({ source: "self-signed", trust: "uploaded", names: [HOST] });
      expect(keeper.upload()).toBe(keeper.current().cert);
      expect(rig.warnings.at(-1)).toContain("could not be reached");
      expect(rig.warnings.at(-1)).toContain("reaches the internet");
      expect(rig.heard).toEqual([]);
      await pebble.up();
      rig.clock.leap(2 * MINUTE);
      await expect.poll(() => keeper.status().source, SOON).toBe("acme");
      expect(keeper.status().fault).toBeUndefined();
      expect(rig.heard).toEqual(["serve public", "announce nothing"]);
      expect(judge(keeper.current().cert, await pebble.issuingRoot(), HOST)).toContain("OK");
    } finally {
      await pebble.down();
      await pebble.up();
    }
  });

  it("gives way to the self-signed one before it ends, which is announced first", async () => {
    const keeper = await rig.open(HOST, [http()]);
    await expect.poll(() => keeper.status().source, SOON).toBe("acme");
    for (let times = 0; times < 9; times++) gate.answerOnce("/dir", 503, {});
    rig.clock.leap(keeper.status().validUntil - rig.clock.now() - 5 * MINUTE);
    await expect.poll(() => keeper.status().fault?.key, SOON).toBe("acme.fault.authority-down");
    expect(rig.heard.slice(2)).toEqual(["announce", "serve uploaded"]);
    expect(keeper.status()).toMatchObject({ source: "self-signed", trust: "uploaded" });
    expect(keeper.upload()).toBe(keeper.current().cert);
    expect((await certificateAt(rig.server, HOST)).issuer).toBe(`CN=${HOST}`);
  });

  it("is never asked for more than five times an hour while the port is closed", async () => {
    const attempts: number[] = [];
    const deaf: ChallengeDoor = {
      type: "http-01",
      open: async () => {
        attempts.push(rig.clock.now());
        return { close: async () => undefined };
      },
    };
    const keeper = await rig.open(HOST, [deaf]);
    await expect.poll(() => keeper.status().fault?.key, SOON).toBe("acme.fault.closed");
    expect(faultWords(keeper.status().fault)).toEqual([
      expect.stringContaining("does not reach port 80 of"),
      expect.stringContaining("open port 80 in the firewall"),
    ]);
    for (let turn = 1; turn < 9; turn++) {
      await expect.poll(() => rig.retries.length, SOON).toBe(turn);
      rig.clock.leap((rig.retries.at(-1) ?? 0) - rig.clock.now() - 5_000);
      expect(attempts).toHaveLength(turn);
      rig.clock.leap(5_001);
      await expect.poll(() => attempts.length, SOON).toBe(turn + 1);
    }
    expect(attempts).toHaveLength(9);
    const busiest = attempts.map((at) => attempts.filter((each) => each >= at && each < at + HOUR).length);
    expect(Math.max(...busiest)).toBe(5);
    const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
    expect(pauses[0]).toBeGreaterThanOrEqual(MINUTE);
    expect(pauses.at(-1)).toBeGreaterThan(2 * HOUR);
  });

  it("is never asked for more than five times an hour by two closed ports together", async () => {
    const attempts: string[] = [];
    const deaf = (type: ChallengeDoor["type"]): ChallengeDoor => ({
      type,
      open: async () => {
        attempts.push(type);
        return { close: async () => undefined };
      },
    });
    const began = rig.clock.now();
    await rig.open(HOST, [deaf("http-01"), deaf("tls-alpn-01")]);
    for (let turn = 1; turn < 3; turn++) {
      await expect.poll(() => rig.retries.length, SOON).toBe(turn);
      rig.clock.leap((rig.retries.at(-1) ?? 0) - rig.clock.now() + 1);
    }
    await expect.poll(() => rig.retries.length, SOON).toBe(3);
    expect(attempts).toEqual(["http-01", "tls-alpn-01", "http-01", "tls-alpn-01", "http-01"]);
    expect(rig.retries.at(-1)).toBeGreaterThanOrEqual(began + HOUR);
  });

  it("is not asked for before the time the authority set", async () => {
    const problem = { type: "urn:ietf:params:acme:error:rateLimited", detail: "too many certificates" };
    gate.answerOnce("/order-plz", 429, problem, { "retry-after": String(8 * 60 * 60) });
    const keeper = await rig.open(HOST, [http()]);
    await expect.poll(() => keeper.status().fault?.key, SOON).toBe("acme.fault.rate-limited");
    expect(faultWords(keeper.status().fault)?.[1]).toMatch(/after \d{4}-\d\d-\d\d \d\d:\d\d UTC/);
    expect(rig.retries.at(-1)).toBeGreaterThanOrEqual(rig.clock.now() + 8 * HOUR - MINUTE);
    expect(rig.retries.at(-1)).toBeLessThan(rig.clock.now() + 8 * HOUR + MINUTE);
    rig.clock.leap(8 * HOUR + MINUTE);
    await expect.poll(() => keeper.status().source, SOON).toBe("acme");
  });

  it("is ordered after the one before it, never beside it", async () => {
    let open = 0;
    let most = 0;
    const counting: ChallengeDoor = {
      type: "http-01",
      open: async (question) => {
        most = Math.max(most, ++open);
        const inner = await http().open(question);
        return {
          close: async () => {
            await inner.close();
            open--;
          },
        };
      },
    };
    const others = await Promise.all([startAcmeRig(pebble, 0), startAcmeRig(pebble, 0)]);
    try {
      const hosts = ["one.example.org", "two.example.org", "three.example.org"];
      const keepers = await Promise.all(
        [rig, ...others].map((each, index) => each.open(hosts[index] ?? "", [counting])),
      );
      await expect
        .poll(() => keepers.map((each) => each.status().source), SOON)
        .toEqual(Array(3).fill("acme"));
      expect(most).toBe(1);
    } finally {
      for (const other of others) await other.stop();
    }
  });

  it("has the short profile for an address, the asked one else, and none where none is offered", async () => {
    gate.offer({ profiles: { classic: "90 days", shortlived: "a week" } });
    const settings = { directory: gate.directory, roots: pebble.httpsRoot };
    for (const [host, more] of [
      ["127.0.0.1", settings],
      [HOST, settings],
      [HOST, { ...settings, profile: "classic" }],
    ] as const) {
      const keeper = await rig.open(host, [http()], {
        settings: more,
        folder: join(rig.folder, String(gate.orders.length)),
      });
      await expect.poll(() => keeper.status().source, SOON).toBe("acme");
    }
    expect(gate.orders).toEqual([
      { identifiers: [{ type: "ip", value: "127.0.0.1" }], profile: "shortlived" },
      { identifiers: [{ type: "dns", value: HOST }] },
      { identifiers: [{ type: "dns", value: HOST }], profile: "classic" },
    ]);
  });

  it.each([
    ["the name leads nowhere", "acme.fault.dns", /did not answer|does not exist/],
    ["another machine answers", "acme.fault.reaches-other", /port 80 of .* leads to another machine/],
    ["no door is offered", "acme.fault.no-door", /none of them is switched on/],
    ["the directory is none", "acme.fault.not-acme", /web\.acme\.directory/],
    ["nobody vouches for the directory", "acme.fault.untrusted", /web\.acme\.roots/],
    ["the account is refused", "acme.fault.account", /account\.key/],
    ["the terms changed", "acme.fault.terms", /new terms/],
    ["a CAA record forbids it", "acme.fault.caa", /CAA/],
    ["no way works", "acme.fault.all-doors", /port 443 of .*; .*|held by/],
  ])("is missing with the reason and the cure: %s", async (what, key, words) => {
    let other: Server | undefined;
    const error = (type: string) => ({ type: `urn:ietf:params:acme:error:${type}`, detail: "as it is" });
    let doors: ChallengeDoor[] = [http()];
    let settings = { directory: gate.directory, roots: pebble.httpsRoot };
    let host = HOST;
    const holdHttpPort = async () => {
      other = createServer((_request, response) => response.writeHead(404).end());
      await new Promise<void>((resolve) => other?.listen(httpPort, "127.0.0.1", resolve));
    };
    const deaf = (type: ChallengeDoor["type"]): ChallengeDoor => ({
      type,
      open: async () => ({ close: async () => undefined }),
    });
    if (what.startsWith("the name")) {
      host = "nowhere.example.org";
      await pebble.point(host, []);
    }
    if (what.startsWith("another")) {
      await holdHttpPort();
      doors = [deaf("http-01")];
    }
    if (what.startsWith("no door")) doors = [];
    if (what.startsWith("the directory"))
      settings = { ...settings, directory: gate.directory.replace("/dir", "/nothing") };
    if (what.startsWith("nobody"))
      settings = { directory: gate.directory, roots: await pebble.issuingRoot() };
    if (what.startsWith("the account")) gate.answerOnce("/sign-me-up", 401, error("unauthorized"));
    if (what.startsWith("the terms")) gate.answerOnce("/order-plz", 403, error("userActionRequired"));
    if (what.startsWith("a CAA")) gate.answerOnce("/order-plz", 403, error("caa"));
    if (what.startsWith("no way")) {
      await holdHttpPort();
      doors = [http(), createAlpnPort(tcp(httpPort)), deaf("tls-alpn-01")];
    }
    try {
      const keeper = await rig.open(host, doors, { settings });
      await expect.poll(() => keeper.status().fault?.key, SOON).toBe(key);
      const said = faultWords(keeper.status().fault)?.join("; ");
      expect(said).toMatch(words);
      expect(rig.warnings.at(-1)).toBe(said);
      expect(keeper.status()).toMatchObject({ source: "self-signed", trust: "uploaded" });
      for (const language of ["pt-BR", "es"] as const)
        expect(loadTexts(language)(`${key}-cure`, keeper.status().fault?.values)).toMatch(/\S/);
    } finally {
      await new Promise((resolve) => (other ? other.close(resolve) : resolve(undefined)));
    }
  });
});
