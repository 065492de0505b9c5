// The self-signed certificate, with OpenSSL as the judge: it is what Telegram verifies with.

import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasOpenssl, NO_OPENSSL, needs } from "../../../test/support/needs.ts";
import { makeSelfSigned, VALID_DAYS } from "./self-signed.ts";

const folder = mkdtempSync(join(tmpdir(), "matebot-certificate-"));
afterAll(() => rmSync(folder, { recursive: true }));

const file = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync("openssl", args, { encoding: "utf8", stdio: "pipe" });

const longName = `${"a".repeat(60)}.example.org`;

const hosts = [
  { host: "bot.example.org", san: "DNS:bot.example.org", cn: true },
  { host: "203.0.113.5", san: "IP Address:203.0.113.5", cn: true },
  { host: "2001:db8::1", san: "IP Address:2001:DB8:0:0:0:0:0:1", cn: true },
  { host: longName, san: `DNS:${longName}`, cn: false },
];

describe.each(hosts)("for $host", ({ host, san, cn }) => {
  needs(hasOpenssl, NO_OPENSSL);
  let cert: string;
  beforeAll(async () => {
    const pair = await makeSelfSigned(host, Date.now());
    cert = pair.cert;
    writeFileSync(file("cert.pem"), pair.cert);
    writeFileSync(file("key.pem"), pair.key);
  });

  it("OpenSSL trusts it for that host as a host name, and for no other", () => {
    const verify = (name: string) =>
      openssl(
        "verify",
        "-x509_strict",
        "-CAfile",
        file("cert.pem"),
        "-verify_hostname",
        name,
        file("cert.pem"),
      );
    expect(verify(host)).toContain("OK");
    expect(() => verify("other.example.org")).toThrow(/hostname mismatch/);
  });

  it("key and certificate fit", () => {
    const ofKey = openssl("pkey", "-in", file("key.pem"), "-pubout");
    const ofCert = openssl("x509", "-in", file("cert.pem"), "-noout", "-pubkey");
    expect(ofKey).toBe(ofCert);
  });

  it("has the one name it is for, P-256, and no right to sign others", () => {
    const text = openssl("x509", "-in", file("cert.pem"), "-noout", "-text");
    expect(/Subject Alternative Name:.*\n\s*(.*)\n/.exec(text)?.[1]).toBe(san);
    expect(text).toContain("NIST CURVE: P-256");
    expect(text).toContain("CA:FALSE");
    expect(text).toContain("TLS Web Server Authentication");
    expect(new X509Certificate(cert).subject ?? "").toBe(cn ? `CN=${host}` : "");
  });
});

it("is trusted for an IP address as an address, too", async (context) => {
  if (!hasOpenssl) context.skip(NO_OPENSSL);
  writeFileSync(file("ip.pem"), (await makeSelfSigned("203.0.113.5", Date.now())).cert);
  const args = ["-CAfile", file("ip.pem"), "-verify_ip", "203.0.113.5", file("ip.pem")];
  expect(openssl("verify", ...args)).toContain("OK");
});

it("lasts from a day before now for the stated days, by the clock it was given", async () => {
  const now = Date.UTC(2030, 5, 1);
  const certificate = new X509Certificate((await makeSelfSigned("bot.example.org", now)).cert);
  expect(certificate.validFromDate.getTime()).toBe(now - 86_400_000);
  expect(certificate.validToDate.getTime()).toBe(now + VALID_DAYS * 86_400_000);
});

it("has a serial and a key of its own every time", async () => {
  const pairs = await Promise.all([1, 2].map(() => makeSelfSigned("bot.example.org", 0)));
  const certificates = pairs.map((pair) => new X509Certificate(pair.cert));
  expect(new Set(certificates.map((certificate) => certificate.serialNumber)).size).toBe(2);
  expect(new Set(pairs.map((pair) => pair.key)).size).toBe(2);
});
