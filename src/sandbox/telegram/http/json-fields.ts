// Reads the top-level fields of a JSON body for request-params.ts: values stay as they were written.

/**
 * The fields of a JSON object in order, duplicates included. Strings are decoded, everything else is the raw JSON
 * text, so `null` is the text "null". A broken body gives the fields read so far (tdlib's HttpReader stops there).
 */
export function jsonFields(body: string): readonly (readonly [name: string, value: string])[] {
  const fields: [string, string][] = [];
  let at = skipSpace(body, 0);
  if (body[at] !== "{") return fields;
  at = skipSpace(body, at + 1);
  while (body[at] === '"') {
    const keyEnd = stringEnd(body, at);
    const key = decode(body.slice(at, keyEnd));
    const colon = skipSpace(body, keyEnd);
    if (typeof key !== "string" || body[colon] !== ":") return fields;
    const start = skipSpace(body, colon + 1);
    const end = valueEnd(body, start);
    const raw = body.slice(start, end).trim();
    const value = decode(raw);
    if (value === undefined) return fields;
    fields.push([key, typeof value === "string" ? value : raw]);
    at = skipSpace(body, end);
    if (body[at] !== ",") return fields;
    at = skipSpace(body, at + 1);
  }
  return fields;
}

function decode(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    return undefined;
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text[at] ?? "")) at++;
  return at;
}

/** The index after the string that begins at `from`. */
function stringEnd(text: string, from: number): number {
  let at = from + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return Math.min(at + 1, text.length);
}

/** The index after the value that begins at `from`, nested values included. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const char = text[at];
    if (char === '"') {
      at = stringEnd(text, at);
      continue;
    }
    if (depth === 0 && (char === "," || char === "}" || char === "]")) return at;
    if (char === "{" || char === "[") depth++;
    if (char === "}" || char === "]") depth--;
    at++;
  }
  return at;
}
