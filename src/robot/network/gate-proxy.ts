// A tiny proxy on loopback through which another program may reach the public web, and nothing else; `download.ts` opens one.

import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type LookupFunction, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { bare, NotPublic, pinnedTo, type Reach, reachable } from "./address.ts";

const WAIT_MS = 20_000;
const MOST_SOCKETS = 32;
/** The web's ports; below 1024 there is mail and much else that answers to no browser. */
const WEB_PORTS = new Set([80, 443]);
const LEAST_FREE_PORT = 1024;

export interface GateProxy {
  /** With the password: for the program alone. */
  readonly url: string;
  /** Somebody wanted to go where nobody may. */
  readonly refusals: number;
  /** More came through than was allowed: all is cut since then. */
  readonly isOver: boolean;
  close(): Promise<void>;
}

interface Way {
  readonly host: string;
  readonly port: number;
  readonly lookup: LookupFunction;
}

interface State {
  readonly reach: Reach;
  readonly key: Buffer;
  readonly sockets: Set<Duplex>;
  readonly maxBytes: number;
  bytes: number;
  refusals: number;
  isOver: boolean;
}

/** `maxBytes` of everything that comes through, headers included. */
export async function openGateProxy(reach: Reach, maxBytes: number): Promise<GateProxy> {
  const password = randomBytes(24).toString("hex");
  const key = Buffer.from(`Basic ${Buffer.from(`matebot:${password}`).toString("base64")}`);
  const state: State = { reach, key, maxBytes, sockets: new Set(), bytes: 0, refusals: 0, isOver: false };
  const server = createServer({ requestTimeout: WAIT_MS, headersTimeout: WAIT_MS });
  server.on("connection", (socket) => keep(socket, state));
  server.on("connect", (asked, socket, head) => void tunnel(asked, socket, head, state));
  server.on("request", (asked, answer) => void forward(asked, answer, state));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://matebot:${password}@127.0.0.1:${port}`,
    get refusals() {
      return state.refusals;
    },
    get isOver() {
      return state.isOver;
    },
    close: () => closed(server, state),
  };
}

function closed(server: Server, { sockets }: State): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
  });
}

function keep(socket: Duplex, state: State): void {
  const { sockets } = state;
  if (sockets.size >= MOST_SOCKETS * 2 || state.isOver) {
    socket.destroy();
    return;
  }
  sockets.add(socket);
  socket.once("close", () => sockets.delete(socket));
  // A cut line is nobody's fault.
  socket.on("error", () => socket.destroy());
}

function isKnown({ headers }: IncomingMessage, { key }: State): boolean {
  const given = Buffer.from(headers["proxy-authorization"] ?? "");
  return given.length === key.length && timingSafeEqual(given, key);
}

function count(bytes: number, state: State): void {
  state.bytes += bytes;
  if (state.bytes <= state.maxBytes) return;
  state.isOver = true;
  for (const socket of state.sockets) socket.destroy();
}

/** How to connect, to addresses that were checked and to no others. @throws when it may not be reached */
async function way(host: string, port: number, state: State): Promise<Way> {
  const isWeb = WEB_PORTS.has(port) || (port >= LEAST_FREE_PORT && port <= 65_535);
  try {
    if (!isWeb) throw new NotPublic();
    return { host: bare(host), port, lookup: pinnedTo(await reachable(host, state.reach)) };
  } catch (error) {
    if (error instanceof NotPublic) state.refusals += 1;
    throw error;
  }
}

async function tunnel(asked: IncomingMessage, socket: Duplex, head: Buffer, state: State): Promise<void> {
  const refuse = (status: string) => socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
  if (!isKnown(asked, state)) return void refuse("407 Proxy Authentication Required");
  const target = URL.canParse(`tcp://${asked.url}`) ? new URL(`tcp://${asked.url}`) : undefined;
  if (!target) return void refuse("400 Bad Request");
  try {
    const port = Number(target.port);
    const onward = await opened(await way(target.hostname, port, state), state);
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    if (head.length > 0) onward.write(head);
    for (const side of [socket, onward]) side.on("data", (chunk: Buffer) => count(chunk.length, state));
    socket.pipe(onward).pipe(socket);
    socket.once("close", () => onward.destroy());
    onward.once("close", () => socket.destroy());
  } catch (error) {
    refuse(error instanceof NotPublic ? "403 Forbidden" : "502 Bad Gateway");
  }
}

function opened(to: Way, state: State): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(to);
    keep(socket, state);
    socket.setTimeout(WAIT_MS, () => socket.destroy());
    socket.once("connect", () => resolve(socket));
    socket.once("close", () => reject(new Error("no connection")));
  });
}

/** A request in the clear: `GET http://host/…`. */
async function forward(asked: IncomingMessage, answer: ServerResponse, state: State): Promise<void> {
  const refuse = (status: number) => answer.writeHead(status, { connection: "close" }).end();
  if (!isKnown(asked, state)) return void refuse(407);
  const url = URL.canParse(asked.url ?? "") ? new URL(asked.url ?? "") : undefined;
  if (url?.protocol !== "http:") return void refuse(400);
  const port = Number(url.port || 80);
  try {
    const to = await way(url.hostname, port, state);
    const {
      "proxy-authorization": _key,
      "proxy-connection": _way,
      ...theirs
    } = asked.headers as Record<string, string>;
    const headers = { ...theirs, host: url.host, connection: "close" };
    const { method } = asked;
    const path = `${url.pathname}${url.search}`;
    const onward = request({ ...to, path, method, headers, agent: false, timeout: WAIT_MS });
    onward.on("socket", (socket) => keep(socket, state));
    onward.on("timeout", () => onward.destroy());
    onward.on("error", () => (answer.headersSent ? answer.destroy() : refuse(502)));
    onward.on("response", (response) => {
      response.on("data", (chunk: Buffer) => count(chunk.length, state));
      response.on("error", () => answer.destroy());
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    asked.pipe(onward);
  } catch (error) {
    refuse(error instanceof NotPublic ? 403 : 502);
  }
}
