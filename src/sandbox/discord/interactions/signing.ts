// The key with which Discord signs what it sends to an application's endpoints; made of its id, so that runs repeat.

import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";

// RFC 8410: PrivateKeyInfo of an Ed25519 key, before its 32 bytes.
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

function privateKey(botId: string): KeyObject {
  const seed = createHash("sha256").update(`interactions of ${botId}`).digest();
  const key = Buffer.concat([pkcs8, seed]);
  return createPrivateKey({ key, format: "der", type: "pkcs8" });
}

/** As `verify_key` has it: 32 bytes in hex. */
export function verifyKeyOf(botId: string): string {
  const der = createPublicKey(privateKey(botId)).export({ format: "der", type: "spki" });
  return der.subarray(-32).toString("hex");
}

/** In hex, over the timestamp and the body. */
export function signatureOf(botId: string, timestamp: string, body: string | Buffer): string {
  const bytes = Buffer.concat([Buffer.from(timestamp), Buffer.from(body as string)]);
  return sign(null, bytes, privateKey(botId)).toString("hex");
}
