// Binds the web server to its address and turns the system's refusals into words; `server.ts` calls it.

import { chmod, lstat, unlink } from "node:fs/promises";
import type { Server } from "node:http";
import { connect } from "node:net";
import { UserError } from "../model/errors.ts";
import type { Texts } from "../model/texts.ts";
import { formatListen, type ListenAddress } from "./listen.ts";

/** The owner and the group may connect: a reverse proxy is put into MateBot's group. */
const SOCKET_MODE = 0o660;

type Target = { readonly path: string } | { readonly host: string; readonly port: number };

/** Runs `listen`; a stale Unix socket is removed before, a live one never. @throws UserError */
export async function bind(
  address: ListenAddress,
  texts: Texts,
  listen: (target: Target) => Promise<unknown>,
): Promise<void> {
  try {
    if (address.kind === "unix") {
      await removeStaleSocket(address.path);
      await listen({ path: address.path });
      await chmod(address.path, SOCKET_MODE);
    } else {
      // Fastify binds "localhost" twice, once for each IP version; one listener is enough.
      const host = address.host === "localhost" ? "127.0.0.1" : address.host;
      await listen({ host, port: address.port });
    }
  } catch (error) {
    throw inWords(error, address, texts);
  }
}

export function boundAddress(server: Server, wanted: ListenAddress): ListenAddress {
  const bound = server.address();
  if (bound === null || typeof bound === "string") return wanted;
  return { kind: "tcp", host: bound.address, port: bound.port };
}

async function removeStaleSocket(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (stats === undefined) return;
  if (!stats.isSocket()) throw Object.assign(new Error("not a socket"), { code: "NOT_A_SOCKET" });
  if (await answers(path)) throw Object.assign(new Error("in use"), { code: "EADDRINUSE" });
  await unlink(path);
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    // Only a refused connection proves that nobody is there; a right that is missing proves nothing.
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "ECONNREFUSED"));
  });
}

const WORDS: Readonly<Record<string, string>> = {
  EADDRINUSE: "web.listen.taken",
  EACCES: "web.listen.forbidden",
  EPERM: "web.listen.forbidden",
  EADDRNOTAVAIL: "web.listen.not-here",
  ENOTFOUND: "web.listen.not-here",
  EAI_AGAIN: "web.listen.not-here",
  ENOENT: "web.listen.no-folder",
  NOT_A_SOCKET: "web.listen.not-a-socket",
};

function inWords(error: unknown, address: ListenAddress, texts: Texts): unknown {
  const key = WORDS[String((error as NodeJS.ErrnoException).code)];
  if (key === undefined) return error;
  const kind = address.kind === "unix" ? "unix" : address.port < 1024 ? "low" : "high";
  return new UserError(texts(key, { address: formatListen(address), kind }), 1, { cause: error });
}
