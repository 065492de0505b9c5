// Makes the certificate that answers a tls-alpn-01 challenge; `alpn-door.ts` shows it to the authority only.

import { createHash } from "node:crypto";
import { isIP } from "node:net";
import "reflect-metadata";
import {
  Extension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from "@peculiar/x509";
import type { KeyAndCertificate } from "../certificates.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
/** id-pe-acmeIdentifier. RFC 8737, 6.1. */
const ACME_IDENTIFIER = "1.3.6.1.5.5.7.1.31";
/** The head of an OCTET STRING of 32 bytes. */
const OCTETS_32 = Buffer.from([0x04, 0x20]);

/** RFC 8737, 3; RFC 8738, 4 for an address. `now` is milliseconds since 1970. */
export async function makeChallengeCertificate(
  host: string,
  keyAuthorization: string,
  now: number,
): Promise<KeyAndCertificate> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const digest = createHash("sha256").update(keyAuthorization).digest();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: "01",
    name: "CN=acme-tls-alpn-01",
    notBefore: new Date(now - DAY_MS),
    notAfter: new Date(now + DAY_MS),
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? "dns" : "ip", value: host }]),
      new Extension(ACME_IDENTIFIER, true, Buffer.concat([OCTETS_32, digest])),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { key: PemConverter.encode(key, "PRIVATE KEY"), cert: certificate.toString("pem") };
}
