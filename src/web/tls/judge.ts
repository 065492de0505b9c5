// Says what Telegram, in each of its two ways of looking, and a browser would say of a certificate; pure; `doctor` asks.

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { rootCertificates } from "node:tls";

/** `uploaded`: Telegram was given a certificate; it then trusts nothing else. `public`: Telegram was given none. */
export type Judge = "uploaded" | "public" | "browser";

export type JudgeFault = "name" | "not-yet" | "ended" | "untrusted" | "too-long";

export interface Case {
  /** PEM, as served: the leaf first. */
  readonly chain: readonly string[];
  /** An IPv6 address without brackets. */
  readonly host: string;
  readonly now: number;
  /** PEM, one or several: what Telegram was given. */
  readonly upload?: string;
  /** PEM; Node's own, unless told. */
  readonly roots?: readonly string[];
}

/** CA/Browser Forum, Baseline Requirements 6.3.2: browsers take no longer life from an authority of the world. */
const BROWSER_DAYS = 398;
const DAY_MS = 86_400_000;
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Undefined when it has nothing against it. @throws when the PEM is none */
export function judge(
  by: Judge,
  { chain, host, now, upload = "", roots = rootCertificates }: Case,
): JudgeFault | undefined {
  const served = chain.map((pem) => new X509Certificate(pem));
  const [leaf] = served;
  if (!leaf) return "untrusted";
  if (leaf.validFromDate.getTime() > now) return "not-yet";
  if (leaf.validToDate.getTime() <= now) return "ended";
  if (!isFor(by, leaf, host)) return "name";
  const anchors = by === "uploaded" ? (upload.match(BLOCK) ?? []) : roots;
  if (
    !isTrusted(
      served,
      anchors.map((pem) => new X509Certificate(pem)),
      now,
    )
  )
    return "untrusted";
  const days = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / DAY_MS;
  return by === "browser" && days > BROWSER_DAYS ? "too-long" : undefined;
}

/**
 * With an upload, Telegram compares even an address as if it were a name (tdlib a74d02f41): with the DNS names when there
 * are any, else with the CN. Browsers look at no CN.
 */
function isFor(by: Judge, leaf: X509Certificate, host: string): boolean {
  if (by === "uploaded") return leaf.checkHost(host, { subject: "default" }) !== undefined;
  if (isIP(host) !== 0) return leaf.checkIP(host) !== undefined;
  return leaf.checkHost(host, { subject: by === "browser" ? "never" : "default" }) !== undefined;
}

/** From the leaf upwards, over whatever was served, until one is an anchor or is vouched for by one. */
function isTrusted(
  served: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: number,
): boolean {
  const prints = new Set(anchors.map(({ fingerprint256 }) => fingerprint256));
  let one = served[0];
  for (let depth = 0; one && depth < 10; depth += 1) {
    const current = one;
    if (current.validToDate.getTime() <= now) return false;
    // A leaf that is an anchor must vouch for itself: OpenSSL takes no chain that ends in the middle.
    if (prints.has(current.fingerprint256) && current.verify(current.publicKey)) return true;
    const anchor = anchors.find((root) => isIssuedBy(current, root) && root.verify(root.publicKey));
    if (anchor) return anchor.validToDate.getTime() > now;
    one = [...served, ...anchors].find((other) => other !== current && isIssuedBy(current, other));
  }
  return false;
}

function isIssuedBy(one: X509Certificate, other: X509Certificate): boolean {
  return one.issuer === other.subject && one.checkIssued(other) && one.verify(other.publicKey);
}
