// Stands between a keeper and the authority, hears the orders and answers in its place when told to; the ACME tests use it.

import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import type { Pebble } from "./pebble.ts";

export interface AcmeGate {
  readonly directory: string;
  /** What was asked of `newOrder`, and every URL that was called. */
  readonly orders: readonly object[];
  readonly calls: readonly string[];
  /** Answers the next call whose path begins so. */
  answerOnce(path: string, status: number, body: object, headers?: Readonly<Record<string, string>>): void;
  /** Added to `meta` of the directory, and to the directory itself. */
  offer(meta: object, more?: object): void;
  stop(): Promise<void>;
}

/** Pebble builds its URLs from the Host header, so that all calls come through here. */
export async function startAcmeGate(pebble: Pebble): Promise<AcmeGate> {
  const orders: object[] = [];
  const calls: string[] = [];
  const planned: { readonly path: string; readonly answer: (response: ServerResponse) => void }[] = [];
  let meta = {};
  let more = {};
  const behind = new URL(pebble.directory);
  const agent = new Agent({ ca: pebble.httpsRoot });
  const forward = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await read(incoming);
    const path = incoming.url ?? "";
    calls.push(path);
    const index = planned.findIndex((plan) => path.startsWith(plan.path));
    if (index !== -1) return planned.splice(index, 1)[0]?.answer(response);
    if (path === "/order-plz") orders.push(payloadOf(body));
    const call = request(new URL(path, behind), {
      agent,
      method: incoming.method,
      headers: incoming.headers,
    });
    call.on("error", () => response.destroy());
    call.on("response", (answer) => {
      void read(answer).then((text) => {
        const { "content-length": _length, ...headers } = answer.headers;
        response.writeHead(answer.statusCode ?? 500, headers);
        response.end(path === behind.pathname ? withMore(text, meta, more) : text);
      });
    });
    call.end(body);
  };
  const tls = { key: pebble.httpsKey, cert: pebble.httpsRoot };
  const server = createServer(tls, (incoming, response) => void forward(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    directory: `https://localhost:${(server.address() as AddressInfo).port}${behind.pathname}`,
    ...{ orders, calls },
    answerOnce: (path, status, body, headers = {}) => {
      const answer = (response: ServerResponse) => {
        response.writeHead(status, { "content-type": "application/problem+json", ...headers });
        response.end(JSON.stringify(body));
      };
      planned.push({ path, answer });
    },
    offer: (inMeta, beside = {}) => {
      meta = inMeta;
      more = beside;
    },
    stop: async () => {
      agent.destroy();
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
    },
  };
}

async function read(stream: IncomingMessage): Promise<string> {
  stream.setEncoding("utf8");
  let text = "";
  for await (const chunk of stream) text += chunk;
  return text;
}

function payloadOf(body: string): object {
  const { payload } = JSON.parse(body) as { readonly payload: string };
  return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
}

function withMore(directory: string, meta: object, more: object): string {
  const parsed = JSON.parse(directory) as { readonly meta?: object };
  return JSON.stringify({ ...parsed, ...more, meta: { ...parsed.meta, ...meta } });
}
