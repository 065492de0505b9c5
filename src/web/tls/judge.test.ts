// What is said of a certificate, row by row, held against OpenSSL's own verdict.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { isIP } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { hasOpenssl, NO_OPENSSL, needs } from "../../../test/support/needs.ts";
import { makeCertificate, type TestCertificate } from "../../sandbox/telegram/test-certificates.ts";
import { type Judge, type JudgeFault, judge } from "./judge.ts";
import { makeSelfSigned } from "./self-signed.ts";

const IP = "203.0.113.5";
const NAME = "bot.example.org";

/** OpenSSL's word on it, as Telegram asks: with an upload every host is a name. */
function openssl(by: Judge, chain: readonly string[], host: string, anchors: string): boolean {
  const folder = mkdtempSync(join(tmpdir(), "judge-"));
  const file = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const [leaf = "", ...others] = chain;
  const asName = by === "uploaded" || isIP(host) === 0;
  try {
    execFileSync(
      "openssl",
      [
        ...["verify", "-no-CApath", "-no-CAstore", "-CAfile", file("anchors.pem", anchors)],
        ...(others.length > 0 ? ["-untrusted", file("chain.pem", others.join(""))] : []),
        ...[asName ? "-verify_hostname" : "-verify_ip", host, file("leaf.pem", leaf)],
      ],
      { stdio: "pipe" },
    );
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe("a certificate", () => {
  needs(hasOpenssl, NO_OPENSSL);
  const made = new Map<string, TestCertificate>();
  beforeAll(() => {
    if (!hasOpenssl) return;
    const root = makeCertificate({ cn: "Root", ca: true });
    const middle = makeCertificate({ cn: "Middle", ca: true, issuer: root });
    for (const [name, certificate] of Object.entries({
      root,
      middle,
      "CN alone": makeCertificate({ cn: IP }),
      "CN and IP": makeCertificate({ cn: IP, san: [`IP:${IP}`] }),
      "IP alone": makeCertificate({ san: [`IP:${IP}`], cn: "x" }),
      "address as a name": makeCertificate({ cn: "x", san: [`DNS:${IP}`] }),
      "CN and another name": makeCertificate({ cn: IP, san: ["DNS:other.org"] }),
      name: makeCertificate({ cn: NAME, san: [`DNS:${NAME}`] }),
      wildcard: makeCertificate({ cn: "x", san: ["DNS:*.example.org"] }),
      "another name": makeCertificate({ cn: "other.org", san: ["DNS:other.org"] }),
      issued: makeCertificate({ cn: NAME, san: [`DNS:${NAME}`], issuer: middle }),
      "of the root": makeCertificate({ cn: NAME, san: [`DNS:${NAME}`], issuer: root }),
    }))
      made.set(name, certificate);
  });
  const pem = (name: string) => made.get(name)?.cert ?? "";

  type Row = [string, Judge, string, readonly string[], readonly string[], JudgeFault | undefined];
  const rows: readonly Row[] = [
    ["CN alone", "uploaded", IP, ["CN alone"], ["CN alone"], undefined],
    ["CN alone", "public", IP, ["CN alone"], ["CN alone"], "name"],
    ["CN and IP", "uploaded", IP, ["CN and IP"], ["CN and IP"], undefined],
    ["CN and IP", "public", IP, ["CN and IP"], ["CN and IP"], undefined],
    ["IP alone", "uploaded", IP, ["IP alone"], ["IP alone"], "name"],
    ["IP alone", "public", IP, ["IP alone"], ["IP alone"], undefined],
    ["address as a name", "uploaded", IP, ["address as a name"], ["address as a name"], undefined],
    ["address as a name", "public", IP, ["address as a name"], ["address as a name"], "name"],
    ["CN and another name", "uploaded", IP, ["CN and another name"], ["CN and another name"], "name"],
    ["CN and another name", "public", IP, ["CN and another name"], ["CN and another name"], "name"],
    ["a name", "uploaded", NAME, ["name"], ["name"], undefined],
    ["a wildcard", "public", NAME, ["wildcard"], ["wildcard"], undefined],
    ["another name", "uploaded", NAME, ["another name"], ["another name"], "name"],
    ["one nobody knows", "uploaded", NAME, ["name"], ["another name"], "untrusted"],
    ["two of one name", "uploaded", NAME, ["name"], ["another name", "name"], undefined],
    ["a whole chain", "public", NAME, ["issued", "middle"], ["root"], undefined],
    ["a chain with its root", "public", NAME, ["issued", "middle", "root"], ["root"], undefined],
    ["a chain without its middle", "public", NAME, ["issued"], ["root"], "untrusted"],
    ["an uploaded middle", "uploaded", NAME, ["issued"], ["middle"], "untrusted"],
    ["an uploaded middle and root", "uploaded", NAME, ["issued"], ["middle", "root"], undefined],
    ["an uploaded leaf of another", "uploaded", NAME, ["of the root"], ["of the root"], "untrusted"],
  ];
  it.each(rows)("%s, seen by %s", (_, by, host, chain, anchors, expected) => {
    const served = chain.map(pem);
    const trusted = anchors.map(pem).join("");
    const facts = { chain: served, host, now: Date.now(), upload: trusted, roots: anchors.map(pem) };
    expect(judge(by, facts)).toBe(expected);
    expect(openssl(by, served, host, trusted)).toBe(expected === undefined);
  });

  it.each([IP, NAME])("that we make for %s is taken by Telegram, also beside its successor", async (host) => {
    const [first, second] = [await makeSelfSigned(host, Date.now()), await makeSelfSigned(host, Date.now())];
    const upload = first.cert + second.cert;
    for (const { cert } of [first, second]) {
      expect(judge("uploaded", { chain: [cert], host, now: Date.now(), upload })).toBeUndefined();
      expect(openssl("uploaded", [cert], host, upload)).toBe(true);
      expect(judge("browser", { chain: [cert], host, now: Date.now() })).toBe("untrusted");
    }
  });

  it("is no good before its time, and after it", () => {
    const facts = { chain: [pem("name")], host: NAME, upload: pem("name") };
    expect(judge("uploaded", { ...facts, now: Date.now() - 40 * 86_400_000 })).toBe("not-yet");
    expect(judge("uploaded", { ...facts, now: Date.now() + 40 * 86_400_000 })).toBe("ended");
  });

  it("lives too long for a browser", () => {
    const long = makeCertificate({ cn: NAME, san: [`DNS:${NAME}`], days: 500 });
    const facts = { chain: [long.cert], host: NAME, now: Date.now(), roots: [long.cert] };
    expect(judge("browser", facts)).toBe("too-long");
    expect(judge("public", facts)).toBeUndefined();
  });
});
