// Who a request really comes from: what trusted proxies say of it, and no word of anybody else; `door.ts` asks.

import { BlockList, isIP } from "node:net";

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export interface Proxies {
  /** Undefined is the other end of a Unix socket. */
  trusts(address: string | undefined): boolean;
  /** The address nearest to us that is no trusted proxy; the farthest one when all are; undefined: a Unix socket. */
  clientOf(peer: string | undefined, headers: Headers): string | undefined;
}

export interface Networks {
  has(address: string): boolean;
}

/** `list`: addresses and networks such as `10.0.0.0/8`. @throws Error for anything else */
export function readNetworks(list: readonly string[]): Networks {
  const blocks = new BlockList();
  for (const entry of list) {
    const [text = "", bits] = entry.split("/");
    const family = isIP(text) === 4 ? "ipv4" : "ipv6";
    if (bits === undefined) blocks.addAddress(text, family);
    else blocks.addSubnet(text, Number(bits), family);
  }
  return {
    has: (address) => isIP(address) !== 0 && blocks.check(address, isIP(address) === 4 ? "ipv4" : "ipv6"),
  };
}

/** Of the loopback only the addresses that a connection of this machine comes from: 127.0.0.1 and ::1. */
export function createProxies(list: readonly string[]): Proxies {
  const networks = readNetworks(["127.0.0.1", "::1", ...list]);
  const trusts = (address: string | undefined) => address === undefined || networks.has(address);
  return {
    trusts,
    clientOf: (peer, headers) => {
      let client = peer === undefined ? undefined : plainAddress(peer);
      for (const hop of hopsOf(headers).reverse()) {
        if (!trusts(client)) break;
        const address = plainAddress(hop);
        // A proxy that hides whom it serves is the last that is known.
        if (isIP(address) === 0) break;
        client = address;
      }
      return client;
    },
  };
}

/**
 * X-Forwarded-For is what nginx, Caddy and Traefik write. `Forwarded` counts only without it: they let it through as the
 * client sent it.
 */
function hopsOf(headers: Headers): string[] {
  const common = [headers["x-forwarded-for"] ?? []].flat().join(",");
  if (common !== "") return common.split(",").map(withoutPort);
  const standard = [headers.forwarded ?? []].flat().join(",");
  if (standard === "") return [];
  return standard
    .split(",")
    .map((hop) => withoutPort(/(?:^|;)\s*for\s*=\s*"?([^";]*)"?/i.exec(hop)?.[1] ?? ""));
}

function withoutPort(hop: string): string {
  const text = hop.trim();
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}

/** IPv4 as such, also where a socket of IPv6 wraps it; without a zone. */
export function plainAddress(address: string): string {
  const plain = address.replace(/%.*$/, "");
  const wrapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  return wrapped !== undefined && isIP(wrapped) === 4 ? wrapped : plain;
}

/** What limits count by: an IPv4 address, or the /64 of IPv6, which is what one customer has. */
export function placeOf(address: string): string {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head = "", tail] = plain.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const written = right.length + (plain.includes(".") ? 1 : 0);
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - written);
  const groups = [...left, ...Array<string>(zeros).fill("0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
