// Proves that a request is Discord's: Ed25519 over the timestamp and the raw bytes; `door.ts` asks before anything is read.

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import type { WebRequest } from "../../../bridge/ports.ts";

export type Headers = WebRequest["headers"];

export interface Signed {
  readonly signature: Buffer;
  readonly timestamp: string;
}

// RFC 8410: SubjectPublicKeyInfo of an Ed25519 key, before its 32 bytes.
const spki = Buffer.from("302a300506032b6570032100", "hex");

/** Discord's `verify_key` as a key; undefined when it is none. */
export function verifyKey(hex: string): KeyObject | undefined {
  if (!/^[0-9a-f]{64}$/i.test(hex)) return undefined;
  return createPublicKey({
    format: "der",
    type: "spki",
    key: Buffer.concat([spki, Buffer.from(hex, "hex")]),
  });
}

/** What the head claims; undefined when a header is missing or cannot be a signature. */
export function signedBy(headers: Headers): Signed | undefined {
  const { "x-signature-ed25519": signature, "x-signature-timestamp": timestamp } = headers;
  if (typeof signature !== "string" || !/^[0-9a-f]{128}$/i.test(signature)) return undefined;
  if (typeof timestamp !== "string" || !/^\d{1,20}$/.test(timestamp)) return undefined;
  return { signature: Buffer.from(signature, "hex"), timestamp };
}

/** True only for what the holder of the key signed, byte for byte. */
export function isSigned(key: KeyObject, { signature, timestamp }: Signed, body: Buffer): boolean {
  return verify(null, Buffer.concat([Buffer.from(timestamp), body]), key, signature);
}
