// Says why a pair that fits its host still cannot be served, or would be refused by Telegram; `file-keeper.ts` asks.

import { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import type { Values } from "../../model/texts.ts";
import type { Served } from "./certificates.ts";

export interface Obstacle {
  /** `weak`: TLS refuses to use it. `no-cn`: Telegram, which is given it, would not know the host in it. */
  readonly code: "weak" | "no-cn";
  readonly values: Values;
}

/** Undefined when nothing stands in the way. `host` is an IPv6 address without brackets; the PEM must be sound. */
export function obstacleOf({ key, cert, trust }: Served, host: string): Obstacle | undefined {
  try {
    // Only OpenSSL knows what its security level allows: a short key, SHA-1 in the chain. A server would die of it.
    createSecureContext({ key, cert });
  } catch (error) {
    const reason = /([^:]+)$/.exec(error instanceof Error ? error.message : String(error))?.[1] ?? "";
    return { code: "weak", values: { reason } };
  }
  // Whoever is given a certificate compares even an address as if it were a name (tdlib a74d02f41).
  const isFor = trust === "public" || new X509Certificate(cert).checkHost(host, { subject: "default" });
  return isFor === undefined ? { code: "no-cn", values: { host } } : undefined;
}
