// Starts a real ACME authority (Pebble) with its DNS on free ports of loopback; the ACME tests get certificates from it.

import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../src/demo/free-port.ts";

export const hasPebble =
  ["pebble", "pebble-challtestsrv"].every((program) => spawnSync(program, ["-h"]).error === undefined) &&
  spawnSync("openssl", ["version"]).status === 0;
export const NO_PEBBLE = "no authority to ask: Pebble or OpenSSL is missing (apt install pebble openssl)";

export interface PebbleOptions {
  /** Where it knocks for http-01 and tls-alpn-01, instead of at 80 and 443. */
  readonly httpPort: number;
  readonly tlsPort: number;
  /** In percent. */
  readonly badNonces?: number;
}

export interface Pebble {
  readonly directory: string;
  /** PEM; what vouches for the directory's own HTTPS. */
  readonly httpsRoot: string;
  /** PEM; the key of that certificate, for who stands between. */
  readonly httpsKey: string;
  /** PEM; what vouches for the certificates it gives. A new one at every start. */
  issuingRoot(): Promise<string>;
  /** Names lead to 127.0.0.1 unless they are told otherwise; an empty list: the name does not exist. */
  point(name: string, addresses: readonly string[]): Promise<void>;
  /** The authority is gone, its DNS stays. */
  down(): Promise<void>;
  /** It is back at the same address, and remembers nothing. */
  up(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPebble(options: PebbleOptions): Promise<Pebble> {
  const folder = mkdtempSync(join(tmpdir(), "matebot-pebble-"));
  const httpsRoot = makeHttpsCertificate(folder);
  const [port = 0, management = 0, dns = 0, dnsManagement = 0] = await freePorts(4);
  const config = {
    listenAddress: `127.0.0.1:${port}`,
    managementListenAddress: `127.0.0.1:${management}`,
    certificate: join(folder, "cert.pem"),
    privateKey: join(folder, "key.pem"),
    httpPort: options.httpPort,
    tlsPort: options.tlsPort,
    ocspResponderURL: "",
    externalAccountBindingRequired: false,
  };
  writeFileSync(join(folder, "pebble.json"), JSON.stringify({ pebble: config }));
  const call = (url: string, body?: object) => exchange(url, httpsRoot, body);
  const names = spawn(
    "pebble-challtestsrv",
    [
      ...["-dns01", `127.0.0.1:${dns}`, "-management", `127.0.0.1:${dnsManagement}`],
      ...["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""],
    ],
    { stdio: "ignore" },
  );
  const boot = async () => {
    const server = spawn(
      "pebble",
      ["-config", join(folder, "pebble.json"), "-dnsserver", `127.0.0.1:${dns}`],
      {
        env: {
          ...process.env,
          PEBBLE_VA_NOSLEEP: "1",
          PEBBLE_WFE_NONCEREJECT: String(options.badNonces ?? 0),
          // An authorization that is valid already would leave nothing to prove.
          PEBBLE_AUTHZREUSE: "0",
        },
        stdio: "ignore",
      },
    );
    await untilAnswers(() => call(`https://localhost:${port}/dir`), server);
    return server;
  };
  let server = await boot();
  await untilAnswers(() => fetch(`http://127.0.0.1:${dnsManagement}/`), names);
  return {
    directory: `https://localhost:${port}/dir`,
    httpsRoot,
    httpsKey: readFileSync(join(folder, "key.pem"), "utf8"),
    issuingRoot: () => call(`https://localhost:${management}/roots/0`),
    point: async (name, addresses) => {
      const tell = (what: string, body: object) =>
        fetch(`http://127.0.0.1:${dnsManagement}/${what}`, { method: "POST", body: JSON.stringify(body) });
      await tell("clear-a", { host: name });
      if (addresses.length > 0) await tell("add-a", { host: name, addresses });
      else await tell("set-servfail", { host: name });
    },
    down: () => end(server),
    up: async () => {
      server = await boot();
    },
    stop: async () => {
      await Promise.all([end(server), end(names)]);
      rmSync(folder, { recursive: true });
    },
  };
}

/** Ports of loopback that nobody holds now, each a different one. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const found = new Set<number>();
  while (found.size < count) found.add(await freePort());
  return [...found];
}

function makeHttpsCertificate(folder: string): string {
  const file = join(folder, "cert.pem");
  const args = [
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    join(folder, "key.pem"),
    "-out",
    file,
    "-days",
    "30",
  ];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", "-x509", ...args, ...names], { stdio: "ignore" });
  return readFileSync(file, "utf8");
}

function exchange(url: string, ca: string, body?: object): Promise<string> {
  const agent = new Agent({ ca });
  return new Promise((resolve, reject) => {
    const call = request(url, { agent, method: body ? "POST" : "GET" }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve(text));
      response.on("error", reject);
    });
    call.on("error", reject);
    call.end(body && JSON.stringify(body));
  }).finally(() => agent.destroy()) as Promise<string>;
}

async function untilAnswers(ask: () => Promise<unknown>, program: ChildProcess): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await ask();
      return;
    } catch (error) {
      if (program.exitCode !== null || tries === 200)
        throw new Error("the program did not start", { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const gone = new Promise((resolve) => program.once("exit", resolve));
  program.kill("SIGKILL");
  await gone;
}
