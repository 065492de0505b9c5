// The connections that stand, each as it was accepted and with the address it came from; `door.ts` keeps them.

import type { Server } from "node:http";
import type { Socket } from "node:net";
import type { Admission } from "./admission.ts";
import { plainAddress } from "./client-address.ts";

/** A connection as it was accepted: the one below TLS. */
export interface Seat {
  readonly socket: Socket;
  /** As the other end of TCP names itself; undefined on a Unix socket. */
  readonly peer: string | undefined;
  /** Requests that wait for their answers. */
  pending: number;
}

/** No address: nobody trusts it, and it counts as one. */
export const NOWHERE = "0.0.0.0";

export interface Seats {
  /** Connections are let in from now on, or sent away. */
  open(): void;
  /** Undefined: it was sent away. */
  of(socket: Socket): Seat | undefined;
  closeAll(): void;
}

/** `counted`: what an address counts as; undefined: for nobody. */
export function createSeats(
  server: Server,
  unix: boolean,
  admission: Admission<Seat>,
  counted: (peer: string | undefined) => string | undefined,
): Seats {
  const seats = new Map<unknown, Seat>();
  const take = (socket: Socket): boolean => {
    const peer = unix ? undefined : plainAddress(socket.remoteAddress ?? NOWHERE);
    const seat: Seat = { socket, peer, pending: 0 };
    const { stays, leaves } = admission.enter(seat, counted(peer));
    leaves?.socket.destroy();
    if (!stays) return false;
    const key = keyOf(socket, unix);
    seats.set(key, seat);
    socket.once("close", () => {
      admission.leave(seat);
      if (seats.get(key) === seat) seats.delete(key);
    });
    return true;
  };
  return {
    open: () => acceptOnly(server, take),
    of: (socket) => seats.get(keyOf(socket, unix)),
    closeAll: () => {
      for (const { socket } of seats.values()) socket.destroy();
    },
  };
}

/** A TLS socket and the one below it have the same ends. */
function keyOf(socket: Socket, unix: boolean): unknown {
  return unix ? socket : `${socket.remoteAddress} ${socket.remotePort}`;
}

/** Node's own work on a new connection, TLS first of all, begins after it was let in. */
function acceptOnly(server: Server, take: (socket: Socket) => boolean): void {
  const own = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    if (!take(socket)) return void socket.destroy();
    for (const listener of own) listener.call(server, socket);
  });
}
