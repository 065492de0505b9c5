// Says for whom a certificate is, as Telegram in each of its two ways of looking and as a browser would; pure.

import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";

/** `uploaded`: Telegram was given it, and trusts nothing else. `public`: the world vouches for it. */
export type Reader = "uploaded" | "public" | "browser";

/**
 * With an upload, Telegram compares even an address as if it were a name (tdlib a74d02f41): with the DNS names when there
 * are any, else with the CN. Browsers look at no CN. `host` is an IPv6 address without brackets.
 */
export function isFor(by: Reader, leaf: X509Certificate, host: string): boolean {
  if (by === "uploaded") return leaf.checkHost(host, { subject: "default" }) !== undefined;
  if (isIP(host) !== 0) return leaf.checkIP(host) !== undefined;
  return leaf.checkHost(host, { subject: by === "browser" ? "never" : "default" }) !== undefined;
}
