// 2,000 slow clients at the web server, and what an honest update waits meanwhile: `node bench/slow-clients.ts`.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:https";
import { connect, type Socket } from "node:net";
import { connect as connectSecurely } from "node:tls";
import { loadTexts } from "../src/texts.ts";
import type { WebLimits } from "../src/web/limits.ts";
import { createWebServer, type WebServer } from "../src/web/server.ts";
import { makeSelfSigned } from "../src/web/tls/self-signed.ts";
import { percentile } from "./stats.ts";

const HOST = "127.0.0.1";
/** Where the honest updates come from: no proxy, and none of the crowd. */
const HONEST = "127.1.1.1";
const SECRET = "s".repeat(43);
const BACK_MS = 5_000;
const UPDATE = JSON.stringify({ update_id: 1, message: { text: "olá ".repeat(75) } });

interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly answered: number;
}

interface Waits {
  /** On a connection that stands, as Telegram keeps them. */
  readonly kept: Delays;
  /** Each on a new connection, with its handshake. */
  readonly fresh: Delays;
}

export interface SlowClients {
  readonly alone: Waits;
  readonly crowded: Waits;
  /** Connections of the crowd that stood when the updates began and when they ended. */
  readonly standing: readonly [number, number];
}

export interface Crowd {
  readonly clients: number;
  /** All from one address, or each from one of its own. */
  readonly from: "one" | "many";
  readonly limits?: Partial<WebLimits>;
  readonly updates: number;
}

/** Milliseconds. The crowd is a process of its own; whoever is sent away is back five seconds later. */
export async function measureSlowClients({ clients, from, limits, updates }: Crowd): Promise<SlowClients> {
  const pair = await makeSelfSigned(HOST, Date.now());
  const server = createWebServer({
    listen: { kind: "tcp", host: HOST, port: 0 },
    tls: pair,
    health: async () => ({ status: "ok", connections: [] }),
    log: { debug() {}, info() {}, warn() {}, error() {} },
    texts: loadTexts("en"),
    ...(limits && { limits }),
  });
  const handler = async ({ body }: { readonly body: Buffer }) => (JSON.parse(body.toString()) ? 200 : 400);
  server.port.post("/telegram/x", handler, ({ "x-secret": given }) => (given === SECRET ? undefined : 401));
  server.port.post("/asks", handler);
  await server.start();
  const port = portOf(server);
  let crowd: ChildProcess | undefined;
  try {
    await wait(port, pair.cert, 20);
    const alone = await wait(port, pair.cert, updates);
    crowd = fork(import.meta.filename, ["crowd", String(port), String(clients), from], {
      serialization: "json",
    });
    const before = await next(crowd, "all have come");
    const crowded = await wait(port, pair.cert, updates);
    crowd.send("count");
    return { alone, crowded, standing: [before, await next(crowd, "count")] };
  } finally {
    crowd?.kill();
    await server.stop();
  }
}

function portOf(server: WebServer): number {
  const address = server.address();
  if (address.kind !== "tcp") throw new Error("not a TCP server");
  return address.port;
}

async function next(crowd: ChildProcess, what: string): Promise<number> {
  const [message] = await Promise.race([
    once(crowd, "message"),
    once(crowd, "exit").then(() => Promise.reject(new Error(`the crowd left before: ${what}`))),
  ]);
  return Number(message);
}

async function wait(port: number, ca: string, updates: number): Promise<Waits> {
  const kept = new Agent({ keepAlive: true, maxSockets: 1, ca, localAddress: HONEST });
  const fresh = new Agent({ keepAlive: false, maxCachedSessions: 0, ca, localAddress: HONEST });
  const waits: Record<"kept" | "fresh", number[]> = { kept: [], fresh: [] };
  for (let index = 0; index < updates; index++) {
    waits.kept.push(await post(port, kept));
    waits.fresh.push(await post(port, fresh));
  }
  kept.destroy();
  return { kept: delays(waits.kept), fresh: delays(waits.fresh) };
}

function delays(waits: readonly number[]): Delays {
  return { p50: percentile(waits, 0.5), p99: percentile(waits, 0.99), answered: waits.length };
}

/** How long one honest update took. @throws when it was not answered with 200 */
function post(port: number, agent: Agent): Promise<number> {
  const began = performance.now();
  const headers = { "content-type": "application/json", "x-secret": SECRET };
  return new Promise((resolve, reject) => {
    request({ host: HOST, port, agent, path: "/telegram/x", method: "POST", headers }, (response) => {
      response.resume().once("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - began);
        else reject(new Error(`an honest update was answered with ${response.statusCode}`));
      });
    })
      .once("error", reject)
      .end(UPDATE);
  });
}

// From here on: the crowd.

/** What a slow client does once it is connected; true: it speaks TLS. */
const MANNERS: readonly { readonly tls: boolean; readonly begin: string; readonly drip: string }[] = [
  { tls: false, begin: "", drip: "" },
  { tls: false, begin: "\x16\x03\x01\x02\x00\x01\x00", drip: "\x01" },
  { tls: true, begin: "", drip: "" },
  { tls: true, begin: "POST /telegram/x HTTP/1.1\r\nHost: h\r\n", drip: "X-A: b\r\n" },
  { tls: true, begin: "POST /asks HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n", drip: "a" },
];

function crowdOf(port: number, clients: number, from: string): void {
  const standing = new Set<Socket>();
  let arrived = 0;
  const come = (index: number) => {
    const manner = MANNERS[index % MANNERS.length];
    if (manner === undefined) return;
    const own = `127.${2 + (index >> 14)}.${(index >> 7) & 127}.${1 + (index & 127)}`;
    const to = { host: HOST, port, localAddress: from === "one" ? "127.0.0.2" : own };
    const socket = manner.tls ? connectSecurely({ ...to, rejectUnauthorized: false }) : connect(to);
    let drip: NodeJS.Timeout | undefined;
    let tried = false;
    const count = () => {
      if (!tried) arrived += 1;
      tried = true;
      if (arrived === clients) process.send?.(standing.size);
    };
    socket.on("error", () => {});
    socket.resume();
    socket.once(manner.tls ? "secureConnect" : "connect", () => {
      standing.add(socket);
      if (manner.begin !== "") socket.write(manner.begin, "latin1");
      if (manner.drip !== "") drip = setInterval(() => socket.write(manner.drip, "latin1"), 1_000);
      count();
    });
    socket.once("close", () => {
      clearInterval(drip);
      standing.delete(socket);
      count();
      setTimeout(() => come(index), BACK_MS);
    });
  };
  process.on("message", () => process.send?.(standing.size));
  // Not all at once: this is about who stays, not about who comes.
  let index = 0;
  const arrive = setInterval(() => {
    for (let some = 0; some < 20 && index < clients; some++) come(index++);
    if (index >= clients) clearInterval(arrive);
  }, 20);
}

function line(name: string, { kept, fresh }: Waits): string {
  const words = ({ p50, p99 }: Delays) => `${p50.toFixed(1)} / ${p99.toFixed(1)} ms`;
  return `  ${name}: kept connection ${words(kept)}, new connection ${words(fresh)} (p50 / p99)`;
}

/** So that everybody may stay; by themselves the limits let no more than a thousand. */
export const ALL_STAND: Partial<WebLimits> = {
  ...{ connections: 5_000, strangers: 5_000, handshakeMs: 120_000, headMs: 120_000, requestMs: 120_000 },
  pace: { bytes: 0, ms: 120_000 },
};
const rows: Readonly<Record<string, Omit<Crowd, "clients" | "updates">>> = {
  "from one address": { from: "one" },
  "from 2,000 addresses": { from: "many" },
  "from 2,000 addresses, limits raised so that all stand": { from: "many", limits: ALL_STAND },
};

if (import.meta.main) {
  const [word, port, clients, from] = process.argv.slice(2);
  if (word === "crowd") crowdOf(Number(port), Number(clients), String(from));
  else
    for (const [name, row] of Object.entries(rows)) {
      const { alone, crowded, standing } = await measureSlowClients({
        ...row,
        clients: 2_000,
        updates: 2_000,
      });
      process.stdout.write(`2,000 slow clients ${name}; ${standing.join(" to ")} stood\n`);
      process.stdout.write(`${line("alone", alone)}\n${line("beside them", crowded)}\n`);
    }
}
