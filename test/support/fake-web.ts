// A web port on loopback; the tests of the platform folders receive webhooks through it, those of media serve files.

import {
  createServer as createHttp,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps, type Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { WebAnswer, WebGet, WebPort, WebReply, WebRequest } from "../../src/bridge/ports.ts";
import type { KeyAndCertificate } from "../../src/web/tls/certificates.ts";

type PostHandler = (request: WebRequest) => Promise<WebReply>;
type GetHandler = (request: WebGet) => Promise<WebAnswer>;

interface Handlers {
  readonly posts: Map<string, PostHandler>;
  /** By prefix, with a slash at its end. */
  readonly gets: Map<string, GetHandler>;
}

/** Owns a server. With a certificate it speaks TLS and wants the certificate uploaded. */
export class FakeWeb implements WebPort {
  readonly publicUrl: URL;
  /** The paths that answer POST, in the order they were registered. */
  readonly paths: string[] = [];
  readonly #server: Server | HttpsServer;
  readonly #handlers: Handlers;
  readonly #renewed: (() => Promise<void>)[] = [];
  #certificate: string | undefined;

  static async open(tls?: KeyAndCertificate, base = ""): Promise<FakeWeb> {
    const handlers: Handlers = { posts: new Map(), gets: new Map() };
    const listener: RequestListener = (request, response) => {
      const path = request.url?.startsWith(base) ? request.url.slice(base.length) : "";
      const answered =
        request.method === "POST"
          ? answerPost(handlers.posts.get(path), request, response)
          : answerGet(handlers.gets, path, request, response);
      answered.catch(() => response.destroy());
    };
    const server = tls ? createHttps({ key: tls.key, cert: tls.cert }, listener) : createHttp(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = new URL(`${tls ? "https" : "http"}://127.0.0.1:${port}${base}`);
    return new FakeWeb(server, handlers, url, tls?.cert);
  }

  private constructor(
    server: Server | HttpsServer,
    handlers: Handlers,
    publicUrl: URL,
    certificate: string | undefined,
  ) {
    this.#server = server;
    this.#handlers = handlers;
    this.publicUrl = publicUrl;
    this.#certificate = certificate;
  }

  certificate(): string | undefined {
    return this.#certificate;
  }

  onCertificate(listener: () => Promise<void>): void {
    this.#renewed.push(listener);
  }

  post(path: string, handler: PostHandler): void {
    this.paths.push(path);
    this.#handlers.posts.set(path, handler);
  }

  get(prefix: string, handler: GetHandler): void {
    this.#handlers.gets.set(`${prefix}/`, handler);
  }

  /** Swaps the certificate and says so, or only on the wire when nobody shall notice. */
  renew(tls: KeyAndCertificate, { announced = true } = {}): void {
    if ("setSecureContext" in this.#server) this.#server.setSecureContext({ key: tls.key, cert: tls.cert });
    // A kept-alive connection would go on with the old certificate.
    this.#server.closeAllConnections();
    if (!announced) return;
    this.#certificate = tls.cert;
    for (const listener of this.#renewed) void listener();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

async function answerPost(
  handler: PostHandler | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await buffer(request);
  const reply = handler ? await handler({ headers: request.headers, body }) : 404;
  if (typeof reply === "number") response.writeHead(reply).end();
  else
    response.writeHead(reply.status, { "content-type": "application/json" }).end(JSON.stringify(reply.json));
}

async function answerGet(
  handlers: ReadonlyMap<string, GetHandler>,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = [...handlers].find(([prefix]) => path.startsWith(prefix));
  if (!found) {
    response.writeHead(404).end();
    return;
  }
  const [prefix, handler] = found;
  const url = new URL(path.slice(prefix.length), "http://h/");
  const { headers } = request;
  const answer = await handler({
    path: decodeURIComponent(url.pathname.slice(1)),
    query: url.searchParams,
    head: request.method === "HEAD",
    headers,
  });
  response.writeHead(answer.status, answer.headers);
  if (answer.body && request.method !== "HEAD") await pipeline(Readable.from(answer.body), response);
  else response.end();
}
