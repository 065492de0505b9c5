// Which addresses of the internet are for everybody, and finding those of a name; all that fetches asks it before it connects.

import { lookup } from "node:dns/promises";
import { BlockList, isIP, isIPv4, type LookupFunction } from "node:net";
import { isReservedIpv4 } from "../../model/reserved-ipv4.ts";

/** IANA, IPv6 Special-Purpose Address Registry, and what carries an IPv4 address inside: it could carry a private one. */
const RESERVED: readonly (readonly [string, number])[] = [
  // Unspecified, loopback, and the old IPv4-compatible form.
  ["::", 96],
  // IPv4-mapped.
  ["::ffff:0:0", 96],
  // IPv4-translated (SIIT).
  ["::ffff:0:0:0", 96],
  // NAT64, well known and local.
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  // Discard, and the dummy prefix.
  ["100::", 64],
  ["100:0:0:1::", 64],
  // Protocol assignments: Teredo, benchmarking, ORCHID.
  ["2001::", 23],
  ["2001:db8::", 32],
  // 6to4.
  ["2002::", 16],
  ["3fff::", 20],
  // Segment routing.
  ["5f00::", 16],
  // Unique local, link-local, the old site-local, multicast.
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
];

const reserved = new BlockList();
for (const [network, bits] of RESERVED) reserved.addSubnet(network, bits, "ipv6");

/** False for every address that is not of the public internet, and for what is no address. */
export function isPublicAddress(address: string): boolean {
  const plain = bare(address);
  if (isIPv4(plain)) return !isReservedIpv4(plain);
  // A zone (`fe80::1%eth0`) only makes sense where it is.
  return isIP(plain) === 6 && !plain.includes("%") && !reserved.check(plain, "ipv6");
}

/** All addresses of a name. @throws when it has none */
export type Resolve = (host: string) => Promise<readonly string[]>;

export const resolveByDns: Resolve = async (host) => {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
};

/** Somebody asked for an address that is not for everybody. */
export class NotPublic extends Error {
  constructor() {
    super("the address is not of the public internet");
    this.name = "NotPublic";
  }
}

export interface Reach {
  readonly resolve: Resolve;
  /** Private addresses too. */
  readonly allowPrivate: boolean;
  /** `isPublicAddress`, unless told: for tests, which have no public address. */
  readonly isPublic?: (address: string) => boolean;
}

/**
 * The addresses of a name that may be connected to; one private address among them spoils them all, for who sets such a trap
 * could answer differently the next time.
 * @throws NotPublic, or what `resolve` throws
 */
export async function reachable(
  host: string,
  { resolve, allowPrivate, isPublic = isPublicAddress }: Reach,
): Promise<readonly string[]> {
  const plain = bare(host);
  const addresses = isIP(plain) ? [plain] : await resolve(plain);
  if (!allowPrivate && !addresses.every((address) => isPublic(address))) throw new NotPublic();
  if (addresses.length === 0) throw new Error("the name has no address");
  return addresses;
}

/** Without the brackets of IPv6. */
export function bare(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

/** For a connection: the name means these addresses and no others, whatever anybody would answer now. */
export function pinnedTo(addresses: readonly string[]): LookupFunction {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, { all: isForAll }, done) => {
    if (isForAll) done(null, all);
    else done(null, all[0]?.address ?? "", all[0]?.family);
  };
}
