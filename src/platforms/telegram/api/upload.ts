// The body of a multipart request that streams its files and knows its length beforehand; `api.ts` makes one.

import { randomBytes } from "node:crypto";

/** A value that goes out as a file. */
export interface UploadFile {
  readonly name: string;
  readonly mime: string;
  /** Exactly as many as `open` gives. */
  readonly bytes: number;
  open(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface Upload {
  readonly type: string;
  readonly bytes: number;
  /** One file after the other; from the beginning, each time. */
  chunks(signal: AbortSignal): AsyncIterable<Uint8Array>;
}

function isUpload(value: unknown): value is UploadFile {
  return value instanceof Object && "open" in value && typeof value.open === "function";
}

/** Undefined when no value is a file. A file part needs a file name, or the server takes it for text. */
export function uploadOf(payload: object): Upload | undefined {
  const entries = Object.entries(payload) as readonly (readonly [string, unknown])[];
  if (!entries.some(([, value]) => isUpload(value))) return undefined;
  const boundary = `matebot${randomBytes(18).toString("hex")}`;
  const parts = entries
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => partOf(boundary, name, value));
  const end = Buffer.from(`--${boundary}--\r\n`);
  const bytes = parts.reduce((sum, part) => sum + part.head.length + (part.file?.bytes ?? 0) + 2, end.length);
  return {
    type: `multipart/form-data; boundary=${boundary}`,
    bytes,
    async *chunks(signal) {
      for (const { head, file } of parts) {
        yield head;
        if (file) yield* file.open(signal);
        yield Buffer.from("\r\n");
      }
      yield end;
    },
  };
}

interface Part {
  readonly head: Buffer;
  readonly file?: UploadFile;
}

function partOf(boundary: string, name: string, value: unknown): Part {
  const open = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"`;
  if (isUpload(value)) {
    const head = `${open}; filename="${quoted(value.name)}"\r\nContent-Type: ${value.mime}\r\n\r\n`;
    return { head: Buffer.from(head), file: value };
  }
  const words = typeof value === "string" ? value : JSON.stringify(value);
  return { head: Buffer.from(`${open}\r\n\r\n${words}`) };
}

/** The server unescapes names like those of a URL [tdlib HttpReader.cpp]. */
function quoted(name: string): string {
  return name.replace(/[%"\\\r\n]/g, (each) => `%${each.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** A small file that is in memory already. */
export function textFile(name: string, mime: string, text: string): UploadFile {
  const content = Buffer.from(text);
  return {
    ...{ name, mime, bytes: content.length },
    async *open() {
      yield content;
    },
  };
}
