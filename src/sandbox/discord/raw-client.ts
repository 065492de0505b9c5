// Bare REST and Gateway clients, without any library's habits; the simulator's own tests speak through them.

import WebSocket from "ws";
import type { DiscordSandbox } from "./sandbox.ts";

/** The value at a path of parsed JSON; undefined where the path ends. */
export function at(value: unknown, ...path: readonly (string | number)[]): unknown {
  let node = value;
  for (const step of path) {
    if (typeof node !== "object" || node === null) return undefined;
    node = Reflect.get(node, step);
  }
  return node;
}

/** The text at a path of parsed JSON. @throws Error when there is none */
export function textAt(value: unknown, ...path: readonly (string | number)[]): string {
  const found = at(value, ...path);
  if (typeof found !== "string") throw new Error(`no text at ${path.join(".")}`);
  return found;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export type Rest = (
  method: string,
  path: string,
  body?: object | FormData,
  headers?: Record<string, string>,
) => Promise<RawAnswer>;

/** Speaks REST v10; `token` absent: without Authorization. */
export function restOf(sandbox: DiscordSandbox, token?: string): Rest {
  return async (method, path, body, headers = {}) => {
    const form = body instanceof FormData;
    const response = await fetch(`${sandbox.url}/v10${path}`, {
      method,
      headers: {
        "user-agent": "DiscordBot (https://example.org, 1)",
        ...(token === undefined ? {} : { authorization: `Bot ${token}` }),
        ...(body === undefined || form ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: form ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const json = response.headers.get("content-type") === "application/json";
    return { status: response.status, headers: response.headers, body: json ? JSON.parse(text) : text };
  };
}

export interface Packet {
  readonly op: number;
  readonly d: unknown;
  readonly s: number | null;
  readonly t: string | null;
}

export interface RawGateway {
  /** Everything received, in order. */
  readonly packets: Packet[];
  send(op: number, d: unknown): void;
  sendText(text: string): void;
  /** The next packet not taken yet that fits; those before it are skipped. */
  next(fits: (packet: Packet) => boolean): Promise<Packet>;
  /** The next dispatch of this type. */
  dispatch(type: string): Promise<Packet>;
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  close(code?: number): void;
}

/** Connects and reads; identifies and beats only when told. */
export function connect(
  sandbox: DiscordSandbox,
  query = "?v=10&encoding=json",
  path = "/gateway",
): RawGateway {
  const socket = new WebSocket(`${sandbox.url.replace("http", "ws").replace(/\/api$/, path)}${query}`);
  const packets: Packet[] = [];
  let taken = 0;
  let wake = () => {};
  socket.on("message", (data) => {
    packets.push(JSON.parse(String(data)));
    wake();
  });
  const closed = new Promise<number>((resolve) => {
    socket.on("error", () => {});
    socket.on("close", resolve);
  });
  const next: RawGateway["next"] = async (fits) => {
    for (;;) {
      for (; taken < packets.length; taken++) {
        const packet = packets[taken];
        if (packet && fits(packet)) {
          taken += 1;
          return packet;
        }
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return {
    packets,
    closed,
    next,
    dispatch: (type) => next((packet) => packet.t === type),
    send: (op, d) => socket.send(JSON.stringify({ op, d })),
    sendText: (text) => socket.send(text),
    close: (code) => socket.close(code),
  };
}

/** Connects, identifies and reads up to READY. */
export async function login(sandbox: DiscordSandbox, token: string, intents: number) {
  const gateway = connect(sandbox);
  await gateway.next((packet) => packet.op === 10);
  gateway.send(2, { token, intents, properties: { os: "linux", browser: "test", device: "test" } });
  const ready = await gateway.dispatch("READY");
  return { gateway, ready };
}

/** GUILDS, webhooks, messages, reactions, typing, direct messages, message content. */
export const ALL_INTENTS = 1 | 32 | 512 | 1024 | 2048 | 4096 | 8192 | 32768;

/** A guild with a channel, a person and a bot. */
export function furnish(sandbox: DiscordSandbox) {
  const guild = sandbox.createGuild({ name: "Casa" });
  const channel = sandbox.createChannel(guild.id, { name: "geral" });
  const ana = sandbox.createUser({ username: "ana", globalName: "Ana" });
  sandbox.addMember(guild.id, ana.id, { nick: "Aninha" });
  const bot = sandbox.createBot({ name: "MateBot" });
  sandbox.addBot(guild.id, bot.id);
  return { guild, channel, ana, bot, rest: restOf(sandbox, bot.token), open: restOf(sandbox) };
}
