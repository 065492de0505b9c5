// Stands before the web server: lets connections in, judges requests by their heads, ends what is slow; `server.ts` sets it up.

import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type Admission, createAdmission } from "./admission.ts";
import { type Proxies, placeOf } from "./client-address.ts";
import type { WebLimits } from "./limits.ts";
import { createSeats, NOWHERE, type Seat } from "./seats.ts";

/**
 * A status refuses. `known` brought a secret. `asks` may have one: its answer tells. `open` is for everybody, and proves
 * nothing.
 */
export type Judgement = number | "known" | "asks" | "open";

export interface DoorOptions {
  readonly server: Server;
  /** It listens on a Unix socket, whose other end has no address. */
  readonly unix: boolean;
  readonly limits: WebLimits;
  readonly proxies: Proxies;
  /** Milliseconds, for the limits a minute. */
  readonly now: () => number;
  readonly judge: (request: IncomingMessage, client: string | undefined) => Judgement;
  /** Something was refused to this address. */
  readonly onRefused: (client: string) => void;
}

export interface Door {
  /** What the server does for whoever was let in. Called once, before the server listens. */
  open(answer: RequestListener): void;
  clientErrors(error: Error, socket: Duplex): void;
  /** Ends every connection, those that never spoke as well. */
  closeAll(): void;
}

const REASONS: Readonly<Record<number, string>> = {
  400: "Bad Request",
  404: "Not Found",
  408: "Request Timeout",
  431: "Request Header Fields Too Large",
};

export function createDoor(options: DoorOptions): Door {
  const { server, unix, limits, proxies } = options;
  const admission: Admission<Seat> = createAdmission(limits, options.now);
  const counted = (client: string | undefined) =>
    client === undefined || proxies.trusts(client) ? undefined : placeOf(client);
  const seats = createSeats(server, unix, admission, counted);
  const hall: Hall = {
    ...{ options, admission, strangers: { reading: 0 } },
    isTiresome: (client) => admission.isTiresome(counted(client)),
    clientOf: (request, seat) =>
      proxies.clientOf(unix ? undefined : (seat?.peer ?? NOWHERE), request.headers),
    refused: (client) => {
      admission.refuse(counted(client));
      options.onRefused(client ?? "unix");
    },
  };
  const refuseHead = (request: IncomingMessage) =>
    hall.refused(hall.clientOf(request, seats.of(request.socket)));

  return {
    open: (answer) => {
      seats.open();
      const listener: RequestListener = (request, response) => {
        if (enter(hall, seats.of(request.socket), request, response)) answer(request, response);
      };
      server.on("request", listener);
      // With `Expect: 100-continue` the head alone is here: who is refused never sends the body.
      server.on("checkContinue", listener);
      server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) => {
        refuseHead(request);
        refuse(response, 417);
      });
      server.on("connect", (request: IncomingMessage, socket: Duplex) => {
        refuseHead(request);
        endWith(socket, 404);
      });
    },
    clientErrors: (error: NodeJS.ErrnoException, socket) => {
      const seat = seats.of(socket as Socket);
      const status = statusOf(error.code);
      // Half an answer must not get another one in its middle, and to half a handshake nothing can be said.
      if (!socket.writable || status === undefined || seat === undefined || seat.pending > 0)
        return void socket.destroy();
      const tiresome = hall.isTiresome(seat.peer);
      hall.refused(seat.peer);
      if (tiresome) socket.destroy();
      else endWith(socket, status);
    },
    closeAll: seats.closeAll,
  };
}

/** What the requests have in common. */
interface Hall {
  readonly options: DoorOptions;
  readonly admission: Admission<Seat>;
  /** Bodies under way of those who brought no secret. */
  readonly strangers: { reading: number };
  isTiresome(client: string | undefined): boolean;
  clientOf(request: IncomingMessage, seat: Seat | undefined): string | undefined;
  refused(client: string | undefined): void;
}

/** Whether the server is to answer; if not, it has been answered. */
function enter(
  hall: Hall,
  seat: Seat | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { limits, judge } = hall.options;
  // It was sent away while its request was on the way, or asks without waiting for answers.
  if (seat === undefined || seat.pending >= limits.pipelined) {
    request.socket.destroy();
    return false;
  }
  seat.pending += 1;
  response.once("close", () => {
    seat.pending -= 1;
  });
  const client = hall.clientOf(request, seat);
  const judgement = hasHost(request) ? judge(request, client) : 400;
  if (typeof judgement === "number") {
    const tiresome = hall.isTiresome(client);
    if (judgement !== 503) hall.refused(client);
    refuse(response, tiresome ? 429 : judgement);
    return false;
  }
  if (judgement === "known") hall.admission.prove(seat);
  if (judgement === "asks" && !ask(hall, seat, client, request, response)) return false;
  if (!request.complete) watchPace(request, response, limits.pace);
  if (request.headers.expect !== undefined && request.httpVersion === "1.1") response.writeContinue();
  return true;
}

/** For who may have a secret, which only the answer tells. */
function ask(
  hall: Hall,
  seat: Seat,
  client: string | undefined,
  { method }: IncomingMessage,
  response: ServerResponse,
): boolean {
  const { strangers } = hall;
  const crowded = method === "POST" && strangers.reading >= hall.options.limits.strangers;
  if (crowded || hall.isTiresome(client)) {
    refuse(response, crowded ? 503 : 429);
    return false;
  }
  if (method === "POST") countWhile(strangers, response);
  response.once("finish", () => {
    if (response.statusCode < 400) hall.admission.prove(seat);
    else if (response.statusCode < 500) hall.refused(client);
  });
  return true;
}

function hasHost({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion !== "1.1" || headers.host !== undefined;
}

function countWhile(count: { reading: number }, response: ServerResponse): void {
  count.reading += 1;
  response.once("close", () => {
    count.reading -= 1;
  });
}

/** A body that drips is given up. Time is the system's, as for all that the sockets wait for. */
function watchPace(request: IncomingMessage, response: ServerResponse, pace: WebLimits["pace"]): void {
  const { socket } = request;
  let seen = socket.bytesRead;
  const timer = setInterval(() => {
    if (request.complete) clearInterval(timer);
    else if (socket.bytesRead - seen < pace.bytes) socket.destroy();
    seen = socket.bytesRead;
  }, pace.ms);
  timer.unref();
  response.once("close", () => clearInterval(timer));
}

/** The body stays unread: with the answer the connection ends. */
function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { connection: "close", "content-length": 0 }).end();
}

function endWith(socket: Duplex, status: number): void {
  const head = `HTTP/1.1 ${status} ${REASONS[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`;
  socket.write(head);
  (socket as Socket).destroySoon();
}

/** Undefined: it is not HTTP that failed. */
function statusOf(code: string | undefined): number | undefined {
  if (code === "HPE_HEADER_OVERFLOW") return 431;
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return 408;
  return code?.startsWith("HPE_") ? 400 : undefined;
}
