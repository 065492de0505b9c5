// Pairs that fit their host and still cannot be used: refused at the start with the cure, kept out while running.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import "reflect-metadata";
import { PemConverter, SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { UserError } from "../../model/errors.ts";
import { ManualClock } from "../../sandbox/manual-clock.ts";
import { loadTexts } from "../../texts.ts";
import type { KeyAndCertificate } from "./certificates.ts";
import { judgeFiles } from "./file-judge.ts";
import { openFiles } from "./file-keeper.ts";
import { makeSelfSigned } from "./self-signed.ts";

const NAME = "bot.example.org";
const IP = "203.0.113.5";
const MINUTE = 60_000;
const RSA = { name: "RSASSA-PKCS1-v1_5", publicExponent: new Uint8Array([1, 0, 1]), hash: "SHA-256" };

interface Wanted {
  readonly cn: string;
  readonly san: { readonly type: "dns" | "ip"; readonly value: string };
  readonly bits?: number;
}

async function make({ cn, san, bits = 2048 }: Wanted): Promise<KeyAndCertificate> {
  const algorithm = { ...RSA, modulusLength: bits };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...{ keys, serialNumber: "01", name: `CN=${cn}`, signingAlgorithm: algorithm },
    notBefore: new Date(Date.now() - MINUTE),
    notAfter: new Date(Date.now() + 30 * 24 * 60 * MINUTE),
    extensions: [new SubjectAlternativeNameExtension([san])],
  });
  const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  return { key: `${key}\n`, cert: `${certificate.toString("pem")}\n` };
}

const ofName = { type: "dns", value: NAME } as const;
const ofIp = { type: "ip", value: IP } as const;

describe("what stands in the way", () => {
  it.each<[string, Wanted, string, "public" | "uploaded", string | undefined]>([
    ["a short key", { cn: NAME, san: ofName, bits: 1024 }, NAME, "uploaded", "weak"],
    ["a short key that the world vouches for", { cn: NAME, san: ofName, bits: 1024 }, NAME, "public", "weak"],
    ["a long one", { cn: NAME, san: ofName }, NAME, "uploaded", undefined],
    ["an address without its CN, uploaded", { cn: "x", san: ofIp }, IP, "uploaded", "no-cn"],
    ["an address with its CN, uploaded", { cn: IP, san: ofIp }, IP, "uploaded", undefined],
    ["an address without its CN, of the world", { cn: "x", san: ofIp }, IP, "public", undefined],
    ["an address with its CN alone, uploaded", { cn: IP, san: ofName }, IP, "uploaded", "other-host"],
  ])("%s", async (_, wanted, host, trust, fault) => {
    const pair = await make(wanted);
    const roots = trust === "public" ? [pair.cert] : [];
    const verdict = judgeFiles({ ...pair, host, now: Date.now(), roots });
    expect(verdict).toEqual(
      fault === undefined ? expect.objectContaining({ trust }) : expect.objectContaining({ fault }),
    );
  });
});

describe("files", () => {
  let folder: string;
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const clock = new ManualClock(Date.now());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "matebot-obstacle-"));
    log.warn.mockClear();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = ({ cert, key }: KeyAndCertificate) => {
    writeFileSync(join(folder, "cert.pem"), cert);
    writeFileSync(join(folder, "key.pem"), key);
  };
  const open = (host: string) => {
    const files = { certificate: join(folder, "cert.pem"), key: join(folder, "key.pem") };
    return openFiles({ ...files, host, clock, log, texts: loadTexts("en"), roots: [] });
  };

  it("with a short key are refused at the start, with the reason and the cure", async () => {
    put(await make({ cn: NAME, san: ofName, bits: 1024 }));
    await expect(open(NAME)).rejects.toThrow(UserError);
    await expect(open(NAME)).rejects.toThrow(/cert\.pem: ee key too small; make a new pair with an ECDSA/);
  });

  it("for an address that Telegram would not know are refused with the cure", async () => {
    put(await make({ cn: "x", san: ofIp }));
    await expect(open(IP)).rejects.toThrow(`make one with CN=${IP} and subjectAltName=IP:${IP}`);
  });

  it("with a short key never take the place of good ones, and looking goes on", async () => {
    const first = await makeSelfSigned(NAME, clock.now());
    put(first);
    const keeper = await open(NAME);
    const serve = vi.fn();
    keeper.watch({ announce: async () => {}, serve });
    put(await make({ cn: NAME, san: ofName, bits: 1024 }));
    for (let look = 0; look < 2; look += 1) {
      await clock.advance(MINUTE);
      await expect.poll(() => clock.pending).toBe(1);
    }
    expect(keeper.status().fault?.key).toBe("web.files.weak");
    expect(log.warn).toHaveBeenCalledOnce();
    expect(serve).not.toHaveBeenCalled();
    expect(keeper.current().cert).toBe(first.cert);
    const third = await makeSelfSigned(NAME, clock.now());
    put(third);
    await clock.advance(MINUTE);
    await expect.poll(() => keeper.current().cert).toBe(third.cert);
    expect(keeper.status().fault).toBeUndefined();
    await keeper.close();
  });
});
