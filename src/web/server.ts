// The HTTP(S) server: takes webhook bodies raw, answers GET /health and files, swaps certificates; `app.ts` builds and starts it.

import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from "node:http";
import { createServer as createHttpsServer, Server as HttpsServer } from "node:https";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import type { Log, WebPort } from "../bridge/ports.ts";
import { type Clock, sleep, systemClock } from "../model/clock.ts";
import type { Texts } from "../model/texts.ts";
import { createProxies, readNetworks } from "./client-address.ts";
import { createDoor, type Door, type Judgement } from "./door.ts";
import { createGetTable } from "./get.ts";
import type { HealthReport } from "./health.ts";
import { WEB_LIMITS, type WebLimits } from "./limits.ts";
import type { ListenAddress } from "./listen.ts";
import { createRefusalLog } from "./refusal-log.ts";
import { secureOptions } from "./secure-options.ts";
import { bind, boundAddress } from "./socket.ts";
import { TELEGRAM_NETWORKS } from "./telegram-networks.ts";
import type { KeyAndCertificate } from "./tls/certificates.ts";

export interface WebServerOptions {
  readonly listen: ListenAddress;
  /** What the outside is told; its path may be a prefix that a proxy strips or keeps. */
  readonly publicUrl?: URL;
  /** The address behind it, where it is known better than DNS knows it. */
  readonly ipAddress?: string;
  /** Absent: plain HTTP. `upload`: what must be uploaded where it is to be trusted; absent: the world trusts it. */
  readonly tls?: KeyAndCertificate & { readonly upload?: string | undefined };
  /** Addresses and networks whose word about where a request comes from is believed; loopback and Unix sockets always. */
  readonly proxies?: readonly string[];
  /** Webhooks of Telegram answer to Telegram's networks only. */
  readonly onlyTelegram?: boolean;
  readonly limits?: Partial<WebLimits>;
  readonly health: () => Promise<HealthReport>;
  readonly log: Log;
  readonly texts: Texts;
  readonly clock?: Clock;
}

export interface WebServer {
  readonly port: WebPort;
  /** Absent: plain HTTP. */
  readonly secure: HttpsServer | undefined;
  /** @throws UserError when the address is taken, forbidden or not of this machine. */
  start(): Promise<void>;
  /** Stops accepting and resolves when what is in flight has been answered. */
  stop(): Promise<void>;
  /** What is bound, with the real port. Only after `start`. */
  address(): ListenAddress;
  /** New connections get this certificate, those that stand keep theirs. */
  serve(certificate: KeyAndCertificate): void;
  /** Says what must be uploaded from now on; resolves when all listeners have, or after a minute; never rejects. */
  announce(upload: string | undefined): Promise<void>;
}

interface Route {
  readonly handler: Parameters<WebPort["post"]>[1];
  readonly admit: Parameters<WebPort["post"]>[2];
}

export const MAX_BODY_BYTES = 1024 * 1024;

const ANNOUNCE_MS = 60_000;

/** What the Telegram accounts register lies below it (`platforms/telegram/webhook/webhook.ts`). */
const TELEGRAM_PREFIX = "/telegram/";

const telegram = readNetworks(TELEGRAM_NETWORKS);

export function createWebServer(options: WebServerOptions): WebServer {
  const clock = options.clock ?? systemClock;
  const routes = new Map<string, Route>();
  const answering = new Answering();
  const prefix = options.publicUrl?.pathname.replace(/\/+$/, "") ?? "";
  // A proxy strips the prefix of the public URL or keeps it.
  const healthPaths = new Set(["/health", `${prefix}/health`]);
  const gets = createGetTable();

  const judge = (request: IncomingMessage, client: string | undefined): Judgement => {
    if (answering.isEnding) return 503;
    const path = pathOf(request.url ?? "");
    if (request.method === "POST") return judgePost(path, request, client);
    if (request.method === "GET" && healthPaths.has(path)) return "open";
    return (request.method === "GET" || request.method === "HEAD") && gets.has(path) ? "asks" : 404;
  };
  const judgePost = (path: string, { headers }: IncomingMessage, client: string | undefined): Judgement => {
    const route = routes.get(path);
    if (route === undefined) return 404;
    const ofTelegram = path.startsWith(TELEGRAM_PREFIX) || path.startsWith(prefix + TELEGRAM_PREFIX);
    if (options.onlyTelegram && ofTelegram && !(client !== undefined && telegram.has(client))) return 404;
    return route.admit === undefined ? "asks" : (route.admit(headers) ?? "known");
  };
  const { app, server, door } = createFastify(options, clock, judge);
  addRoutes(app, routes, gets, answering, healthPaths, options);
  const announcements = createAnnouncements(clock, options.tls?.upload);

  const port: WebPort = {
    ...(options.publicUrl && { publicUrl: options.publicUrl }),
    ...(options.ipAddress !== undefined && { ipAddress: options.ipAddress }),
    certificate: announcements.current,
    onCertificate: announcements.listen,
    post: (path, handler, admit) => {
      for (const full of [path, prefix + path]) routes.set(full, { handler, admit });
    },
    get: (below, handler) => gets.add(prefix, below, handler),
  };
  const secure = server instanceof HttpsServer ? server : undefined;

  return {
    ...{ port, secure },
    address: () => boundAddress(server, options.listen),
    start: () => bind(options.listen, options.texts, (target) => app.listen(target)),
    stop: async () => {
      const idle = answering.end();
      const closed = app.close();
      await idle;
      // Node counts a connection that never said a word as busy, and would wait for it.
      door.closeAll();
      await closed;
    },
    serve: (certificate) => {
      if (secure === undefined) throw new Error("a server without TLS has no certificate to serve");
      secure.setSecureContext(secureOptions(certificate));
    },
    announce: announcements.announce,
  };
}

/** Fastify sees only what `judge` let in. */
function addRoutes(
  app: FastifyInstance,
  routes: ReadonlyMap<string, Route>,
  gets: ReturnType<typeof createGetTable>,
  answering: Answering,
  healthPaths: ReadonlySet<string>,
  { health }: WebServerOptions,
): void {
  app.post("/*", async (request, reply) => {
    const route = routes.get(pathOf(request.url));
    if (route === undefined) return reply.code(404).send();
    const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    answering.add(reply);
    const answer = await route.handler({ headers: request.headers, body });
    // A connection that stays open would hold the stop back until its keep-alive runs out.
    if (answering.isEnding) reply.header("connection", "close");
    return typeof answer === "number"
      ? reply.code(answer).send()
      : reply.code(answer.status).send(answer.json);
  });
  // A reader who comes back after a stop reads on where it was cut: long answers hold no stop back.
  app.route({ method: ["GET", "HEAD"], url: "/*", handler: gets.answer });
  for (const path of healthPaths)
    app.get(path, async (_, reply) => {
      const report = await health();
      return reply.code(report.status === "ok" ? 200 : 503).send(report);
    });
}

function createAnnouncements(clock: Clock, upload: string | undefined) {
  const listeners: (() => Promise<void>)[] = [];
  let current = upload;
  return {
    current: () => current,
    listen: (listener: () => Promise<void>) => void listeners.push(listener),
    announce: async (next: string | undefined): Promise<void> => {
      current = next;
      const enough = new AbortController();
      const all = Promise.allSettled(listeners.map(async (listener) => listener()));
      await Promise.race([all, sleep(clock, ANNOUNCE_MS, enough.signal)]);
      enough.abort();
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

interface Built {
  readonly app: FastifyInstance;
  readonly server: Server;
  readonly door: Door;
}

function createFastify(
  options: WebServerOptions,
  clock: Clock,
  judge: (request: IncomingMessage, client: string | undefined) => Judgement,
): Built {
  const limits = { ...WEB_LIMITS, ...options.limits };
  const server = createServer(options, limits);
  const now = () => clock.now();
  const door = createDoor({
    ...{ server, limits, now, judge },
    unix: options.listen.kind === "unix",
    proxies: createProxies(options.proxies ?? []),
    onRefused: createRefusalLog(options.log, now),
  });
  const refuse = (status: number, reply: FastifyReply) => reply.code(status).send();
  const app = fastify({
    serverFactory: (handler: RequestListener) => {
      door.open(handler);
      return server;
    },
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => door.clientErrors(error, socket),
    frameworkErrors: (_error, _request, reply) => refuse(400, reply),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  app.setNotFoundHandler((_request, reply) => refuse(404, reply));
  app.setErrorHandler((error: Error & { readonly statusCode?: number }, _request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 500) options.log.error({ err: error }, "a request could not be served");
    refuse(status, reply);
  });
  return { app, server, door };
}

function createServer({ tls }: WebServerOptions, limits: WebLimits): Server {
  const shared = {
    maxHeaderSize: limits.headBytes,
    headersTimeout: limits.headMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: limits.checkMs,
    // A head without one is refused by the door, as the others are.
    requireHostHeader: false,
  };
  return tls
    ? createHttpsServer({ ...shared, ...secureOptions(tls), handshakeTimeout: limits.handshakeMs })
    : createHttpServer(shared);
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}
