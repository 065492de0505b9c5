// Looks whether Telegram can find the public address by DNS: an IPv4 address of the internet; the start and the doctor ask.

import { Resolver } from "node:dns/promises";
import { isIPv4, isIPv6 } from "node:net";
import { isReservedIpv4 } from "../../../model/reserved-ipv4.ts";
import type { Values } from "../../../model/texts.ts";

/** Both give [] when the name has no such record. @throws what node:dns throws when nobody could be asked */
export interface Resolve {
  v4(host: string): Promise<readonly string[]>;
  v6(host: string): Promise<readonly string[]>;
}

export interface AddressVerdict {
  readonly level: "ok" | "warning" | "fault" | "skipped";
  /** With `telegram-doctor.public-address.` before it the key of a text; `-cure` behind it for all but `ok`. */
  readonly name: string;
  readonly values: Values;
}

export interface CheckOptions {
  /** A Bot API server of one's own calls private addresses, too. */
  readonly allowReserved?: boolean;
}

// A start should not hang on a DNS server that does not answer.
const patience = { timeout: 2_000, tries: 2 };

/** Asks the DNS servers of this machine, and not its hosts file, which Telegram does not know either. */
export const systemResolve: Resolve = {
  v4: (host) => noneIsEmpty(new Resolver(patience).resolve4(host)),
  v6: (host) => noneIsEmpty(new Resolver(patience).resolve6(host)),
};

async function noneIsEmpty(answer: Promise<readonly string[]>): Promise<readonly string[]> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOTFOUND" || error.code === "ENODATA"))
      return [];
    throw error;
  }
}

/** `ipAddress` is what Telegram is given instead of asking DNS. A fault is what no waiting cures. Never throws. */
export async function checkAddress(
  url: URL,
  ipAddress: string | undefined,
  resolve: Resolve,
  { allowReserved = false }: CheckOptions = {},
): Promise<AddressVerdict> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isReserved = (address: string) => !allowReserved && isReservedIpv4(address);
  if (ipAddress !== undefined && isReserved(ipAddress))
    return { level: "fault", name: "pinned-reserved", values: { host, ip: ipAddress } };
  try {
    const v4 = isIPv4(host) ? [host] : isIPv6(host) ? [] : await resolve.v4(host);
    const v6 = v4.length > 0 ? [] : isIPv6(host) ? [host] : await resolve.v6(host);
    return judge({ host, v4, v6, ipAddress, isReserved });
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";
    return { level: "skipped", name: "unknown", values: { host, reason } };
  }
}

interface Found {
  readonly host: string;
  readonly v4: readonly string[];
  /** Looked up only where there is no IPv4. */
  readonly v6: readonly string[];
  readonly ipAddress: string | undefined;
  readonly isReserved: (address: string) => boolean;
}

function judge({ host, v4, v6, ipAddress, isReserved }: Found): AddressVerdict {
  const values = { host, ip: v4.join(", ") };
  if (ipAddress !== undefined) {
    const pinned = { host, ip: ipAddress, found: v4.join(", ") };
    if (v4.includes(ipAddress)) return { level: "ok", name: "ok", values };
    return v4.length === 0
      ? { level: "warning", name: "pinned-only", values: pinned }
      : { level: "warning", name: "differs", values: pinned };
  }
  if (v4.length === 0 && v6.length > 0)
    return { level: "fault", name: "ipv6-only", values: { host, ip: v6.join(", ") } };
  if (v4.length === 0) return { level: "warning", name: "none", values: { host } };
  if (v4.every(isReserved)) return { level: "fault", name: "reserved", values };
  // Telegram takes the one it is given first.
  if (v4.some(isReserved)) return { level: "warning", name: "partly-reserved", values };
  return { level: "ok", name: "ok", values };
}
