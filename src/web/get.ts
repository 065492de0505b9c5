// Answers GET and HEAD below the prefixes that the other parts registered; `server.ts` routes them here.

import { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { WebAnswer, WebPort } from "../bridge/ports.ts";

type Handler = Parameters<WebPort["get"]>[1];

/** A reader who takes nothing for so long is gone. */
const IDLE_READER_MS = 60_000;

export interface GetTable {
  /** `base` is the path of the public URL, which a proxy strips or keeps. */
  add(base: string, prefix: string, handler: Handler): void;
  /** Something is registered there. */
  has(path: string): boolean;
  /** 404 without a body when nothing is registered there. The body is read as fast as the reader takes it. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>;
}

export function createGetTable(): GetTable {
  const handlers: { readonly prefix: string; readonly handler: Handler }[] = [];

  return {
    add: (base, prefix, handler) => {
      const below = `${prefix.replace(/\/+$/, "")}/`;
      for (const path of new Set([below, base + below])) handlers.push({ prefix: path, handler });
      handlers.sort((a, b) => b.prefix.length - a.prefix.length);
    },
    has: (path) => handlers.some(({ prefix }) => path.startsWith(prefix)),
    answer: async (request, reply) => {
      const { path, query } = splitUrl(request.url);
      const found = handlers.find(({ prefix }) => path.startsWith(prefix));
      const rest = found && decoded(path.slice(found.prefix.length));
      if (found === undefined || rest === undefined) return reply.code(404).send();
      const answer = await found.handler({
        path: rest,
        query,
        head: request.method === "HEAD",
        headers: request.headers,
      });
      return send(answer, request, reply);
    },
  };
}

async function send(
  { status, headers, body }: WebAnswer,
  { method }: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  reply.code(status).headers(headers ?? {});
  if (body === undefined) return reply.send();
  // A body that nobody will read is closed: its source may be a connection.
  if (method === "HEAD" || reply.raw.destroyed) {
    await body[Symbol.asyncIterator]().return?.();
    return reply.send();
  }
  reply.raw.setTimeout(IDLE_READER_MS, () => reply.raw.destroy());
  return reply.send(Readable.from(body, { objectMode: false }));
}

function splitUrl(url: string): { readonly path: string; readonly query: URLSearchParams } {
  const mark = url.indexOf("?");
  if (mark === -1) return { path: url, query: new URLSearchParams() };
  return { path: url.slice(0, mark), query: new URLSearchParams(url.slice(mark + 1)) };
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
