// For whom a certificate is, row by row, held against OpenSSL's own verdict.

import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasOpenssl, NO_OPENSSL, needs } from "../../../test/support/needs.ts";
import { type CertificateRequest, makeCertificate } from "../../sandbox/telegram/test-certificates.ts";
import { isFor, type Reader } from "./names.ts";
import { makeSelfSigned } from "./self-signed.ts";

const IP = "203.0.113.5";
const NAME = "bot.example.org";

/** OpenSSL's word on it, as Telegram asks: with an upload every host is a name. */
function openssl(by: Reader, cert: string, host: string, anchors = cert): boolean {
  const folder = mkdtempSync(join(tmpdir(), "names-"));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const way = by === "uploaded" || isIP(host) === 0 ? "-verify_hostname" : "-verify_ip";
  const trust = ["-no-CApath", "-no-CAstore", "-CAfile", file("anchors.pem", anchors)];
  try {
    execFileSync("openssl", ["verify", ...trust, way, host, file("leaf.pem", cert)], { stdio: "pipe" });
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a certificate", () => {
  needs(hasOpenssl, NO_OPENSSL);

  type Row = [string, Reader, CertificateRequest, string, boolean];
  const rows: readonly Row[] = [
    ["CN alone", "uploaded", { cn: IP }, IP, true],
    ["CN alone", "public", { cn: IP }, IP, false],
    ["CN and IP", "uploaded", { cn: IP, san: [`IP:${IP}`] }, IP, true],
    ["CN and IP", "public", { cn: IP, san: [`IP:${IP}`] }, IP, true],
    ["IP alone", "uploaded", { cn: "x", san: [`IP:${IP}`] }, IP, false],
    ["IP alone", "public", { cn: "x", san: [`IP:${IP}`] }, IP, true],
    ["an address as a name", "uploaded", { cn: "x", san: [`DNS:${IP}`] }, IP, true],
    ["an address as a name", "public", { cn: "x", san: [`DNS:${IP}`] }, IP, false],
    ["CN and another name", "uploaded", { cn: IP, san: ["DNS:other.org"] }, IP, false],
    ["CN and another name", "public", { cn: IP, san: ["DNS:other.org"] }, IP, false],
    ["a name", "uploaded", { cn: NAME, san: [`DNS:${NAME}`] }, NAME, true],
    ["a name", "public", { cn: NAME, san: [`DNS:${NAME}`] }, NAME, true],
    ["a wildcard", "public", { cn: "x", san: ["DNS:*.example.org"] }, NAME, true],
    ["another name", "uploaded", { cn: "other.org", san: ["DNS:other.org"] }, NAME, false],
  ];
  it.each(rows)("with %s, seen by %s", (_, by, wanted, host, expected) => {
    const { cert } = makeCertificate(wanted);
    expect(isFor(by, new X509Certificate(cert), host)).toBe(expected);
    expect(openssl(by, cert, host)).toBe(expected);
  });

  it("with a CN alone is none for a browser", () => {
    const leaf = new X509Certificate(makeCertificate({ cn: NAME }).cert);
    expect(isFor("public", leaf, NAME)).toBe(true);
    expect(isFor("browser", leaf, NAME)).toBe(false);
  });

  it.each([IP, NAME])("that we make for %s is taken by Telegram, also beside its successor", async (host) => {
    const [first, second] = [await makeSelfSigned(host, Date.now()), await makeSelfSigned(host, Date.now())];
    for (const { cert } of [first, second]) {
      expect(isFor("uploaded", new X509Certificate(cert), host)).toBe(true);
      expect(openssl("uploaded", cert, host, first.cert + second.cert)).toBe(true);
    }
  });
});
