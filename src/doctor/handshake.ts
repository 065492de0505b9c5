// Speaks TLS with an address as somebody with given trust and versions would, and tells what came of it; checks call it.

import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type SecureVersion, type TLSSocket } from "node:tls";
import { bareHost, portOf, type Target } from "./ask.ts";

export interface TrustOptions {
  /** PEM of all that is trusted; what the world trusts, unless told. */
  readonly roots?: string;
  /** Speaks only this version. */
  readonly version?: SecureVersion;
}

export type Handshake =
  | {
      readonly kind: "done";
      /** The certificate that was shown, without its chain. */
      readonly leaf: X509Certificate;
      /** OpenSSL's word for why its chain is not trusted; absent when it is. The name is not judged. */
      readonly distrust?: string;
    }
  /** `connected`: somebody listens there, and does not speak TLS so. */
  | { readonly kind: "failed"; readonly connected: boolean; readonly code: string };

const HANDSHAKE_MS = 5_000;

/** Never rejects. */
export function handshake({ url, at }: Target, { roots, version }: TrustOptions = {}): Promise<Handshake> {
  const host = bareHost(url);
  return new Promise((resolve) => {
    let connected = false;
    const socket = connect({
      ...(at === undefined ? { host, port: portOf(url) } : "socketPath" in at ? { path: at.socketPath } : at),
      ...(isIP(host) === 0 && { servername: host }),
      ...(roots !== undefined && { ca: roots }),
      rejectUnauthorized: false,
      // The name is judged by those who know how each side does it.
      checkServerIdentity: () => undefined,
      // What is no longer allowed by default must be asked for to see whether it is refused.
      ...(version !== undefined && { minVersion: version, maxVersion: version }),
      ...(version !== undefined && version < "TLSv1.2" && { ciphers: "DEFAULT:@SECLEVEL=0" }),
    });
    const end = (result: Handshake) => {
      socket.destroy();
      resolve(result);
    };
    socket.setTimeout(HANDSHAKE_MS, () => end({ kind: "failed", connected, code: "ETIMEDOUT" }));
    socket.once("connect", () => {
      connected = true;
    });
    socket.once("error", ({ code, name }: NodeJS.ErrnoException) =>
      end({ kind: "failed", connected, code: code ?? name }),
    );
    socket.once("close", () => end({ kind: "failed", connected, code: "ECONNRESET" }));
    socket.once("secureConnect", () => end(resultOf(socket)));
  });
}

function resultOf(socket: TLSSocket): Handshake {
  const { raw } = socket.getPeerCertificate();
  if (raw === undefined) return { kind: "failed", connected: true, code: "NO_CERTIFICATE" };
  const { authorizationError: error } = socket;
  const leaf = new X509Certificate(raw);
  return { kind: "done", leaf, ...(error && { distrust: String(error.message ?? error) }) };
}
