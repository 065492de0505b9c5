// Keeps one self-signed certificate on disk: makes, reuses and renews it in good time; `web.ts` opens it.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmod, readFile, rename } from "node:fs/promises";
import { isIP } from "node:net";
import type { Log } from "../../bridge/ports.ts";
import type { Clock, Timer } from "../../model/clock.ts";
import type { Texts } from "../../model/texts.ts";
import type { CertificateStatus, KeyAndCertificate } from "./certificates.ts";
import { makePrivateFolder, writeWhole } from "./private-files.ts";
import { statusOf } from "./status.ts";

export interface CertificateStoreOptions {
  readonly folder: string;
  /** The host of the public URL; an IPv6 address without brackets. */
  readonly host: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly texts: Texts;
}

export interface CertificateStore {
  current(): KeyAndCertificate;
  /** Called with every renewed certificate. */
  onRenewed(listener: (certificate: KeyAndCertificate) => void): void;
  status(): CertificateStatus;
  close(): void;
}

const KEY_FILE = "self-signed.key";
const CERT_FILE = "self-signed.pem";

const HOUR_MS = 60 * 60 * 1000;
/** Timers cannot count to a year, and a machine that slept should notice soon. */
const LOOK_EVERY_MS = 24 * HOUR_MS;

/** Resolves with a certificate that is good for `host` now. @throws UserError when the folder cannot be written */
export async function openCertificateStore(options: CertificateStoreOptions): Promise<CertificateStore> {
  const { clock, log } = options;
  const listeners: ((certificate: KeyAndCertificate) => void)[] = [];
  let current = await takeOrMake(options);
  let timer: Timer | undefined;
  let closed = false;

  async function renewWhenDue(): Promise<void> {
    let nextMs = LOOK_EVERY_MS;
    try {
      if (renewalTime(new X509Certificate(current.cert)) <= clock.now()) {
        const renewed = await make(options);
        if (closed) return;
        current = renewed;
        log.info({ host: options.host }, "the certificate was renewed");
        for (const listener of listeners) listener(current);
      }
    } catch (error) {
      log.error({ err: error }, "the certificate could not be renewed; trying again in an hour");
      nextMs = HOUR_MS;
    }
    if (!closed) timer = clock.after(nextMs, () => void renewWhenDue());
  }

  await renewWhenDue();
  return {
    current: () => current,
    onRenewed: (listener) => listeners.push(listener),
    status: () => ({
      ...statusOf("self-signed", { cert: current.cert, trust: "uploaded" }),
      renewAt: renewalTime(new X509Certificate(current.cert)),
    }),
    close: () => {
      closed = true;
      timer?.cancel();
    },
  };
}

/** When the last third of its life begins; milliseconds since 1970. */
export function renewalTime(certificate: X509Certificate): number {
  const from = certificate.validFromDate.getTime();
  const to = certificate.validToDate.getTime();
  return from + ((to - from) * 2) / 3;
}

async function takeOrMake(options: CertificateStoreOptions): Promise<KeyAndCertificate> {
  const { folder, host, log, texts } = options;
  await makePrivateFolder(folder, texts);
  await chmod(folder, 0o700);
  const [key, cert] = await Promise.all([readIfThere(folder, KEY_FILE), readIfThere(folder, CERT_FILE)]);
  if (key === undefined && cert === undefined) return await make(options);
  const fault = faultOf(key, cert, host);
  if (fault === undefined && key !== undefined && cert !== undefined) {
    await chmod(`${folder}/${KEY_FILE}`, 0o600);
    return { key, cert };
  }
  await setAside(folder);
  log.warn({ folder, fault }, "the certificate on disk does not serve; it was kept as .old and replaced");
  return await make(options);
}

async function readIfThere(folder: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(`${folder}/${name}`, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Why this pair is not what we would make ourselves; undefined when it serves. */
function faultOf(key: string | undefined, cert: string | undefined, host: string): string | undefined {
  if (key === undefined || cert === undefined) return "one of its two files is missing";
  try {
    const certificate = new X509Certificate(cert);
    if (!certificate.checkPrivateKey(createPrivateKey(key))) return "key and certificate do not fit together";
    if (!certificate.verify(certificate.publicKey)) return "it is not self-signed";
    return isFor(certificate, host) ? undefined : "it is for another host";
  } catch {
    return "it is broken";
  }
}

function isFor(certificate: X509Certificate, host: string): boolean {
  const names = certificate.subjectAltName ?? "";
  // One made elsewhere may lack the CN that Telegram wants beside an IP address, or carry other names.
  if (isIP(host) !== 0)
    return (
      certificate.checkIP(host) !== undefined &&
      certificate.subject === `CN=${host}` &&
      !names.includes("DNS:")
    );
  return names === `DNS:${host}`;
}

async function setAside(folder: string): Promise<void> {
  for (const name of [KEY_FILE, CERT_FILE]) {
    if ((await readIfThere(folder, name)) !== undefined)
      await rename(`${folder}/${name}`, `${folder}/${name}.old`);
  }
}

async function make({ folder, host, clock, texts }: CertificateStoreOptions): Promise<KeyAndCertificate> {
  await makePrivateFolder(folder, texts);
  // Loaded only when needed: making one takes a library that keeping one does not.
  const { makeSelfSigned } = await import("./self-signed.ts");
  const made = await makeSelfSigned(host, clock.now());
  // A crash between the two leaves a pair that does not fit; the next start sees that and makes a new one.
  await writeWhole({ folder, name: KEY_FILE, mode: 0o600 }, made.key, texts);
  await writeWhole({ folder, name: CERT_FILE, mode: 0o644 }, made.cert, texts);
  return made;
}
