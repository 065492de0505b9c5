// Asks the authority whether a certificate should be renewed early (it revokes many at times); `keeper.ts` asks daily.

import { X509Certificate } from "node:crypto";
import { createTransport, retryTime, type TransportOptions } from "./transport.ts";

export interface RenewalWindow {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** When to ask again; undefined when the authority does not say. */
  readonly askAgainAt: number | undefined;
}

/** id-ce-authorityKeyIdentifier, as an OID in DER. */
const KEY_IDENTIFIER = Buffer.from("0603551d23", "hex");

/** Undefined where the authority makes no such suggestions. `cert` is PEM, the leaf first. @throws AcmeFault */
export async function suggestedRenewal(
  cert: string,
  options: TransportOptions,
): Promise<RenewalWindow | undefined> {
  const transport = createTransport(options);
  try {
    const directory = await transport.send(options.directory, "get", {});
    const { renewalInfo } = directory.data as { readonly renewalInfo?: unknown };
    const leaf = new X509Certificate(cert);
    const keyId = keyIdentifierIn(leaf.raw);
    if (typeof renewalInfo !== "string" || keyId === undefined) return undefined;
    const url = `${renewalInfo.replace(/\/$/, "")}/${certificateId(keyId, leaf.serialNumber)}`;
    const answer = await transport.send(url, "get", {});
    return windowIn(answer.data, retryTime(answer.headers["retry-after"], options.now()));
  } finally {
    transport.close();
  }
}

/** RFC 9773, 4.1; the serial number in hex. */
export function certificateId(keyIdentifier: Buffer, serial: string): string {
  const bytes = Buffer.from(serial.length % 2 === 0 ? serial : `0${serial}`, "hex");
  // As DER writes a positive number whose first bit is set.
  const number = (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return `${keyIdentifier.toString("base64url")}.${number.toString("base64url")}`;
}

/** The key identifier of who signed, from a certificate in DER. RFC 5280, 4.2.1.1. */
export function keyIdentifierIn(der: Buffer): Buffer | undefined {
  const at = der.indexOf(KEY_IDENTIFIER);
  if (at === -1) return undefined;
  const [octets, , sequence, , tag, length = 0] = der.subarray(at + KEY_IDENTIFIER.length);
  if (octets !== 0x04 || sequence !== 0x30 || tag !== 0x80) return undefined;
  const start = at + KEY_IDENTIFIER.length + 6;
  return der.subarray(start, start + length);
}

function windowIn(data: unknown, askAgainAt: number | undefined): RenewalWindow | undefined {
  const { suggestedWindow } = data as {
    readonly suggestedWindow?: { readonly start?: string; readonly end?: string };
  };
  const from = Date.parse(String(suggestedWindow?.start));
  const to = Date.parse(String(suggestedWindow?.end));
  return from <= to ? { from, to, askAgainAt } : undefined;
}
