// Keeps on disk the certificates of our own: the one that is served and the one that will follow it; its keeper opens it.

import { createPrivateKey, X509Certificate } from "node:crypto";
import { chmod, readFile, rename, rm } from "node:fs/promises";
import { isIP } from "node:net";
import type { Log } from "../../bridge/ports.ts";
import type { Texts } from "../../model/texts.ts";
import type { KeyAndCertificate } from "./certificates.ts";
import { makePrivateFolder, writeWhole } from "./private-files.ts";

export interface ShelfParts {
  readonly folder: string;
  /** An IPv6 address without brackets. */
  readonly host: string;
  readonly log: Log;
  readonly texts: Texts;
}

export interface SelfSignedShelf {
  /** What was served last; undefined when there is none that serves. */
  readonly current: KeyAndCertificate | undefined;
  /** What was to follow it. */
  readonly next: KeyAndCertificate | undefined;
  keepNext(pair: KeyAndCertificate): Promise<void>;
  /** From now on it is what is served, and nothing follows it. */
  keepCurrent(pair: KeyAndCertificate): Promise<void>;
}

type Place = "self-signed" | "self-signed.next";

/**
 * A crash between any two writes leaves a state that is understood: while a pair moves into the place of the current one
 * it still lies in its own. @throws UserError when the folder cannot be written
 */
export async function openSelfSignedShelf(parts: ShelfParts): Promise<SelfSignedShelf> {
  const { folder, texts } = parts;
  await makePrivateFolder(folder, texts);
  await chmod(folder, 0o700);
  const write = async (place: Place, { key, cert }: KeyAndCertificate) => {
    await makePrivateFolder(folder, texts);
    await writeWhole({ folder, name: `${place}.key`, mode: 0o600 }, key, texts);
    await writeWhole({ folder, name: `${place}.pem`, mode: 0o644 }, cert, texts);
  };
  const dropNext = async () => {
    for (const name of namesOf("self-signed.next")) await rm(`${folder}/${name}`, { force: true });
  };
  const next = await takeNext(parts, dropNext);
  return {
    next,
    current: await takeCurrent(parts, next !== undefined),
    keepNext: (pair) => write("self-signed.next", pair),
    keepCurrent: async (pair) => {
      await write("self-signed", pair);
      await dropNext();
    },
  };
}

/** One that was cut off while it was written was never announced: it is made again. */
async function takeNext(
  { folder, host }: ShelfParts,
  drop: () => Promise<void>,
): Promise<KeyAndCertificate | undefined> {
  const { key, cert } = await readPair(folder, "self-signed.next");
  if (key === undefined && cert === undefined) return undefined;
  if (key !== undefined && cert !== undefined && faultOf({ key, cert }, host) === undefined)
    return { key, cert };
  await drop();
  return undefined;
}

async function takeCurrent(
  { folder, host, log }: ShelfParts,
  isFollowed: boolean,
): Promise<KeyAndCertificate | undefined> {
  const { key, cert } = await readPair(folder, "self-signed");
  if (key === undefined && cert === undefined) return undefined;
  const fault =
    key === undefined || cert === undefined
      ? "one of its two files is missing"
      : faultOf({ key, cert }, host);
  if (fault === undefined && key !== undefined && cert !== undefined) {
    await chmod(`${folder}/self-signed.key`, 0o600);
    return { key, cert };
  }
  // Its successor was being put in its place.
  if (isFollowed) return undefined;
  for (const name of namesOf("self-signed")) await setAside(`${folder}/${name}`);
  log.warn({ folder, fault }, "the certificate on disk does not serve; it was kept as .old and replaced");
  return undefined;
}

function namesOf(place: Place): readonly string[] {
  return [`${place}.key`, `${place}.pem`];
}

async function readPair(
  folder: string,
  place: Place,
): Promise<{ readonly key: string | undefined; readonly cert: string | undefined }> {
  const [key, cert] = await Promise.all(namesOf(place).map((name) => readIfThere(`${folder}/${name}`)));
  return { key, cert };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

async function setAside(path: string): Promise<void> {
  try {
    await rename(path, `${path}.old`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

/** Why this pair is not what we would make ourselves; undefined when it serves. */
function faultOf({ key, cert }: KeyAndCertificate, host: string): string | undefined {
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
