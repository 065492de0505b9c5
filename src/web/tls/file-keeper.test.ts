// Certificates of other programs: what is refused and why, who vouches, and what happens when the files change.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Authority, makeAuthority } from "../../../test/support/authority.ts";
import { UserError } from "../../model/errors.ts";
import { ManualClock } from "../../sandbox/manual-clock.ts";
import { loadTexts } from "../../texts.ts";
import type { CertificateKeeper, KeyAndCertificate } from "./certificates.ts";
import { judgeFiles } from "./file-judge.ts";
import { openFiles } from "./file-keeper.ts";
import { makeSelfSigned } from "./self-signed.ts";

const host = "bot.example.org";
const MINUTE = 60_000;
const DAY = 86_400_000;
let authority: Authority;
let folder: string;
let clock: ManualClock;
let log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
let keeper: CertificateKeeper | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "matebot-files-"));
  clock = new ManualClock(Date.now());
  authority = await makeAuthority(clock.now());
  log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
});
afterEach(async () => {
  await keeper?.close();
  keeper = undefined;
  rmSync(folder, { recursive: true });
});

const put = ({ cert, key }: KeyAndCertificate) => {
  writeFileSync(join(folder, "cert.pem"), cert);
  writeFileSync(join(folder, "key.pem"), key);
};
const open = async (roots: readonly string[] = [authority.root]) => {
  const files = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") };
  keeper = await openFiles({ ...files, host, clock, log, texts: loadTexts("en"), roots });
  return keeper;
};

describe("what two files hold", () => {
  const judge = (pair: KeyAndCertificate, at = clock.now(), forHost = host) =>
    judgeFiles({ ...pair, host: forHost, now: at, roots: [authority.root] });

  it("is vouched for by the world when the chain leads to one of its roots", async () => {
    const pair = await authority.issue(host);
    expect(judge(pair)).toEqual({ trust: "public", anchor: undefined });
    expect(judge({ ...pair, cert: pair.cert + authority.root })).toEqual({
      trust: "public",
      anchor: undefined,
    });
  });

  it("may be for a whole domain, or for an address", async () => {
    expect(judge(await authority.issue("*.example.org"))).toMatchObject({ trust: "public" });
    expect(judge(await authority.issue("198.51.100.7"), clock.now(), "198.51.100.7")).toMatchObject({
      trust: "public",
    });
  });

  it("has to be given to others where only its own authority vouches", async () => {
    const pair = await authority.issue(host);
    const cert = pair.cert + authority.root;
    const verdict = judgeFiles({ ...pair, cert, host, now: clock.now(), roots: [] });
    expect(verdict).toEqual({ trust: "uploaded", anchor: authority.root.trim().concat("\n") });
    const own = await makeSelfSigned(host, clock.now());
    expect(judge(own)).toEqual({ trust: "uploaded", anchor: own.cert });
  });

  it.each<[string, (pair: KeyAndCertificate) => Promise<KeyAndCertificate> | KeyAndCertificate]>([
    ["no-certificate", (pair) => ({ ...pair, cert: "hello" })],
    ["no-certificate", (pair) => ({ ...pair, cert: pair.cert.replace("MII", "XXX") })],
    ["no-key", (pair) => ({ ...pair, key: "" })],
    ["key-inside", (pair) => ({ ...pair, cert: pair.cert + pair.key })],
    ["mismatch", async (pair) => ({ ...pair, key: (await authority.issue(host)).key })],
    ["other-host", () => authority.issue("other.example.org")],
    ["other-host", () => authority.issue("198.51.100.7")],
    ["no-anchor", (pair) => ({ ...pair, cert: pair.cert.slice(0, pair.cert.indexOf("-----END") + 26) })],
    [
      "broken-chain",
      async (pair) => ({ ...pair, cert: pair.cert + (await makeSelfSigned("x.org", clock.now())).cert }),
    ],
  ])("is refused: %s", async (fault, spoil) => {
    expect(judge(await spoil(await authority.issue(host)))).toMatchObject({ fault });
  });

  it("is refused before its time and after it", async () => {
    const pair = await authority.issue(host);
    expect(judge(pair, clock.now() - 30 * DAY)).toMatchObject({ fault: "not-yet" });
    expect(judge(pair, clock.now() + 100 * DAY)).toMatchObject({ fault: "ended" });
  });

  it("never makes the judge throw", () => {
    for (const rubbish of ["", "\0", "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----"])
      expect(judge({ cert: rubbish, key: rubbish })).toHaveProperty("fault");
  });
});

describe("at the start", () => {
  it("says which file is missing, with the cure", async () => {
    await expect(open()).rejects.toThrow(UserError);
    await expect(open()).rejects.toThrow(/cert\.pem does not exist; correct its path/);
  });

  it("says for whom the certificate is", async () => {
    put(await authority.issue("other.example.org"));
    await expect(open()).rejects.toThrow(
      /is for DNS:other\.example\.org, but web\.public_url is bot\.example\.org/,
    );
  });

  it("says every fault in three languages", async () => {
    const faults = [
      "missing",
      "unreadable",
      "no-certificate",
      "no-key",
      "key-inside",
      "mismatch",
      "other-host",
    ];
    const values = {
      file: "f",
      certificate: "c",
      key: "k",
      host,
      names: "n",
      from: "d",
      until: "d",
      name: "n",
      issuer: "i",
    };
    for (const language of ["pt-BR", "en", "es"] as const)
      for (const fault of [...faults, "not-yet", "ended", "broken-chain", "no-anchor"])
        for (const key of [fault, `${fault}-cure`])
          expect(loadTexts(language)(`web.files.${key}`, values)).not.toContain("web.files");
  });
});

describe("while it runs", () => {
  const audience = () => {
    const heard: string[] = [];
    return {
      heard,
      announce: async (upload: string | undefined) =>
        void heard.push(`announce ${upload?.match(/BEGIN/g)?.length ?? 0}`),
      serve: ({ cert }: KeyAndCertificate) => void heard.push(`serve ${cert.length}`),
    };
  };
  const looks = async (times: number) => {
    for (let look = 0; look < times; look += 1) {
      await clock.advance(MINUTE);
      await expect.poll(() => clock.pending).toBe(1);
    }
  };

  it("serves new files within a minute, also behind links that turned", async () => {
    mkdirSync(join(folder, "1"));
    mkdirSync(join(folder, "2"));
    const [first, second] = [await authority.issue(host), await authority.issue(host)];
    for (const [name, pair] of [
      ["1", first],
      ["2", second],
    ] as const) {
      writeFileSync(join(folder, name, "c.pem"), pair.cert);
      writeFileSync(join(folder, name, "k.pem"), pair.key);
    }
    const turn = (name: string) => {
      for (const [link, target] of [
        ["cert.pem", "c.pem"],
        ["key.pem", "k.pem"],
      ] as const) {
        rmSync(join(folder, link), { force: true });
        symlinkSync(join(folder, name, target), join(folder, link));
      }
    };
    turn("1");
    const running = await open();
    const { heard, ...ears } = audience();
    running.watch(ears);
    await looks(2);
    expect(heard).toEqual([]);
    turn("2");
    await looks(1);
    expect(heard).toEqual([`serve ${second.cert.length}`]);
    expect(running.current().cert).toBe(second.cert);
    expect(running.status()).toMatchObject({ source: "files", trust: "public", names: [host] });
  });

  it("keeps the old ones while the new ones do not serve, is patient with half of a pair, and says it once", async () => {
    const [first, second] = [await authority.issue(host), await authority.issue(host)];
    put(first);
    const running = await open();
    const { heard, ...ears } = audience();
    running.watch(ears);
    writeFileSync(join(folder, "cert.pem"), second.cert);
    await looks(1);
    expect(running.status().fault).toBeUndefined();
    await looks(3);
    expect(running.status().fault?.key).toBe("web.files.mismatch");
    expect(log.warn).toHaveBeenCalledOnce();
    expect(running.current().cert).toBe(first.cert);
    writeFileSync(join(folder, "key.pem"), second.key);
    await looks(1);
    expect(running.status().fault).toBeUndefined();
    expect(heard).toEqual([`serve ${second.cert.length}`]);
  });

  it("lets who must be given it trust both before the new one is served", async () => {
    put(await makeSelfSigned(host, clock.now()));
    const running = await open();
    const { heard, ...ears } = audience();
    running.watch(ears);
    const next = await makeSelfSigned(host, clock.now());
    put(next);
    await looks(1);
    expect(heard).toEqual(["announce 2", `serve ${next.cert.length}`, "announce 1"]);
    expect(running.upload()).toBe(next.cert);
    put(await authority.issue(host));
    await looks(1);
    expect(heard.slice(3)).toEqual([expect.stringMatching(/^serve/), "announce 0"]);
    expect(running.upload()).toBeUndefined();
  });
});
