// Reads a request's bytes into JSON and files (JSON or multipart with `payload_json`); `rest.ts` calls it.

import type { IncomingMessage } from "node:http";
import { type Fields, isFields } from "../forms/form.ts";
import { MOST_REQUEST_BYTES, type UploadedFile } from "../forms/upload.ts";
import { ApiFailure, refuse, sandboxRefusal } from "./errors.ts";

export interface ReadBody {
  readonly json: Fields;
  /** The body is a list, and `json` is empty. */
  readonly list?: readonly unknown[];
  readonly files: ReadonlyMap<number, UploadedFile>;
}

/** All bytes of the request. @throws ApiFailure 40005 above what the largest guilds may send */
export async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= MOST_REQUEST_BYTES) chunks.push(chunk);
  }
  if (size > MOST_REQUEST_BYTES) throw refuse(40005);
  return Buffer.concat(chunks);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw refuse(50109);
  }
}

function parseJson(text: string): Fields {
  const value = parse(text);
  if (!isFields(value)) throw refuse(50109);
  return value;
}

async function readMultipart(bytes: Buffer, contentType: string): Promise<ReadBody> {
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(bytes), { headers: { "content-type": contentType } }).formData();
  } catch (cause) {
    throw new ApiFailure(400, { message: `SANDBOX: unreadable multipart: ${String(cause)}`, code: 0 });
  }
  const files = new Map<number, UploadedFile>();
  let json: Fields = {};
  for (const [name, part] of form.entries()) {
    const index = /^files\[(\d+)\]$/.exec(name)?.[1];
    if (name === "payload_json") {
      json = parseJson(typeof part === "string" ? part : await part.text());
    } else if (index !== undefined && typeof part !== "string") {
      const type = part.type === "" ? "application/octet-stream" : part.type;
      files.set(Number(index), {
        filename: part.name,
        contentType: type,
        bytes: Buffer.from(await part.arrayBuffer()),
      });
    } else {
      throw sandboxRefusal(`unknown part ${JSON.stringify(name)} in multipart`);
    }
  }
  return { json, files };
}

/** Discord docs, reference: a Content-Type is required when there is a body. @throws ApiFailure 50035, 50109 */
export async function readBody(bytes: Buffer, contentType: string | undefined): Promise<ReadBody> {
  if (bytes.length === 0) return { json: {}, files: new Map() };
  if (contentType?.startsWith("multipart/form-data")) return readMultipart(bytes, contentType);
  if (contentType?.startsWith("application/json")) {
    const value = parse(bytes.toString("utf8"));
    if (Array.isArray(value)) return { json: {}, list: value, files: new Map() };
    if (!isFields(value)) throw refuse(50109);
    return { json: value, files: new Map() };
  }
  throw new ApiFailure(400, {
    message: "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}.",
    code: 50035,
  });
}
