// Reads from the first bytes of a connection which protocols a TLS client offers; `alpn-door.ts` tells an authority by it.

/** `more`: the greeting is not whole yet; `other`: this is no TLS greeting, or a broken one. */
export type Greeting = "more" | "other" | { readonly protocols: readonly string[] };

const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const ALPN = 16;
/** RFC 8446, 5.1. */
const MOST_RECORD_BYTES = 16_384;

/** RFC 8446, 4.1.2 and 5.1; RFC 7301, 3.1. The greeting may be split over records. */
export function readGreeting(bytes: Buffer): Greeting {
  try {
    const handshake = joinRecords(bytes);
    if (handshake === "other") return "other";
    if (handshake.length > 0 && handshake[0] !== CLIENT_HELLO) return "other";
    if (handshake.length < 4) return "more";
    const length = handshake.readUIntBE(1, 3);
    if (length > MOST_RECORD_BYTES) return "other";
    if (handshake.length < 4 + length) return "more";
    return { protocols: protocolsIn(handshake.subarray(4, 4 + length)) };
  } catch (error) {
    // A length that points behind the end.
    if (error instanceof RangeError) return "other";
    throw error;
  }
}

function joinRecords(bytes: Buffer): Buffer | "other" {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] !== HANDSHAKE) return parts.length > 0 ? Buffer.concat(parts) : "other";
    if (bytes.length < at + 5) break;
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > MOST_RECORD_BYTES) return "other";
    parts.push(bytes.subarray(at + 5, at + 5 + length));
    at += 5 + length;
  }
  return Buffer.concat(parts);
}

function protocolsIn(hello: Buffer): readonly string[] {
  // Version and random.
  let at = 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  if (at >= hello.length) return [];
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at < end) {
    const type = hello.readUInt16BE(at);
    const length = hello.readUInt16BE(at + 2);
    if (type === ALPN) return namesIn(hello.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return [];
}

function namesIn(extension: Buffer): readonly string[] {
  const names: string[] = [];
  const end = 2 + extension.readUInt16BE(0);
  for (let at = 2; at < end; ) {
    const length = extension.readUInt8(at);
    names.push(extension.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return names;
}
