// Reads multipart/form-data bodies for request-params.ts, with the quirks of tdlib's HttpReader.

export interface FilePart {
  readonly filename: string;
  readonly mime: string;
  readonly bytes: Buffer;
}

export interface Multipart {
  /** In the order of the body. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Only parts that carry a `filename` are files. */
  readonly files: readonly (readonly [name: string, file: FilePart])[];
}

/** The boundary of a Content-Type, or undefined. */
export function boundaryOf(contentType: string): string | undefined {
  const match = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** @throws Error when the body does not follow the boundary. */
export function parseMultipart(body: Buffer, boundary: string): Multipart {
  const fields: [string, string][] = [];
  const files: [string, FilePart][] = [];
  const delimiter = Buffer.from(`--${boundary}`);
  let at = body.indexOf(delimiter);
  if (at < 0) throw new Error("boundary not found");
  for (;;) {
    at += delimiter.length;
    if (body.subarray(at, at + 2).toString("latin1") === "--") return { fields, files };
    at = body.indexOf("\r\n", at);
    const headersEnd = at < 0 ? -1 : body.indexOf("\r\n\r\n", at);
    const next = headersEnd < 0 ? -1 : body.indexOf(Buffer.from(`\r\n--${boundary}`), headersEnd + 2);
    if (next < 0) throw new Error("boundary not found");
    const headers = parseHeaders(body.subarray(at + 2, headersEnd + 2).toString("utf8"));
    const bytes = body.subarray(Math.min(headersEnd + 4, next), next);
    addPart(headers, bytes, fields, files);
    at = next + 2;
  }
}

function addPart(
  headers: ReadonlyMap<string, string>,
  bytes: Buffer,
  fields: [string, string][],
  files: [string, FilePart][],
): void {
  const disposition = headers.get("content-disposition") ?? "";
  const name = dispositionValue(disposition, "name");
  if (name === undefined) throw new Error("part without a name");
  const filename = dispositionValue(disposition, "filename");
  if (filename === undefined) fields.push([name, bytes.toString("utf8")]);
  else {
    const mime = headers.get("content-type") ?? "application/octet-stream";
    files.push([name, { filename: filename === "" ? "file" : filename, mime, bytes: Buffer.from(bytes) }]);
  }
}

function parseHeaders(text: string): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** Names are URL-unescaped, as tdlib's HttpReader does. */
function dispositionValue(header: string, key: string): string | undefined {
  const match = new RegExp(`(?:^|;)\\s*${key}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;]*))`, "i").exec(header);
  const raw = match?.[1] ?? match?.[2];
  if (raw === undefined) return undefined;
  try {
    return decodeURIComponent(raw);
  } catch {
    return raw;
  }
}
