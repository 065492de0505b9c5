// One POST to a webhook over kept-alive connections, as it looks on the wire; webhook-delivery.ts decides what and when.

import { Agent, request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gunzipSync, inflateSync } from "node:zlib";
import type { Clock } from "../../../model/clock.ts";
import { connectionError, connectWebhook, portOf, type WebhookTarget } from "./webhook-tls.ts";

export interface WebhookAnswer {
  readonly status: number;
  readonly reason: string;
  readonly retryAfter?: string;
  readonly contentType: string;
  readonly body: Buffer;
}

/** `message` is what getWebhookInfo will say; undefined when Telegram records nothing. */
export type WebhookOutcome =
  | { readonly kind: "answer"; readonly answer: WebhookAnswer }
  | { readonly kind: "failed"; readonly message: string | undefined };

const DEADLINE_MS = 60_000; // tdlib HttpConnectionBase.cpp: 60 s from the request written to the whole response

/** Owns the connections to one webhook. */
export class WebhookWire {
  readonly #clock: Clock;
  readonly #secret: string;
  #target: WebhookTarget;
  #agent: Agent;
  readonly #sockets = new Set<Socket>();

  constructor(clock: Clock, target: WebhookTarget, secret: string) {
    this.#clock = clock;
    this.#target = target;
    this.#secret = secret;
    this.#agent = this.#newAgent();
  }

  get connections(): number {
    return this.#sockets.size;
  }

  /** The address changed: old connections go after their response, new ones go there. */
  moveTo(ip: string): void {
    this.#target = { ...this.#target, ip };
    this.#agent.destroy();
    this.#agent = this.#newAgent();
  }

  close(): void {
    this.#agent.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** `loseAnswer` throws the answer and its connection away after the server has handled the request. */
  post(body: string, loseAnswer: boolean): Promise<WebhookOutcome> {
    const { promise, resolve } = Promise.withResolvers<WebhookOutcome>();
    const { url } = this.#target;
    const outgoing = httpRequest({
      agent: this.#agent,
      host: url.hostname,
      port: portOf(url),
      method: "POST",
      path: `${url.pathname}${url.search}`,
      setHost: false,
      headers: this.#headers(Buffer.byteLength(body)),
    });
    let written = false;
    const timer = this.#clock.after(DEADLINE_MS, () => {
      resolve({ kind: "failed", message: written ? "Read timeout expired" : "Connection timed out" });
      outgoing.destroy();
    });
    outgoing.on("finish", () => {
      written = true;
    });
    outgoing.on("error", (error) => resolve({ kind: "failed", message: connectionError(error) }));
    outgoing.on("response", (response) => {
      if (loseAnswer) {
        outgoing.destroy();
        resolve({ kind: "failed", message: "Connection reset by peer" });
      } else
        readAnswer(response).then(resolve, (error) =>
          resolve({ kind: "failed", message: connectionError(error) }),
        );
    });
    outgoing.end(body);
    return promise.finally(() => timer.cancel());
  }

  /** WebhookActor.cpp 525-583; there is no User-Agent. */
  #headers(length: number): Record<string, string> {
    const { url } = this.#target;
    const user = decodeURIComponent(`${url.username}:${url.password}`);
    const port = portOf(url);
    return {
      Host: port === 443 ? url.hostname : `${url.hostname}:${port}`,
      ...(url.username !== "" && { Authorization: `Basic ${Buffer.from(user).toString("base64")}` }),
      ...(this.#secret !== "" && { "X-Telegram-Bot-Api-Secret-Token": this.#secret }),
      "Content-Type": "application/json",
      "Content-Length": String(length),
      Connection: "keep-alive",
      "Accept-Encoding": "gzip, deflate",
    };
  }

  #newAgent(): Agent {
    const connect = (done: (error: Error | null, socket: Duplex) => void) => {
      connectWebhook(this.#target).then(
        (socket) => {
          this.#sockets.add(socket);
          socket.once("close", () => this.#sockets.delete(socket));
          done(null, socket);
        },
        (error: Error) => done(error, undefined as unknown as Duplex),
      );
    };
    return new TelegramAgent(connect);
  }
}

/** Node's pool with Telegram's way to connect; a server's `Keep-Alive: timeout=` hint is not read. */
class TelegramAgent extends Agent {
  readonly #connect: (done: (error: Error | null, socket: Duplex) => void) => void;
  constructor(connect: (done: (error: Error | null, socket: Duplex) => void) => void) {
    super({ keepAlive: true });
    this.#connect = connect;
  }
  override createConnection(
    _: unknown,
    done?: (error: Error | null, socket: Duplex) => void,
  ): Duplex | undefined {
    if (done) this.#connect(done);
    return undefined;
  }
  override keepSocketAlive(socket: Duplex): boolean {
    (socket as Socket).unref();
    return true;
  }
}

async function readAnswer(response: IncomingMessage): Promise<WebhookOutcome> {
  const raw = await buffer(response);
  const retryAfter = response.headers["retry-after"];
  return {
    kind: "answer",
    answer: {
      status: response.statusCode ?? 0,
      reason: response.statusMessage ?? "",
      ...(retryAfter !== undefined && { retryAfter }),
      contentType: response.headers["content-type"] ?? "",
      body: decoded(raw, response.headers["content-encoding"]),
    },
  };
}

function decoded(raw: Buffer, encoding: string | undefined): Buffer {
  try {
    if (encoding === "gzip") return gunzipSync(raw);
    if (encoding === "deflate") return inflateSync(raw);
  } catch {
    return Buffer.alloc(0);
  }
  return raw;
}
