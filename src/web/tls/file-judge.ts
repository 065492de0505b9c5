// Says whether a certificate and a key of two files serve for a host, and who vouches for them; pure; `file-keeper.ts` asks.

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext, rootCertificates } from "node:tls";
import type { Values } from "../../model/texts.ts";
import { isFor } from "./names.ts";

export interface FilesToJudge {
  /** PEM: the leaf, then what leads to the root. */
  readonly cert: string;
  readonly key: string;
  /** An IPv6 address without brackets. */
  readonly host: string;
  readonly now: number;
  /** PEM; Node's own, unless told. */
  readonly roots?: readonly string[];
}

export type FilesFault =
  | "no-certificate"
  | "no-key"
  | "key-inside"
  | "mismatch"
  | "other-host"
  | "not-yet"
  | "ended"
  | "broken-chain"
  | "no-anchor"
  /** TLS itself refuses to use it. */
  | "weak"
  /** Telegram, which is given it, would not find the host in it. */
  | "no-cn";

export type FilesVerdict =
  /** `anchor`: what others must be given to trust it; undefined when the world vouches. */
  | { readonly trust: "public"; readonly anchor: undefined }
  | { readonly trust: "uploaded"; readonly anchor: string }
  | { readonly fault: FilesFault; readonly values?: Values };

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

export function judgeFiles({ cert, key, host, now, roots = rootCertificates }: FilesToJudge): FilesVerdict {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(cert)) return { fault: "key-inside" };
  const chain = chainIn(cert);
  const [leaf] = chain ?? [];
  if (!chain || !leaf) return { fault: "no-certificate" };
  const secret = keyIn(key);
  if (!secret) return { fault: "no-key" };
  if (!leaf.checkPrivateKey(secret)) return { fault: "mismatch" };
  const names = leaf.subjectAltName ?? leaf.subject;
  if (!isFor("public", leaf, host) && !isFor("uploaded", leaf, host))
    return { fault: "other-host", values: { names } };
  for (const one of chain) {
    if (one.validFromDate.getTime() > now)
      return { fault: "not-yet", values: { from: day(one.validFromDate) } };
    if (one.validToDate.getTime() <= now) return { fault: "ended", values: { until: day(one.validToDate) } };
  }
  const verdict = anchorOf(chain, roots);
  if ("fault" in verdict) return verdict;
  if (!isFor(verdict.trust, leaf, host)) return { fault: "no-cn" };
  return weakness({ cert, key }) ?? verdict;
}

/** Only OpenSSL knows what its security level allows: a short key, SHA-1 in the chain. A server would die of it. */
function weakness(pair: { readonly cert: string; readonly key: string }): FilesVerdict | undefined {
  try {
    createSecureContext(pair);
    return undefined;
  } catch (error) {
    const reason = /([^:]+)$/.exec(error instanceof Error ? error.message : String(error))?.[1] ?? "";
    return { fault: "weak", values: { reason } };
  }
}

/** Each is vouched for by the next one; the last by a root of the world, or by itself. */
function anchorOf(chain: readonly X509Certificate[], roots: readonly string[]): FilesVerdict {
  for (const [index, one] of chain.entries()) {
    const next = chain[index + 1];
    if (next && !isIssuedBy(one, next)) return { fault: "broken-chain", values: { name: one.subject } };
  }
  const trusted = roots.map((root) => new X509Certificate(root));
  const isTrusted = (one: X509Certificate) =>
    trusted.some((root) => root.fingerprint256 === one.fingerprint256 || isIssuedBy(one, root));
  if (chain.some(isTrusted)) return { trust: "public", anchor: undefined };
  const last = chain.at(-1);
  if (last && isSelfSigned(last)) return { trust: "uploaded", anchor: last.toString() };
  return { fault: "no-anchor", values: { issuer: last?.issuer ?? "" } };
}

/** Not by `checkIssued`: a leaf that may only sign for itself would fail it. */
function isSelfSigned(one: X509Certificate): boolean {
  return one.subject === one.issuer && one.verify(one.publicKey);
}

function isIssuedBy(one: X509Certificate, other: X509Certificate): boolean {
  return one.checkIssued(other) && one.verify(other.publicKey);
}

function chainIn(pem: string): readonly X509Certificate[] | undefined {
  try {
    return (pem.match(BLOCK) ?? []).map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

function keyIn(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
