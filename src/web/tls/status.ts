// Reads from a certificate what the panel and `doctor` tell of it; the keepers call it.

import { X509Certificate } from "node:crypto";
import type { CertificateStatus, Served } from "./certificates.ts";

/** `served` is PEM, the leaf first. */
export function statusOf(
  source: CertificateStatus["source"],
  { cert, trust }: Pick<Served, "cert" | "trust">,
): CertificateStatus {
  const leaf = new X509Certificate(cert);
  return {
    ...{ source, trust },
    names: namesIn(leaf),
    issuer: leaf.issuer.split("\n").join(", "),
    validUntil: leaf.validToDate.getTime(),
  };
}

/** The names and addresses it is for; the CN where it has no other. */
export function namesIn(leaf: X509Certificate): readonly string[] {
  const names = (leaf.subjectAltName ?? "").split(", ").flatMap((entry) => {
    const [, name] = /^(?:DNS|IP Address):(.+)$/.exec(entry) ?? [];
    return name === undefined ? [] : [name];
  });
  const common = /(?:^|\n)CN=(.+)/.exec(leaf.subject)?.[1];
  return names.length > 0 || common === undefined ? names : [common];
}
