// Turns query string and body into the parameters of a method, exactly as leniently as the real server does.

import { ApiError, badRequest } from "./api-error.ts";
import { jsonFields } from "./json-fields.ts";
import { boundaryOf, type FilePart, parseMultipart } from "./multipart.ts";

const MAX_FILES = 50; // tdlib HttpReader.h
const MAX_PARAMS_BYTES = 1 << 20; // tdlib HttpReader.h

/** Owns nothing; reads values the way Client.cpp does: a missing parameter is the empty text. */
export class Params {
  readonly values: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, FilePart>;
  constructor(values: ReadonlyMap<string, string>, files: ReadonlyMap<string, FilePart>) {
    this.values = values;
    this.files = files;
  }

  has(name: string): boolean {
    return this.values.has(name) || this.files.has(name);
  }

  text(name: string): string {
    return this.values.get(name) ?? "";
  }

  /** True only for true, yes and 1. */
  bool(name: string): boolean {
    return ["true", "yes", "1"].includes(this.text(name).toLowerCase());
  }

  /** Lenient and clamped: reads leading digits, 0 when there are none. */
  int(name: string, fallback: number, min = -(2 ** 31), max = 2 ** 31 - 1): number {
    const text = this.text(name);
    const value = text === "" ? fallback : leadingInteger(text);
    return Math.min(max, Math.max(min, value));
  }

  /** The value as JSON; `undefined` when missing or empty. @throws ApiError with `message` when it is not JSON */
  json(name: string, message: string): unknown {
    const text = this.text(name);
    if (text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw badRequest(message);
    }
  }

  /** The uploaded file of a parameter: a part of that name, or the part its `attach://name` points to. */
  file(name: string): FilePart | undefined {
    const value = this.text(name);
    if (value.startsWith("attach://")) return this.files.get(value.slice("attach://".length));
    return this.files.get(name);
  }
}

export function leadingInteger(text: string): number {
  const match = /^-?\d+/.exec(text);
  return match ? Number(match[0]) : 0;
}

/** @throws ApiError 400 or 413, as the HTTP reader of the real server would answer before any method runs */
export function parseParams(query: URLSearchParams, contentType: string, body: Buffer): Params {
  const values = new Map<string, string>();
  const files = new Map<string, FilePart>();
  const add = (name: string, value: string) => {
    if (!values.has(name)) values.set(name, value);
  };
  for (const [name, value] of query) add(name, value);
  const type = contentType.toLowerCase();
  if (type.startsWith("multipart/form-data")) {
    const boundary = boundaryOf(contentType);
    if (boundary === undefined) throw badRequest("boundary not found");
    const parsed = multipart(body, boundary);
    for (const [name, value] of parsed.fields) add(name, value);
    for (const [name, file] of parsed.files) if (!files.has(name)) files.set(name, file);
    if (parsed.files.length > MAX_FILES) throw new ApiError(413, "Request Entity Too Large");
  } else if (type.startsWith("application/json")) {
    for (const [name, value] of jsonFields(body.toString("utf8"))) add(name, value);
  } else if (type.startsWith("application/x-www-form-urlencoded")) {
    for (const [name, value] of new URLSearchParams(body.toString("utf8"))) add(name, value);
  }
  let bytes = 0;
  for (const [name, value] of values) bytes += Buffer.byteLength(name) + Buffer.byteLength(value);
  if (bytes > MAX_PARAMS_BYTES) throw new ApiError(413, "Request Entity Too Large");
  return new Params(values, files);
}

function multipart(body: Buffer, boundary: string) {
  try {
    return parseMultipart(body, boundary);
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : "wrong multipart body");
  }
}
