// Paths that only we can make and that expire; links to files and public pictures are such.

import { createHmac, timingSafeEqual } from "node:crypto";

export interface Signer {
  /** 22 characters that tell nothing of `text`, always the same for it. */
  name(text: string): string;
  /** `id/expiry/signature`; `until` is milliseconds since 1970. */
  sign(id: string, until: number): string;
  /** Undefined when we did not make it. */
  read(path: string): { readonly id: string; readonly until: number } | undefined;
}

/** `purpose` keeps the paths of one use apart from those of another. */
export function createSigner(key: Uint8Array, purpose: string): Signer {
  const mac = (text: string) => createHmac("sha256", key).update(`${purpose}\n${text}`).digest();
  const signature = (id: string, until: string) => mac(`path\n${id}\n${until}`).toString("base64url");
  return {
    name: (text) => mac(`name\n${text}`).subarray(0, 16).toString("base64url"),
    sign: (id, until) => `${id}/${until.toString(36)}/${signature(id, until.toString(36))}`,
    read: (path) => {
      const match = /^([\w-]{1,64})\/([\da-z]{1,11})\/([\w-]{43})$/.exec(path);
      if (!match) return undefined;
      const [, id = "", until = "", said = ""] = match;
      if (!timingSafeEqual(Buffer.from(said), Buffer.from(signature(id, until)))) return undefined;
      return { id, until: Number.parseInt(until, 36) };
    },
  };
}
