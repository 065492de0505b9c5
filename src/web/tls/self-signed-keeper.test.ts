// Our own certificate: modes, reuse, replacement of what does not serve, a successor without a gap, crashes at every step.

import { X509Certificate } from "node:crypto";
import {
  chmodSync,
  cpSync,
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
import type { Audience, CertificateKeeper, Served } from "./certificates.ts";
import { makeSelfSigned } from "./self-signed.ts";
import { openSelfSigned, renewalTime } from "./self-signed-keeper.ts";

const DAY = 86_400_000;
const host = "bot.example.org";
let data: string;
let folder: string;
let clock: ManualClock;
const newLog = () => ({ debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() });
let log = newLog();
const opened: CertificateKeeper[] = [];

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), "matebot-store-"));
  folder = join(data, "data/tls");
  clock = new ManualClock();
  log = newLog();
});
afterEach(() => {
  for (const keeper of opened.splice(0)) void keeper.close();
  rmSync(data, { recursive: true });
});

async function open(forHost = host, at = folder): Promise<CertificateKeeper> {
  const keeper = await openSelfSigned({ folder: at, host: forHost, clock, log, texts: loadTexts("en") });
  opened.push(keeper);
  return keeper;
}

/** Writes down what it hears, and keeps a copy of the folder at each word. */
function listener(): Audience & { readonly heard: string[]; readonly copies: string[] } {
  const heard: string[] = [];
  const copies: string[] = [];
  const hear = (word: string) => {
    heard.push(word);
    const copy = join(data, `copy-${heard.length}`);
    cpSync(folder, copy, { recursive: true });
    copies.push(copy);
  };
  return {
    ...{ heard, copies },
    announce: async (upload) => hear(`announce ${certificatesIn(upload ?? "").join(" + ")}`),
    serve: ({ cert }: Served) => hear(`serve ${certificatesIn(cert).join()}`),
  };
}

/** By the serial number. */
function certificatesIn(pem: string): readonly string[] {
  const blocks = pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  return blocks.map((block) => new X509Certificate(block).serialNumber);
}

const serial = ({ cert }: { readonly cert: string }) => new X509Certificate(cert).serialNumber;

const mode = (name: string) => statSync(join(folder, name)).mode & 0o777;
const read = (name: string) => readFileSync(join(folder, name), "utf8");

describe("a first start", () => {
  it("makes a pair that only its owner can read the key of", async () => {
    const keeper = await open();
    expect(mode("self-signed.key")).toBe(0o600);
    expect(mode(".")).toBe(0o700);
    expect(statSync(join(data, "data")).mode & 0o777).toBe(0o700);
    expect(read("self-signed.pem")).toBe(keeper.current().cert);
    expect(read("self-signed.key")).toBe(keeper.current().key);
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
    const keeper = await open("203.0.113.5");
    expect(new X509Certificate(keeper.current().cert).checkIP("203.0.113.5")).toBe("203.0.113.5");
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
  /** Turns the clock until the change is over. */
  async function renew(keeper: CertificateKeeper) {
    const first = keeper.current();
    const due = renewalTime(new X509Certificate(first.cert));
    await clock.advance(due + DAY - clock.now());
    await vi.waitFor(() => expect(serial(keeper.current())).not.toBe(serial(first)));
    return { first: serial(first), second: serial(keeper.current()) };
  }

  it("comes with the last third of its life, not before", async () => {
    const keeper = await open();
    const first = keeper.current();
    const audience = listener();
    keeper.watch(audience);
    await clock.advance(renewalTime(new X509Certificate(first.cert)) - DAY - clock.now());
    expect(keeper.current()).toEqual(first);
    expect(audience.heard).toEqual([]);
    const { second } = await renew(keeper);
    expect(keeper.status()).toMatchObject({ source: "self-signed", trust: "uploaded", names: [host] });
    expect(keeper.status().renewAt).toBeGreaterThan(clock.now() + 200 * DAY);
    expect(certificatesIn(read("self-signed.pem"))).toEqual([second]);
    await vi.waitFor(() =>
      expect(readdirSync(folder).sort()).toEqual(["self-signed.key", "self-signed.pem"]),
    );
  });

  it("tells of both before the new one is served, and of the new one alone afterwards", async () => {
    const keeper = await open();
    const audience = listener();
    keeper.watch(audience);
    const { first, second } = await renew(keeper);
    await vi.waitFor(() => expect(audience.heard).toHaveLength(3));
    expect(audience.heard).toEqual([
      `announce ${first} + ${second}`,
      `serve ${second}`,
      `announce ${second}`,
    ]);
    expect(keeper.upload()).toBe(keeper.current().cert);
  });

  it("serves the old one until those who must trust the new one know it", async () => {
    const keeper = await open();
    const told = Promise.withResolvers<void>();
    const serve = vi.fn();
    keeper.watch({ announce: () => told.promise, serve });
    await clock.advance(renewalTime(new X509Certificate(keeper.current().cert)) + DAY - clock.now());
    await vi.waitFor(() => expect(certificatesIn(keeper.upload() ?? "")).toHaveLength(2));
    expect(serve).not.toHaveBeenCalled();
    told.resolve();
    await vi.waitFor(() => expect(certificatesIn(keeper.upload() ?? "")).toHaveLength(1));
    expect(serve).toHaveBeenCalledOnce();
  });

  it("goes on after a crash at any step, and never serves what is not uploaded", async () => {
    const keeper = await open();
    const audience = listener();
    keeper.watch(audience);
    const { second } = await renew(keeper);
    await vi.waitFor(() => expect(audience.copies).toHaveLength(3));
    // The states between the writes: only a key of the next one; the new key over the old certificate.
    const half = join(data, "half");
    cpSync(audience.copies[0] ?? "", half, { recursive: true });
    rmSync(join(half, "self-signed.next.pem"));
    const mixed = join(data, "mixed");
    cpSync(audience.copies[1] ?? "", mixed, { recursive: true });
    cpSync(join(mixed, "self-signed.next.key"), join(mixed, "self-signed.key"));
    for (const copy of [...audience.copies, half, mixed]) {
      const again = await open(host, copy);
      const heard: string[] = [];
      let trusted = certificatesIn(again.upload() ?? "");
      let served = serial(again.current());
      const check = (word: string) => {
        heard.push(word);
        expect(trusted).toContain(served);
      };
      check("start");
      again.watch({
        announce: async (upload) => {
          trusted = certificatesIn(upload ?? "");
          check("announce");
        },
        serve: (certificate) => {
          served = serial(certificate);
          check("serve");
        },
      });
      await vi.waitFor(() => expect(readdirSync(copy).some((name) => name.includes("next"))).toBe(false));
      await vi.waitFor(() => expect(certificatesIn(again.upload() ?? "")).toEqual([served]));
      if (copy !== half) expect(served).toBe(second);
      expect(again.status().validUntil).toBeGreaterThan(clock.now());
    }
    expect(log.warn).not.toHaveBeenCalled();
  });

  it("is tried again an hour after it failed, with the old one still served", async () => {
    const keeper = await open();
    const first = keeper.current();
    keeper.watch({ announce: async () => {}, serve: () => {} });
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "in the way");
    await clock.advance(renewalTime(new X509Certificate(first.cert)) + DAY - clock.now());
    await vi.waitFor(() => expect(log.error).toHaveBeenCalledOnce());
    expect(keeper.current()).toEqual(first);
    expect(keeper.status().fault?.key).toBe("web.certificate.not-renewed");
    rmSync(folder);
    await expect.poll(() => clock.nextInMs, { timeout: 10_000 }).toBe(60 * 60 * 1000);
    await clock.advance(60 * 60 * 1000);
    await vi.waitFor(() => expect(serial(keeper.current())).not.toBe(serial(first)));
    await vi.waitFor(() => expect(keeper.status().fault).toBeUndefined());
  });

  it("ends with close", async () => {
    const keeper = await open();
    keeper.watch({ announce: async () => {}, serve: () => {} });
    await expect.poll(() => clock.pending).toBe(1);
    await keeper.close();
    expect(clock.pending).toBe(0);
  });
});
