// The head and the body of an answer that is a file: safe in any browser, whole or a span of it; links and pictures use it.

import type { WebAnswer } from "../bridge/ports.ts";
import type { Span } from "./range.ts";

/** Types in which a browser may find a script are sent as plain bytes. */
const ACTIVE = /html|xml|svg|script/i;
const PLAIN = "application/octet-stream";

const SAFE = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; sandbox",
  "referrer-policy": "no-referrer",
} as const;

interface Served {
  readonly name: string;
  readonly mime: string;
  readonly bytes?: number;
}

/** An answer without its body, by which nothing is ever shown in a page of ours. `range` is what `readRange` said. */
export function fileHeaders(
  { name, mime, bytes }: Served,
  etag: string,
  range: Span | "all" | "none",
): WebAnswer {
  const always = {
    ...SAFE,
    "content-type": /^[\w.+-]+\/[\w.+-]+$/.test(mime) && !ACTIVE.test(mime) ? mime : PLAIN,
    "content-disposition": `attachment; filename="${ascii(name)}"; filename*=UTF-8''${encoded(name)}`,
    "cache-control": "private, max-age=3600",
    etag,
  };
  if (bytes === undefined) return { status: 200, headers: always };
  const headers = { ...always, "accept-ranges": "bytes" };
  if (range === "none") return { status: 416, headers: { ...SAFE, "content-range": `bytes */${bytes}` } };
  if (range === "all") return { status: 200, headers: { ...headers, "content-length": String(bytes) } };
  const { from, to } = range;
  const length = { "content-length": String(to - from), "content-range": `bytes ${from}-${to - 1}/${bytes}` };
  return { status: 206, headers: { ...headers, ...length } };
}

/** A picture that any page may show for so long. */
export function pictureHeaders(mime: string, bytes: number, etag: string, forMs: number): WebAnswer {
  const seconds = Math.max(0, Math.floor(forMs / 1000));
  const headers = {
    ...SAFE,
    "content-type": mime,
    "content-length": String(bytes),
    "cache-control": `public, max-age=${seconds}, immutable`,
    etag,
  };
  return { status: 200, headers };
}

/**
 * The span of the stream, which can be read once; `close` is called at its end, when it breaks, and when it is left,
 * even before it was begun.
 */
export function bodyOf(
  stream: AsyncGenerator<Uint8Array>,
  span: Span | undefined,
  close: () => void,
): AsyncIterable<Uint8Array> {
  const pieces = span ? clipped(stream, span) : stream;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        try {
          const step = await pieces.next();
          if (step.done) close();
          return step;
        } catch (error) {
          close();
          throw error;
        }
      },
      return: async () => {
        close();
        return { done: true, value: undefined };
      },
    }),
  };
}

/** Platforms give files from their beginning only: what comes before the span is read and dropped. */
async function* clipped(stream: AsyncIterable<Uint8Array>, { from, to }: Span): AsyncGenerator<Uint8Array> {
  let at = 0;
  for await (const chunk of stream) {
    const piece = chunk.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += chunk.byteLength;
    if (piece.byteLength > 0) yield piece;
    if (at >= to) return;
  }
}

function ascii(name: string): string {
  return name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
}

function encoded(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*!]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
