// Decides who does TLS and with which certificate, and says why; `web.ts` acts on it, `doctor` and the panel repeat it.

import { isIP, isIPv4 } from "node:net";
import { isLocalName } from "../../config/public-url.ts";
import { LETS_ENCRYPT } from "../../config/web-schema.ts";
import type { WebConfig } from "../../config.ts";
import { isReservedIpv4 } from "../../model/reserved-ipv4.ts";
import type { Values } from "../../model/texts.ts";
import { formatListen } from "../listen.ts";

/** A key of the texts below `web.tls`, a sentence. */
export interface Reason {
  readonly key: string;
  readonly values?: Values;
}

export interface TlsPlan {
  /** `acme` has a self-signed certificate for as long as the authority gave none. */
  readonly mode: "off" | "self-signed" | "files" | "acme";
  /** For whom the certificate is; an IPv6 address without brackets. Absent when `off`. */
  readonly host?: string;
  readonly why: Reason;
  /** Why not a better one; empty when there is none. */
  readonly passedOver: readonly Reason[];
}

type Asked = Pick<WebConfig, "tls" | "listen" | "files" | "acme">;

/** `publicUrl` is what the outside is told, once it is found out. */
export function planTls(web: Asked, publicUrl: URL | undefined): TlsPlan {
  const off = (key: string, values: Values = {}): TlsPlan => ({
    mode: "off",
    why: { key, values },
    passedOver: [],
  });
  if (web.tls === "off") return off("off-asked");
  if (publicUrl === undefined) return off("no-url");
  if (publicUrl.protocol === "http:") return off("http");
  const host = hostOf(publicUrl);
  if (web.tls !== "auto")
    return { mode: web.tls, host, why: { key: `${web.tls}-asked`, values: { host } }, passedOver: [] };
  if (web.files) return { mode: "files", host, why: { key: "files-named" }, passedOver: [] };
  if (isClosed(web) && !isLoopback(host)) return off("behind-proxy", { address: formatListen(web.listen) });
  const against = againstAcme(web, host);
  if (against === undefined)
    return { mode: "acme", host, why: { key: "acme-possible", values: { host } }, passedOver: [] };
  return { mode: "self-signed", host, why: { key: "self-signed", values: { host } }, passedOver: [against] };
}

/** Only who stands before us on this machine can reach what is bound. */
function isClosed({ listen }: Asked): boolean {
  return listen.kind === "unix" || isLoopback(listen.host);
}

function againstAcme({ acme }: Asked, host: string): Reason | undefined {
  if (isLoopback(host)) return { key: "not-public", values: { host } };
  if (acme === undefined) return { key: "no-terms" };
  // An authority of one's own may know names that the world does not.
  if (acme.directory !== LETS_ENCRYPT) return undefined;
  const unknown = isIPv4(host) ? isReservedIpv4(host) : isIP(host) === 0 && isLocalName(host);
  return unknown ? { key: "not-public", values: { host } } : undefined;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}

/** The host as certificates name it: an IPv6 address has no brackets there. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, "");
}
