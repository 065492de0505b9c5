// A keeper of ACME certificates on a real authority and a real HTTPS server, with what it said and did; ACME tests use it.

import { execFileSync } from "node:child_process";
import type { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, request, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadTexts } from "../../src/texts.ts";
import { type AcmeOptions, openAcme } from "../../src/web/tls/acme/acme.ts";
import type { ChallengeDoor } from "../../src/web/tls/acme/door.ts";
import type { Audience, CertificateKeeper, Served } from "../../src/web/tls/certificates.ts";
import { makeSelfSigned } from "../../src/web/tls/self-signed.ts";
import { statusOf } from "../../src/web/tls/status.ts";
import { LeapClock } from "./leap-clock.ts";
import type { Pebble } from "./pebble.ts";

export interface AcmeRig {
  readonly clock: LeapClock;
  readonly folder: string;
  readonly server: Server;
  /** What the audience heard, in order: `serve self-signed`, `serve acme`, `announce`, `announce nothing`. */
  readonly heard: readonly string[];
  readonly warnings: readonly string[];
  /** When it said it would try again; milliseconds since 1970. */
  readonly retries: readonly number[];
  /** The fallbacks that were made, with whom they tell of their changes. */
  readonly fallbacks: readonly { readonly audience: Audience | undefined; readonly isClosed: boolean }[];
  /** Opens and watches one; those that came before are closed. */
  open(
    host: string,
    doors: readonly ChallengeDoor[],
    more?: Partial<AcmeOptions>,
  ): Promise<CertificateKeeper>;
  stop(): Promise<void>;
}

/** `listen` is a port of loopback; the server answers every request with `ok`. */
export async function startAcmeRig(pebble: Pebble, listen: number): Promise<AcmeRig> {
  const clock = new LeapClock();
  const folder = mkdtempSync(join(tmpdir(), "matebot-acme-"));
  const heard: string[] = [];
  const warnings: string[] = [];
  const retries: number[] = [];
  const quiet = () => undefined;
  const log = {
    ...{ debug: quiet, info: quiet },
    warn: (fields: { readonly again?: string }, message: string) => {
      warnings.push(message);
      if (fields.again !== undefined) retries.push(Date.parse(fields.again));
    },
    error: (_fields: object, message: string) => void warnings.push(`error: ${message}`),
  };
  const first = await makeSelfSigned("before.example.org", Date.now());
  const server = createServer({ ...first }, (_request, response) => response.end("ok"));
  await new Promise<void>((resolve) => server.listen(listen, "127.0.0.1", resolve));
  const audience: Audience = {
    announce: async (upload) => void heard.push(upload === undefined ? "announce nothing" : "announce"),
    serve: (served) => {
      heard.push(`serve ${served.trust}`);
      server.setSecureContext(served);
    },
  };
  let keeper: CertificateKeeper | undefined;
  const fallbacks: Fallback[] = [];
  return {
    ...{ clock, folder, server, heard, warnings, retries, fallbacks },
    open: async (host, doors, more = {}) => {
      await keeper?.close();
      keeper = await openAcme({
        ...{ host, folder, doors, clock, log, random: Math.random, texts: loadTexts("en") },
        settings: { directory: pebble.directory, roots: pebble.httpsRoot },
        fallback: () => selfSigned(host, clock.now(), fallbacks),
        ...more,
      });
      server.setSecureContext(keeper.current());
      keeper.watch(audience);
      return keeper;
    },
    stop: async () => {
      await keeper?.close();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      rmSync(folder, { recursive: true });
    },
  };
}

interface Fallback {
  audience: Audience | undefined;
  isClosed: boolean;
}

async function selfSigned(host: string, now: number, made: Fallback[]): Promise<CertificateKeeper> {
  const served: Served = { ...(await makeSelfSigned(host, now)), trust: "uploaded" };
  const mine: Fallback = { audience: undefined, isClosed: false };
  made.push(mine);
  return {
    current: () => served,
    upload: () => served.cert,
    watch: (audience) => {
      mine.audience = audience;
    },
    status: () => statusOf("self-signed", served),
    close: async () => {
      mine.isClosed = true;
    },
  };
}

/** The certificate a client of that host gets (no SNI for an address), whoever vouches for it. */
export function certificateAt(server: Server, host: string): Promise<X509Certificate> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const servername = /^[\d.:]+$/.test(host) ? "" : host;
    const call = request({ host: "127.0.0.1", port, servername, rejectUnauthorized: false, agent: false });
    call.on("error", reject);
    call.on("response", (response) => {
      const socket = response.socket as import("node:tls").TLSSocket;
      const certificate = socket.getPeerX509Certificate();
      response.resume();
      if (certificate) resolve(certificate);
      else reject(new Error("no certificate came"));
    });
    call.end();
  });
}

/** What OpenSSL says of a chain (leaf first), as a client that trusts only `root` and asks for `host`. */
export function judge(chain: string, root: string, host: string): string {
  const folder = mkdtempSync(join(tmpdir(), "matebot-judge-"));
  try {
    for (const [name, text] of Object.entries({ chain, root })) writeFileSync(join(folder, name), text);
    const check = /^[\d.:]+$/.test(host) ? "-verify_ip" : "-verify_hostname";
    const files = [
      "-CAfile",
      join(folder, "root"),
      "-untrusted",
      join(folder, "chain"),
      join(folder, "chain"),
    ];
    const purpose = ["-x509_strict", "-purpose", "sslserver"];
    return execFileSync("openssl", ["verify", ...purpose, check, host, ...files], {
      encoding: "utf8",
      stdio: "pipe",
    });
  } catch (error) {
    return String((error as { readonly stderr?: string }).stderr);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
