// testssl.sh judges the listener: nothing above LOW, but that nobody vouches for a self-signed certificate.

import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadTexts } from "../../src/texts.ts";
import { createWebServer, type WebServer } from "../../src/web/server.ts";
import { makeSelfSigned } from "../../src/web/tls/self-signed.ts";
import { needs } from "../support/needs.ts";

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly finding: string;
}

const there = spawnSync("testssl", ["--version"], { stdio: "ignore" }).error === undefined;
needs(there, "no judge for the listener: testssl is missing (apt install testssl.sh)");

const QUIET = ["OK", "INFO", "LOW", "DEBUG"];
/** About the OpenSSL that testssl itself uses, not about the listener. */
const OF_THE_JUDGE = ["engine_problem"];
/** Nobody vouches for it, so nobody can take that back. */
const SELF_SIGNED = ["cert_chain_of_trust", "cert_revocation"];

let folder: string;
let server: WebServer;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "matebot-testssl-"));
  server = createWebServer({
    listen: { kind: "tcp", host: "127.0.0.1", port: 0 },
    tls: await makeSelfSigned("127.0.0.1", Date.now()),
    health: async () => ({ status: "ok", connections: [] }),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    texts: loadTexts("en"),
  });
  await server.start();
});
afterEach(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** Its own OpenSSL gives up on a busy machine: what could not be looked at is looked at again. */
async function judged(...checks: readonly string[]): Promise<readonly Finding[]> {
  const found = await judgedOnce(...checks);
  const missed = found.some(({ finding }) => finding.includes("connect problem"));
  return missed ? await judgedOnce(...checks) : found;
}

async function judgedOnce(...checks: readonly string[]): Promise<readonly Finding[]> {
  const address = server.address();
  const port = address.kind === "tcp" ? address.port : 0;
  const file = join(folder, `${checks.join("")}.json`);
  // testssl writes over no file.
  rmSync(file, { force: true });
  const quietly = ["--quiet", "--color", "0", "--warnings", "batch", "--nodns", "none"];
  const args = [...quietly, ...checks, "--openssl-timeout", "10", "--jsonfile", file, `127.0.0.1:${port}`];
  // Its exit code counts what it found; what matters is what it wrote.
  await new Promise<void>((resolve) => {
    execFile("testssl", args, { maxBuffer: 2 ** 24 }, () => resolve());
  });
  return JSON.parse(readFileSync(file, "utf8"));
}

it("finds nothing above LOW", async () => {
  const findings = (await Promise.all([judged("-p", "-s", "-f", "-S"), judged("-U")])).flat();
  const grave = findings.filter(
    ({ id, severity }) => !QUIET.includes(severity) && ![...OF_THE_JUDGE, ...SELF_SIGNED].includes(id),
  );
  expect(grave).toEqual([]);
  // What it did not look at would not be found.
  const told = new Map(findings.map(({ id, finding }) => [id.replace(/ .*/, ""), finding]));
  expect([told.get("TLS1_2"), told.get("TLS1_3")]).toEqual(["offered", expect.stringContaining("offered")]);
  for (const version of ["SSLv2", "SSLv3", "TLS1", "TLS1_1"])
    expect(told.get(version), version).toContain("not offered");
  for (const hole of [
    "heartbleed",
    "CCS",
    "ROBOT",
    "secure_renego",
    "CRIME_TLS",
    "SWEET32",
    "FREAK",
    "BEAST",
    "RC4",
  ])
    expect(told.has(hole), hole).toBe(true);
}, 180_000);
