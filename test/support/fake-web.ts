// A web port on loopback with nothing but POST; the tests of the platform folders receive webhooks through it.

import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps, type Server as HttpsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { WebPort, WebRequest } from "../../src/bridge/ports.ts";
import type { KeyAndCertificate } from "../../src/web/tls/self-signed.ts";

/** Owns a server. With a certificate it speaks TLS and wants the certificate uploaded. */
export class FakeWeb implements WebPort {
  readonly publicUrl: URL;
  /** The paths that answer, in the order they were registered. */
  readonly paths: string[] = [];
  readonly #server: Server | HttpsServer;
  readonly #handlers: Map<string, (request: WebRequest) => Promise<number>>;
  readonly #renewed: (() => void)[] = [];
  #certificate: string | undefined;

  static async open(tls?: KeyAndCertificate, base = ""): Promise<FakeWeb> {
    const handlers = new Map<string, (request: WebRequest) => Promise<number>>();
    const listener: RequestListener = async (request, response) => {
      const path = request.url?.startsWith(base) ? request.url.slice(base.length) : "";
      const handler = handlers.get(path);
      const body = await buffer(request);
      const status = handler ? await handler({ headers: request.headers, body }) : 404;
      response.writeHead(status).end();
    };
    const server = tls ? createHttps({ key: tls.key, cert: tls.cert }, listener) : createHttp(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const url = new URL(`${tls ? "https" : "http"}://127.0.0.1:${port}${base}`);
    return new FakeWeb(server, handlers, url, tls?.cert);
  }

  private constructor(
    server: Server | HttpsServer,
    handlers: Map<string, (request: WebRequest) => Promise<number>>,
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

  onCertificate(listener: () => void): void {
    this.#renewed.push(listener);
  }

  post(path: string, handler: (request: WebRequest) => Promise<number>): void {
    this.paths.push(path);
    this.#handlers.set(path, handler);
  }

  /** Nobody fetches anything from here. */
  get(_prefix: string): void {}

  /** Swaps the certificate and says so, or only on the wire when nobody shall notice. */
  renew(tls: KeyAndCertificate, { announced = true } = {}): void {
    if ("setSecureContext" in this.#server) this.#server.setSecureContext({ key: tls.key, cert: tls.cert });
    // A kept-alive connection would go on with the old certificate.
    this.#server.closeAllConnections();
    if (!announced) return;
    this.#certificate = tls.cert;
    for (const listener of this.#renewed) listener();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
