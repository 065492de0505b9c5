// A certificate authority of the tests' own: a root, an intermediate, and leaves for names and addresses.

import type { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import "reflect-metadata";
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { KeyAndCertificate } from "../../src/web/tls/certificates.ts";

const DAY_MS = 86_400_000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

export interface Authority {
  /** PEM. */
  readonly root: string;
  /** Valid for 90 days; the chain holds the leaf and the intermediate. */
  issue(host: string): Promise<KeyAndCertificate>;
}

export async function makeAuthority(now: number): Promise<Authority> {
  const root = await makeOne({ name: "CN=Root of the tests", now, days: 3650 });
  const middle = await makeOne({ name: "CN=Intermediate of the tests", now, days: 1825, issuer: root });
  return {
    root: pem(root.certificate),
    issue: async (host) => {
      const leaf = await makeOne({ name: `CN=${host}`, now, days: 90, issuer: middle, host });
      const key = await crypto.subtle.exportKey("pkcs8", leaf.keys.privateKey);
      return {
        key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`,
        cert: pem(leaf.certificate) + pem(middle.certificate),
      };
    },
  };
}

interface Made {
  readonly certificate: X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Wanted {
  readonly name: string;
  readonly now: number;
  readonly days: number;
  /** Absent: itself. */
  readonly issuer?: Made;
  readonly host?: string;
}

async function makeOne({ name, now, days, issuer, host }: Wanted): Promise<Made> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(crypto.getRandomValues(new Uint8Array(8))).toString("hex"),
    subject: name,
    issuer: issuer?.certificate.subject ?? name,
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + days * DAY_MS),
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    signingAlgorithm: ALGORITHM,
    extensions:
      host === undefined
        ? [new BasicConstraintsExtension(true, undefined, true)]
        : [
            new BasicConstraintsExtension(false, undefined, true),
            new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
            new SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? "dns" : "ip", value: host }]),
          ],
  });
  return { certificate, keys };
}

function pem(certificate: X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}
