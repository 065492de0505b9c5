// The HTTP(S) server: takes webhook bodies raw, answers GET /health and files, swaps certificates; `app.ts` builds and starts it.

import { createServer as createHttpServer, type RequestListener, type Server } from "node:http";
import { createServer as createHttpsServer, Server as HttpsServer } from "node:https";
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { Log, WebPort } from "../bridge/ports.ts";
import type { Texts } from "../model/texts.ts";
import { createGetTable } from "./get.ts";
import type { HealthReport } from "./health.ts";
import type { ListenAddress } from "./listen.ts";
import { bind, boundAddress } from "./socket.ts";
import type { KeyAndCertificate } from "./tls/certificates.ts";

export interface WebServerOptions {
  readonly listen: ListenAddress;
  /** What the outside is told; its path may be a prefix that a proxy strips or keeps. */
  readonly publicUrl?: URL;
  /** Absent: plain HTTP. `selfSigned`: nobody vouches for it, so it must be uploaded where it is to be trusted. */
  readonly tls?: KeyAndCertificate & { readonly selfSigned: boolean };
  readonly health: () => Promise<HealthReport>;
  readonly log: Log;
  readonly texts: Texts;
}

export interface WebServer {
  readonly port: WebPort;
  /** @throws UserError when the address is taken, forbidden or not of this machine. */
  start(): Promise<void>;
  /** Stops accepting and resolves when what is in flight has been answered. */
  stop(): Promise<void>;
  /** What is bound, with the real port. Only after `start`. */
  address(): ListenAddress;
  /** New connections get this certificate, those that stand keep theirs; then the listeners are told. */
  swap(certificate: KeyAndCertificate): void;
}

type Handler = Parameters<WebPort["post"]>[1];

export const MAX_BODY_BYTES = 1024 * 1024;

// Telegram keeps idle connections for 60 s. Whoever waits less closes them in its face.
const KEEP_ALIVE_MS = 75_000;

const MIN_TLS = "TLSv1.2";

export function createWebServer(options: WebServerOptions): WebServer {
  const handlers = new Map<string, Handler>();
  const certificateListeners: (() => Promise<void>)[] = [];
  let certificate = options.tls?.selfSigned ? options.tls.cert : undefined;
  const answering = new Answering();
  const prefix = options.publicUrl?.pathname.replace(/\/+$/, "") ?? "";
  const gets = createGetTable();
  const { app, server } = createFastify(options);

  app.post("/*", async (request, reply) => {
    const handler = handlers.get(pathOf(request));
    if (handler === undefined) return reply.code(404).send();
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    answering.add(reply);
    const answer = await handler({ headers: request.headers, body });
    // A connection that stays open would hold the stop back until its keep-alive runs out.
    if (answering.isEnding) reply.header("connection", "close");
    return typeof answer === "number"
      ? reply.code(answer).send()
      : reply.code(answer.status).send(answer.json);
  });
  // A reader who comes back after a stop reads on where it was cut: long answers hold no stop back.
  app.route({ method: ["GET", "HEAD"], url: "/*", handler: gets.answer });
  app.get("/health", async (_, reply) => {
    const report = await options.health();
    return reply.code(report.status === "ok" ? 200 : 503).send(report);
  });

  const port: WebPort = {
    ...(options.publicUrl === undefined ? {} : { publicUrl: options.publicUrl }),
    certificate: () => certificate,
    onCertificate: (listener) => certificateListeners.push(listener),
    post: (path, handler) => {
      handlers.set(path, handler);
      handlers.set(prefix + path, handler);
    },
    get: (below, handler) => gets.add(prefix, below, handler),
  };

  return {
    port,
    address: () => boundAddress(server, options.listen),
    start: () => bind(options.listen, options.texts, (target) => app.listen(target)),
    stop: async () => {
      const idle = answering.end();
      const closed = app.close();
      await idle;
      // Node counts a connection that never said a word as busy, and would wait for it.
      server.closeAllConnections();
      await closed;
    },
    swap: (next) => {
      if (!(server instanceof HttpsServer))
        throw new Error("a server without TLS has no certificate to swap");
      server.setSecureContext({ key: next.key, cert: next.cert, minVersion: MIN_TLS });
      if (options.tls?.selfSigned) certificate = next.cert;
      for (const listener of certificateListeners) void listener();
    },
  };
}

/** The answers that are on their way; a stop waits for them. */
class Answering {
  readonly #replies = new Set<FastifyReply>();
  #idle: PromiseWithResolvers<void> | undefined;

  get isEnding(): boolean {
    return this.#idle !== undefined;
  }

  add(reply: FastifyReply): void {
    this.#replies.add(reply);
    reply.raw.once("close", () => {
      this.#replies.delete(reply);
      if (this.#replies.size === 0) this.#idle?.resolve();
    });
  }

  /** Resolves when nothing is left to answer. */
  end(): Promise<void> {
    this.#idle ??= Promise.withResolvers<void>();
    if (this.#replies.size === 0) this.#idle.resolve();
    return this.#idle.promise;
  }
}

function createFastify({ tls, log }: WebServerOptions): { app: FastifyInstance; server: Server } {
  let server: Server | undefined;
  const refuse = (status: number, reply: FastifyReply) => reply.code(status).send();
  const app = fastify({
    serverFactory: (handler: RequestListener) => {
      server = tls
        ? createHttpsServer({ key: tls.key, cert: tls.cert, minVersion: MIN_TLS }, handler)
        : createHttpServer(handler);
      server.keepAliveTimeout = KEEP_ALIVE_MS;
      server.headersTimeout = KEEP_ALIVE_MS + 5_000;
      return server;
    },
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    frameworkErrors: (_error, _request, reply) => refuse(400, reply),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((_request, reply) => refuse(404, reply));
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) log.error({ err: error }, "a request could not be served");
    refuse(status, reply);
  });
  if (server === undefined) throw new Error("fastify built no server");
  return { app, server };
}

function pathOf(request: FastifyRequest): string {
  const query = request.url.indexOf("?");
  return query === -1 ? request.url : request.url.slice(0, query);
}
