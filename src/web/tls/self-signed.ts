// Makes the self-signed certificate that Telegram is given to trust; only its keeper calls it.

import { isIP } from "node:net";
import "reflect-metadata";
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { KeyAndCertificate } from "./certificates.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Expiry is enforced by Telegram, so a bot that was off for long must not come back with a dead certificate; and a
 * key should not live for ever. 397 days is what browsers accept at most, so none of them complains either.
 */
export const VALID_DAYS = 397;

// X.520, ub-common-name: a longer name does not fit.
const MAX_COMMON_NAME = 64;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/**
 * A fresh ECDSA P-256 key and a certificate for `host` (a name, an IPv4 or an IPv6 address without brackets), valid
 * from a day before `now` (milliseconds since 1970; clocks differ).
 */
export async function makeSelfSigned(host: string, now: number): Promise<KeyAndCertificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  // Telegram compares even an IP address with the CN as if it were a name; a DNS name beside it would switch the CN
  // off (tdlib commit a74d02f41). A CN that cannot hold the host is left out: the SAN then says it alone.
  const subject = host.length <= MAX_COMMON_NAME ? [{ CN: [{ utf8String: host }] }] : [];
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: new Name(subject),
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + VALID_DAYS * DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      // An empty subject makes the SAN critical. RFC 5280, 4.2.1.6.
      new SubjectAlternativeNameExtension(
        [{ type: isIP(host) === 0 ? "dns" : "ip", value: host }],
        subject.length === 0,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      // Tells two certificates of the same name apart: OpenSSL picks the wrong one from a file that holds both.
      await AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`, cert: `${certificate.toString("pem")}\n` };
}

/** 16 random bytes, positive and without a leading zero. RFC 5280, 4.1.2.2. */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Buffer.from(bytes).toString("hex");
}
