// Answers tls-alpn-01 challenges, beside the traffic of the HTTPS server or at a port of its own; `web.ts` builds one.

import { createServer as createNetServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import type { ListenAddress } from "../../listen.ts";
import { bindDoor } from "./bind-door.ts";
import { readGreeting } from "./client-hello.ts";
import type { ChallengeDoor, ChallengeQuestion } from "./door.ts";

/** RFC 8737, 3. */
const PROTOCOL = "acme-tls/1";
const PEEK_MS = 5_000;
const PEEK_BYTES = 16_384 + 5;
const MOST_CONNECTIONS = 100;
/** Whoever comes when so many are looked at goes on unseen: a flood shall not keep the honest ones out. */
const MOST_PEEKED = 1_000;

/**
 * At the server that is there already. While it is open, a connection is looked at before the server gets it: those of
 * the authority get the certificate of the challenge, all others go on as they came.
 */
export function createAlpnDoor(server: Server): ChallengeDoor {
  let isOpen = false;
  return {
    type: "tls-alpn-01",
    open: async (question) => {
      if (isOpen) throw new Error("the door answers one challenge at a time");
      isOpen = true;
      try {
        const stop = divert(server, await answer(question));
        return {
          close: async () => {
            stop();
            isOpen = false;
          },
        };
      } catch (error) {
        isOpen = false;
        throw error;
      }
    },
  };
}

/** Takes over the connections of the server, until the answer is called. */
function divert(server: Server, answering: Answering): () => void {
  const taken = server.rawListeners("connection") as ((socket: Socket) => void)[];
  const passOn = (socket: Socket) => {
    for (const listener of taken) listener.call(server, socket);
  };
  let peeked = 0;
  const look = (socket: Socket) => {
    if (peeked >= MOST_PEEKED) return passOn(socket);
    peeked++;
    peek(
      socket,
      (isAuthority) => (isAuthority ? answering.take(socket) : passOn(socket)),
      () => peeked--,
    );
  };
  server.removeAllListeners("connection");
  server.on("connection", look);
  return () => {
    server.removeListener("connection", look);
    for (const listener of taken) server.on("connection", listener);
    answering.end();
  };
}

/** At a port of its own, which is bound only while a challenge is open; nobody else is served there. */
export function createAlpnPort(address: ListenAddress): ChallengeDoor {
  return {
    type: "tls-alpn-01",
    open: async (question) => {
      const answering = await answer(question);
      const open = new Set<Socket>();
      const server = createNetServer((socket) => {
        open.add(socket);
        socket.once("close", () => open.delete(socket));
        peek(socket, (isAuthority) => (isAuthority ? answering.take(socket) : socket.destroy()));
      });
      server.maxConnections = MOST_CONNECTIONS;
      await bindDoor(server, address, question.host);
      return {
        close: async () => {
          answering.end();
          const closed = new Promise<void>((resolve) => server.close(() => resolve()));
          for (const socket of open) socket.destroy();
          await closed;
        },
      };
    },
  };
}

interface Answering {
  take(socket: Socket): void;
  end(): void;
}

async function answer({ host, keyAuthorization, now }: ChallengeQuestion): Promise<Answering> {
  // Loaded only when needed: making a certificate takes a library that serving one does not.
  const { makeChallengeCertificate } = await import("./alpn-certificate.ts");
  const pair = await makeChallengeCertificate(host, keyAuthorization, now);
  const sockets = new Set<Socket>();
  // It is never bound: connections are handed to it.
  const server: TlsServer = createTlsServer({
    ...pair,
    ALPNProtocols: [PROTOCOL],
    minVersion: "TLSv1.2",
    handshakeTimeout: PEEK_MS,
  });
  server.on("secureConnection", (socket) => {
    socket.on("error", () => socket.destroy());
    socket.end();
  });
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  let ended = false;
  return {
    take: (socket) => {
      if (ended || sockets.size >= MOST_CONNECTIONS) return void socket.destroy();
      sockets.add(socket);
      socket.once("close", () => sockets.delete(socket));
      server.emit("connection", socket);
    },
    end: () => {
      ended = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Reads the greeting and puts it back; who sends none in time, or too long a one, is cut off. `done` comes first, always. */
function peek(socket: Socket, pass: (isAuthority: boolean) => void, done = () => {}): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const giveUp = () => socket.destroy();
  // The socket's own limit starts anew with every byte; this one is for the whole greeting.
  const timer = setTimeout(giveUp, PEEK_MS);
  timer.unref();
  const stop = () => {
    clearTimeout(timer);
    done();
    socket.removeListener("readable", look);
    socket.removeListener("error", giveUp);
    socket.removeListener("end", giveUp);
    socket.removeListener("close", stop);
  };
  const look = () => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null) {
      chunks.push(chunk);
      bytes += chunk.length;
    }
    const whole = Buffer.concat(chunks);
    const greeting = readGreeting(whole);
    if (greeting === "more") return bytes > PEEK_BYTES ? giveUp() : undefined;
    stop();
    socket.unshift(whole);
    pass(greeting !== "other" && greeting.protocols.includes(PROTOCOL));
  };
  socket.on("readable", look);
  socket.on("error", giveUp);
  socket.on("end", giveUp);
  socket.on("close", stop);
}
