// Serves the files of the messages to the demo page and takes those of the reader; `page-server.ts` adds both.

import type { FastifyInstance } from "fastify";
import { readRange } from "../media/range.ts";
import type { ServedFile } from "./file-shelf.ts";
import { readUpload } from "./read-action.ts";
import type { UploadView } from "./view.ts";

export interface FileParts {
  /** By an id that the view told. */
  open(id: string): Promise<ServedFile | undefined>;
  /** Sends it, or answers with the platform's reason why not. */
  upload(file: UploadView, bytes: Buffer): Promise<string | undefined>;
}

const MOST_UPLOAD_BYTES = 8 << 20;
const BYTES = "application/octet-stream";
/** Whoever opens a file's address itself gets nothing that could run. */
const POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; sandbox";

export function serveMessageFiles(app: FastifyInstance, parts: FileParts): void {
  app.get<{ Params: { id: string } }>("/files/:id", async (request, reply) => {
    const file = await parts.open(request.params.id);
    if (!file) return reply.code(404).send();
    const { type, bytes } = file;
    const span = readRange(request.headers.range, bytes.length);
    reply.headers({ "content-security-policy": POLICY, "accept-ranges": "bytes" });
    if (span === "none") {
      return reply.code(416).header("content-range", `bytes */${bytes.length}`).send();
    }
    if (type === BYTES) reply.header("content-disposition", "attachment");
    // The address of a file never changes what it gives.
    reply.type(type).header("cache-control", "private, max-age=3600");
    if (span === "all") return reply.send(bytes);
    const { from, to } = span;
    reply.header("content-range", `bytes ${from}-${to - 1}/${bytes.length}`);
    return reply.code(206).send(bytes.subarray(from, to));
  });
  // A type that no form and no other site can send unasked.
  app.addContentTypeParser(BYTES, { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.post("/upload", { bodyLimit: MOST_UPLOAD_BYTES }, async (request, reply) => {
    const { body } = request;
    const file = readUpload(request.query);
    if (!file || !Buffer.isBuffer(body) || body.length === 0) return reply.code(400).send();
    const reason = await parts.upload(file, body);
    if (reason === undefined) return reply.code(204).send();
    return reply.code(409).type("text/plain; charset=utf-8").send(reason);
  });
}
