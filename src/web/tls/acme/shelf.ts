// Keeps on disk what an authority gave: the account's key, the certificate, when validations failed; `acme.ts` opens it.

import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { chmod, readFile, rename } from "node:fs/promises";
import type { Log } from "../../../bridge/ports.ts";
import type { Texts } from "../../../model/texts.ts";
import type { KeyAndCertificate } from "../certificates.ts";
import { makePrivateFolder, writeWhole } from "../private-files.ts";
import { serves } from "./order.ts";

export interface ShelfOptions {
  /** Where certificates of every kind live. */
  readonly folder: string;
  readonly directory: string;
  /** A DNS name, or an IP address without brackets. */
  readonly host: string;
  readonly texts: Texts;
  readonly log: Log;
}

export interface Shelf {
  /** PEM; made at the first call ever, and the same from then on. */
  accountKey(): Promise<string>;
  /** The stored one, when it is for the host and has not ended at `now`. */
  certificate(now: number): Promise<KeyAndCertificate | undefined>;
  keep(certificate: KeyAndCertificate): Promise<void>;
  /** When validations failed lately; milliseconds since 1970. */
  failures(): Promise<readonly number[]>;
  keepFailures(times: readonly number[]): Promise<void>;
}

const ACCOUNT_FILE = "account.key";

/** Every authority has a folder, so that trying the staging one first leaves nothing behind. */
export async function openShelf(options: ShelfOptions): Promise<Shelf> {
  const { directory, host, texts, log } = options;
  const folder = `${options.folder}/acme/${plain(new URL(directory).host)}`;
  await makePrivateFolder(folder, texts);
  for (const each of [`${options.folder}/acme`, folder]) await chmod(each, 0o700);
  // Key and chain in one file: a crash never leaves a pair that does not fit.
  const certificateFile = `${plain(host)}.pem`;
  const failuresFile = `${plain(host)}.failed.json`;
  const write = (name: string, content: string) => writeWhole({ folder, name, mode: 0o600 }, content, texts);
  const setAside = async (name: string, cause: unknown) => {
    await rename(`${folder}/${name}`, `${folder}/${name}.old`);
    log.warn({ err: cause }, texts("acme.set-aside", { file: `${folder}/${name}`, kept: `${name}.old` }));
  };

  return {
    accountKey: async () => {
      const stored = await read(folder, ACCOUNT_FILE);
      if (stored !== undefined) {
        try {
          if (createPrivateKey(stored).asymmetricKeyType === "ec") return stored;
          await setAside(ACCOUNT_FILE, new Error("it is no P-256 key"));
        } catch (error) {
          await setAside(ACCOUNT_FILE, error);
        }
      }
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const made = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      await write(ACCOUNT_FILE, made);
      return made;
    },
    certificate: async (now) => {
      const stored = await read(folder, certificateFile);
      if (stored === undefined) return undefined;
      try {
        const pair = splitPem(stored);
        if (serves(pair, host, now)) return pair;
        // It has ended, which is no fault of the file: the next one takes its place.
        if (new X509Certificate(pair.cert).validToDate.getTime() <= now) return undefined;
        throw new Error("it is for another host, or key and certificate do not fit together");
      } catch (error) {
        await setAside(certificateFile, error);
        return undefined;
      }
    },
    keep: ({ key, cert }) => write(certificateFile, key + cert),
    failures: async () => timesIn(await read(folder, failuresFile)),
    keepFailures: (times) => write(failuresFile, JSON.stringify(times)),
  };
}

/** A host as the name of a file. */
function plain(host: string): string {
  return host.replace(/[^\w.-]/g, "_");
}

async function read(folder: string, name: string): Promise<string | undefined> {
  try {
    const text = await readFile(`${folder}/${name}`, "utf8");
    await chmod(`${folder}/${name}`, 0o600);
    return text;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

function splitPem(text: string): KeyAndCertificate {
  const start = text.indexOf("-----BEGIN CERTIFICATE-----");
  if (start === -1) throw new Error("there is no certificate in it");
  return { key: text.slice(0, start), cert: text.slice(start) };
}

/** Its loss costs nothing but a question too many. */
function timesIn(text: string | undefined): readonly number[] {
  try {
    const times: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(times) ? times.filter((time) => Number.isFinite(time)) : [];
  } catch {
    return [];
  }
}
