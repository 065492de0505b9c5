// Makes a fresh key and the request for a certificate; only `order.ts` calls it.

import { isIP } from "node:net";
import "reflect-metadata";
import {
  PemConverter,
  Pkcs10CertificateRequestGenerator,
  SubjectAlternativeNameExtension,
} from "@peculiar/x509";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Both PEM. The host stands only in the SAN: authorities give no CN any more, and for addresses never did. */
export async function makeRequest(host: string): Promise<{ readonly key: string; readonly csr: string }> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const request = await Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? "dns" : "ip", value: host }]),
    ],
  });
  const key = await crypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { key: `${PemConverter.encode(key, "PRIVATE KEY")}\n`, csr: request.toString("pem") };
}
