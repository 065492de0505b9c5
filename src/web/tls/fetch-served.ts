// Connects to a TLS server without judging it and says what it shows: its certificates, its versions; `doctor` calls it.

import { type ConnectionOptions, connect, type DetailedPeerCertificate, type TLSSocket } from "node:tls";

export interface ServedChain {
  /** PEM; the leaf first. */
  readonly chain: readonly string[];
  readonly protocol: string;
  readonly cipher: string;
}

export interface Served {
  readonly host: string;
  readonly port: number;
  /** For whom it is asked; none for an IP address. */
  readonly servername: string;
  readonly withinMs: number;
}

/** Undefined when nobody answers there, or does not speak TLS. */
export async function fetchServed(target: Served): Promise<ServedChain | undefined> {
  return await visit(target, {}, (socket) => ({
    chain: chainOf(socket.getPeerCertificate(true)),
    protocol: socket.getProtocol() ?? "",
    cipher: socket.getCipher().name,
  }));
}

/** The versions of TLS that are spoken there. */
export async function fetchVersions(target: Served): Promise<readonly string[]> {
  const versions = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;
  const spoken = await Promise.all(
    versions.map((version) =>
      // OpenSSL itself refuses the old ones unless it is told that their weak ciphers will do.
      visit(
        target,
        { minVersion: version, maxVersion: version, ciphers: "DEFAULT@SECLEVEL=0" },
        () => version,
      ),
    ),
  );
  return spoken.flatMap((version) => version ?? []);
}

function visit<T>(
  { host, port, servername, withinMs }: Served,
  options: ConnectionOptions,
  look: (socket: TLSSocket) => T,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...options, host, port, servername, rejectUnauthorized: false }, () => {
      resolve(look(socket));
      socket.destroy();
    });
    socket.setTimeout(withinMs, () => socket.destroy());
    socket.once("error", () => resolve(undefined));
    socket.once("close", () => resolve(undefined));
  });
}

/** Node links each certificate to its issuer, and a root to itself. */
function chainOf(leaf: DetailedPeerCertificate): readonly string[] {
  const chain: string[] = [];
  const seen = new Set<string>();
  let one: DetailedPeerCertificate | undefined = leaf;
  while (one?.raw && !seen.has(one.fingerprint256)) {
    seen.add(one.fingerprint256);
    const lines = one.raw.toString("base64").match(/.{1,64}/g) ?? [];
    chain.push(`-----BEGIN CERTIFICATE-----\n${lines.join("\n")}\n-----END CERTIFICATE-----\n`);
    one = one.issuerCertificate;
  }
  return chain;
}
