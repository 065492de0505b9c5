// What Telegram's cloud demands of a webhook URL; `loadConfig` calls it, and other callers for the list of ports.

import { BlockList, isIP } from "node:net";

/** Bot API 10.1, setWebhook: the only ports the cloud calls. */
export const CLOUD_PORTS: readonly number[] = [443, 80, 88, 8443];

/** Ranges the cloud refuses ("IP address 10.0.0.5 is reserved"). Telegram's td, IPAddress.cpp. */
const RESERVED: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
];

const reserved = new BlockList();
for (const [network, bits] of RESERVED) reserved.addSubnet(network, bits, "ipv4");

/** Names that lead nowhere from outside. RFC 6761, RFC 6762. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa|test|invalid)$/;

export type PublicUrlFault =
  | "url-shape"
  | "url-https"
  | "url-port"
  | "url-ipv6"
  | "url-reserved"
  | "url-local";

/** Reads the URL without a trailing slash; undefined when it is no http(s) URL, or carries a query or a fragment. */
export function parsePublicUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== "" || url.hash !== "") return undefined;
  url.pathname = url.pathname.replace(/\/+$/, "");
  return url;
}

/** Telegram's cloud never calls it, for it is not of the public internet. */
export function isReservedIpv4(address: string): boolean {
  return reserved.check(address);
}

/** A name that only a network of one's own knows. */
export function isLocalName(name: string): boolean {
  return LOCAL_NAME.test(name) || !name.includes(".");
}

/** What keeps Telegram's cloud from calling this URL; undefined when nothing does. */
export function cloudFault(url: URL): PublicUrlFault | undefined {
  if (url.protocol !== "https:") return "url-https";
  if (!CLOUD_PORTS.includes(url.port === "" ? 443 : Number(url.port))) return "url-port";
  if (url.hostname.startsWith("[")) return "url-ipv6";
  if (isIP(url.hostname) === 4) return isReservedIpv4(url.hostname) ? "url-reserved" : undefined;
  return isLocalName(url.hostname) ? "url-local" : undefined;
}
