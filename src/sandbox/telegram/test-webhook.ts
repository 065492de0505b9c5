// A webhook that the tests of delivery and TLS stand up: it records what comes and answers as told.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { text } from "node:stream/consumers";
import type { Update } from "./updates/update-queue.ts";

export interface Received {
  readonly update: Update;
  readonly body: string;
  readonly headers: IncomingMessage["headers"];
  readonly rawHeaders: readonly string[];
  readonly url: string;
}

export interface TestWebhook {
  readonly url: string;
  readonly port: number;
  readonly received: Received[];
  /** How many connections were opened. */
  readonly connections: () => number;
  /** Names asked for by SNI, one per connection that asked. */
  readonly names: string[];
  answer: (response: ServerResponse, update: Update) => void;
  close(): Promise<void>;
}

export async function openWebhook(
  tls?: { readonly key: string; readonly cert: string },
  host = "127.0.0.1",
): Promise<TestWebhook> {
  const received: Received[] = [];
  const names: string[] = [];
  let connections = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await text(request);
    const update = JSON.parse(body) as Update;
    const { headers, rawHeaders, url = "" } = request;
    received.push({ update, body, headers, rawHeaders, url });
    webhook.answer(response, update);
  };
  const server = tls
    ? createTlsServer({ ...tls, ALPNProtocols: ["h2", "http/1.1"] }, handle)
    : createServer(handle);
  server.on("connection", () => {
    connections += 1;
  });
  server.on(
    "secureConnection",
    (socket: Socket & { servername?: string | false; alpnProtocol?: string | false }) => {
      if (socket.servername) names.push(socket.servername);
      if (socket.alpnProtocol) names.push(`ALPN ${socket.alpnProtocol}`);
    },
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const webhook: TestWebhook = {
    url: `${tls ? "https" : "http"}://${host}:${port}/hook?key=1`,
    port,
    received,
    connections: () => connections,
    names,
    answer: (response) => void response.end(),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return webhook;
}
