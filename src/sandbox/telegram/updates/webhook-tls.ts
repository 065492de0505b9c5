// Connects to a webhook the way Telegram does: its own trust, its own idea of names, no ALPN. Used by webhook-wire.ts.

import { X509Certificate } from "node:crypto";
import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";

export interface WebhookTarget {
  readonly url: URL;
  /** The IPv4 address to connect to, resolved or given. */
  readonly ip: string;
  /** The PEM that was uploaded; it is then the only trust store. */
  readonly certificate?: string;
  /** PEMs that stand for the system's trust store; undefined is Node's own. */
  readonly systemCa?: readonly string[];
}

/** Resolves when the connection is ready for the request. @throws Error with the codes of Node */
export function connectWebhook(target: WebhookTarget): Promise<Socket> {
  const { url, ip } = target;
  const port = portOf(url);
  return new Promise((resolve, reject) => {
    const socket =
      url.protocol === "http:"
        ? connectTcp({ host: ip, port }, () => resolve(socket))
        : connectTls({ ...tlsOptions(target), host: ip, port }, () => resolve(socket));
    // tdlib, tdutils/td/utils/port/SocketFd.cpp, init_socket_options: every socket of the server has TCP_NODELAY.
    socket.setNoDelay(true);
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("socket hang up")));
  });
}

export function portOf(url: URL): number {
  if (url.port !== "") return Number(url.port);
  return url.protocol === "http:" ? 80 : 443;
}

/** tdlib SslStream.cpp and SslCtx.cpp. */
function tlsOptions({ url, certificate, systemCa }: WebhookTarget) {
  const host = url.hostname;
  const ca = certificate === undefined ? systemCa : [certificate];
  return {
    // SNI is sent for names, never for IP literals.
    servername: isIP(host) ? "" : host,
    ...(ca && { ca: [...ca] }),
    checkServerIdentity: (_: string, peer: { readonly raw: Buffer }) =>
      matches(new X509Certificate(peer.raw), host, certificate !== undefined)
        ? undefined
        : Object.assign(new Error("certificate verify failed"), { code: "ERR_TLS_CERT_ALTNAME_INVALID" }),
  };
}

/**
 * Without an upload an IP needs an IP SAN. With one it is compared as a host name (tdlib a74d02f41): with the DNS
 * SANs when there are any, else with the CN. `checkHost` is OpenSSL's X509_check_host, the very function.
 */
function matches(leaf: X509Certificate, host: string, uploaded: boolean): boolean {
  if (isIP(host) && !uploaded) return leaf.checkIP(host) !== undefined;
  return leaf.checkHost(host, { subject: "default" }) !== undefined;
}

const VERIFY_FAILED: ReadonlySet<string> = new Set([
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_CHAIN_TOO_LONG",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "INVALID_CA",
  "INVALID_PURPOSE",
]);

/** `last_error_message` for a failed connection; undefined for what Telegram does not record (a clean close). */
export function connectionError(
  error: Error & { readonly code?: string; readonly syscall?: string },
): string | undefined {
  const code = error.code ?? "";
  if (VERIFY_FAILED.has(code)) return sslError("0A000086", "certificate verify failed");
  if (
    code === "ERR_SSL_WRONG_VERSION_NUMBER" ||
    /wrong version number|packet length too long/.test(error.message)
  ) {
    return sslError("0A00010B", "wrong version number");
  }
  const ssl = /error:([0-9A-F]{8}):SSL routines:[^:]*:([^:]+)/.exec(error.message);
  if (ssl?.[1] && ssl[2]) return sslError(ssl[1], ssl[2]);
  if (code === "ECONNREFUSED") return "Connection refused";
  if (code === "ETIMEDOUT") return "Connection timed out";
  if (code === "EHOSTUNREACH") return "No route to host";
  if (code === "ENETUNREACH") return "Network is unreachable";
  if (code === "ECONNRESET" && error.syscall === "read") return "Connection reset by peer";
  if (code === "EPIPE") return "Broken pipe";
  if (code.startsWith("HPE_")) return "SANDBOX: the answer is not HTTP/1.x";
  return undefined;
}

function sslError(code: string, reason: string): string {
  return `SSL error {error:${code}:SSL routines::${reason}}`;
}
