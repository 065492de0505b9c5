// Tells whether the world knows who gave a certificate; `keeper.ts` warns of a testing or private authority by it.

import { X509Certificate } from "node:crypto";
import { getCACertificates } from "node:tls";

/** `chain` is PEM, the leaf first; `roots` are those this machine trusts. */
export function isKnown(chain: string, roots: readonly string[] = getCACertificates("default")): boolean {
  const last = chain.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)?.at(-1);
  if (last === undefined) return false;
  const top = new X509Certificate(last);
  return roots.some((pem) => {
    const root = new X509Certificate(pem);
    return top.checkIssued(root) && top.verify(root.publicKey);
  });
}
