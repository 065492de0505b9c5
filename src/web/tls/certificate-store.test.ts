// The certificate on disk: modes, reuse, replacement of what does not serve, renewal on the clock.

import { X509Certificate } from "node:crypto";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UserError } from "../../model/errors.ts";
import { ManualClock } from "../../sandbox/manual-clock.ts";
import { loadTexts } from "../../texts.ts";
import { type CertificateStore, openCertificateStore, renewalTime } from "./certificate-store.ts";
import { makeSelfSigned } from "./self-signed.ts";

const DAY = 86_400_000;
const host = "bot.example.org";
let data: string;
let folder: string;
let clock: ManualClock;
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const opened: CertificateStore[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "matebot-store-"));
  folder = join(data, "data/tls");
  clock = new ManualClock();
  vi.clearAllMocks();
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(data, { recursive: true });
});

async function open(forHost = host): Promise<CertificateStore> {
  const store = await openCertificateStore({ folder, host: forHost, clock, log, texts: loadTexts("en") });
  opened.push(store);
  return store;
}

const mode = (name: string) => statSync(join(folder, name)).mode & 0o777;
const read = (name: string) => readFileSync(join(folder, name), "utf8");

describe("a first start", () => {
  it("makes a pair that only its owner can read the key of", async () => {
    const store = await open();
    expect(mode("self-signed.key")).toBe(0o600);
    expect(mode(".")).toBe(0o700);
    expect(statSync(join(data, "data")).mode & 0o777).toBe(0o700);
    expect(read("self-signed.pem")).toBe(store.current().cert);
    expect(read("self-signed.key")).toBe(store.current().key);
    expect(readdirSync(folder).sort()).toEqual(["self-signed.key", "self-signed.pem"]);
    expect(log.warn).not.toHaveBeenCalled();
  });

  it("says in one sentence that the folder cannot be made", async () => {
    writeFileSync(join(data, "data"), "a file where the folder should be");
    await expect(open()).rejects.toThrow(UserError);
    await expect(open()).rejects.toThrow(`the folder ${folder} cannot be written to`);
  });
});

describe("a restart", () => {
  it("takes the same pair, and narrows the rights again", async () => {
    const first = (await open()).current();
    chmodSync(join(folder, "self-signed.key"), 0o644);
    expect((await open()).current()).toEqual(first);
    expect(mode("self-signed.key")).toBe(0o600);
  });

  it.each<[string, () => Promise<void> | void]>([
    ["a broken certificate", () => writeFileSync(join(folder, "self-signed.pem"), "rubbish")],
    ["a broken key", () => writeFileSync(join(folder, "self-signed.key"), "")],
    ["a lost key", () => rmSync(join(folder, "self-signed.key"))],
    [
      "a key of another certificate",
      async () =>
        writeFileSync(join(folder, "self-signed.key"), (await makeSelfSigned(host, clock.now())).key),
    ],
  ])("replaces %s with a note, and keeps the old files", async (_, spoil) => {
    const first = (await open()).current();
    await spoil();
    const second = (await open()).current();
    expect(second.cert).not.toBe(first.cert);
    expect(new X509Certificate(second.cert).checkHost(host)).toBe(host);
    expect(log.warn).toHaveBeenCalledOnce();
    expect(existsSync(join(folder, "self-signed.pem.old"))).toBe(true);
    expect((await open()).current()).toEqual(second);
  });

  it("replaces the certificate of another host", async () => {
    await open();
    const store = await open("203.0.113.5");
    expect(new X509Certificate(store.current().cert).checkIP("203.0.113.5")).toBe("203.0.113.5");
    expect(log.warn).toHaveBeenCalledOnce();
  });

  it("renews one that expired while the machine was off", async () => {
    const first = (await open()).current();
    clock = new ManualClock(clock.now() + 500 * DAY);
    const second = (await open()).current();
    expect(second.cert).not.toBe(first.cert);
    expect(new X509Certificate(second.cert).validToDate.getTime()).toBeGreaterThan(clock.now());
    expect(log.warn).not.toHaveBeenCalled();
  });
});

describe("renewal", () => {
  it("comes with the last third of its life, not before, and is told", async () => {
    const store = await open();
    const first = store.current();
    const due = renewalTime(new X509Certificate(first.cert));
    const renewed = new Promise<{ readonly cert: string }>((resolve) => store.onRenewed(resolve));
    await clock.advance(due - DAY - clock.now());
    expect(store.current()).toEqual(first);
    await clock.advance(2 * DAY);
    expect((await renewed).cert).toBe(store.current().cert);
    expect(store.current().cert).not.toBe(first.cert);
    expect(read("self-signed.pem")).toBe(store.current().cert);
    expect(renewalTime(new X509Certificate(store.current().cert))).toBeGreaterThan(clock.now() + 200 * DAY);
  });

  it("is tried again an hour after it failed, with the old one still served", async () => {
    const store = await open();
    const first = store.current();
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "in the way");
    const failed = new Promise<void>((resolve) => log.error.mockImplementationOnce(() => resolve()));
    await clock.advance(renewalTime(new X509Certificate(first.cert)) + DAY - clock.now());
    await failed;
    expect(store.current()).toEqual(first);
    rmSync(folder);
    await expect.poll(() => clock.nextInMs, { timeout: 10_000 }).toBe(60 * 60 * 1000);
    const renewed = new Promise((resolve) => store.onRenewed(resolve));
    await clock.advance(60 * 60 * 1000);
    expect(await renewed).toEqual(store.current());
    expect(store.current()).not.toEqual(first);
  });

  it("ends with close", async () => {
    const store = await open();
    store.close();
    expect(clock.pending).toBe(0);
  });
});
