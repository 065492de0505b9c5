// What Telegram's cloud demands of a webhook URL; `loadConfig` calls it, and other callers for the list of ports.

import { isIP } from "node:net";
import { isReservedIpv4 } from "../model/reserved-ipv4.ts";

/** Bot API 10.1, setWebhook: the only ports the cloud calls. */
export const CLOUD_PORTS: readonly number[] = [443, 80, 88, 8443];

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
