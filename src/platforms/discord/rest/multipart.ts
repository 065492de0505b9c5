// Writes a request with files as multipart/form-data that streams and says beforehand how long it is; `rest.ts` sends it.

import { randomUUID } from "node:crypto";
import type { ReadyFile } from "../../../bridge/media-port.ts";

/** The `files[n]` of a request: what it is called there, and what gives its bytes. */
export interface Upload {
  readonly name: string;
  readonly ready: Pick<ReadyFile, "mime" | "bytes" | "open">;
}

export interface Multipart {
  readonly contentType: string;
  /** Exactly as many as `open` gives. */
  readonly bytes: number;
  open(signal: AbortSignal): AsyncGenerator<Uint8Array, void, undefined>;
}

const CRLF = "\r\n";

/** Discord, reference, Uploading Files: the JSON is the part `payload_json`. */
export function multipart(body: object, uploads: readonly Upload[]): Multipart {
  // A file could hold a boundary that it can guess, and end its part with it.
  const boundary = `matebot-${randomUUID()}`;
  const head = (disposition: string, type: string) =>
    Buffer.from(
      `--${boundary}${CRLF}Content-Disposition: form-data; ${disposition}${CRLF}Content-Type: ${type}${CRLF}${CRLF}`,
    );
  const json = Buffer.concat([
    head('name="payload_json"', "application/json"),
    Buffer.from(`${JSON.stringify(body)}${CRLF}`),
  ]);
  const parts = uploads.map(({ name, ready }, index) => ({
    head: head(`name="files[${index}]"; filename="${quoted(name)}"`, headerSafe(ready.mime)),
    ready,
  }));
  const gap = Buffer.from(CRLF);
  const end = Buffer.from(`--${boundary}--${CRLF}`);
  const bytes = parts.reduce(
    (sum, part) => sum + part.head.length + part.ready.bytes + gap.length,
    json.length + end.length,
  );
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes,
    async *open(signal) {
      yield json;
      for (const part of parts) {
        yield part.head;
        yield* part.ready.open(signal);
        yield gap;
      }
      yield end;
    },
  };
}

/** As browsers write it (HTML, Multipart form data). */
function quoted(name: string): string {
  return name.replace(/"/g, "%22").replace(/\r/g, "%0D").replace(/\n/g, "%0A");
}

function headerSafe(mime: string): string {
  return /^[\w.+-]+\/[\w.+-]+$/.test(mime) ? mime : "application/octet-stream";
}
