// The HTTP side of the simulator: routing, faults, answers, the record of requests; index.ts starts it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { sleep } from "../../../model/clock.ts";
import { type Fault, type FaultScript, type RecordedRequest, safeHeaders } from "../../faults.ts";
import type { BotState } from "../bots.ts";
import type { MethodContext } from "../methods/method.ts";
import { findMethod, runMethod } from "../methods/method-table.ts";
import type { RateLimits } from "../methods/rate-limits.ts";
import type { World } from "../world.ts";
import { ApiError, errorBody, tooManyRequests } from "./api-error.ts";
import { type Params, parseParams } from "./request-params.ts";

export interface ServerContext {
  readonly world: World;
  readonly faults: FaultScript;
  readonly requests: Recorded[];
  readonly limits?: RateLimits;
  /** Milliseconds, on the simulator's clock, before every answer. */
  readonly latency?: () => number;
  readonly methodContext: (bot: BotState, params: Params) => MethodContext;
}

export type Recorded = { -readonly [K in keyof RecordedRequest]: RecordedRequest[K] };

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

const MAX_UPLOAD_BYTES = 50 << 20; // Bot API, Sending files
const MAX_LOCAL_UPLOAD_BYTES = 2000 << 20;

export function startServer(context: ServerContext): Server {
  const server = createServer((request, response) => {
    handle(context, request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 65_000;
  return server;
}

async function handle(
  context: ServerContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { world, faults, requests } = context;
  const url = new URL(request.url ?? "/", "http://sandbox");
  const route = routeOf(url.pathname);
  const bytes = await readBody(request, world.local ? MAX_LOCAL_UPLOAD_BYTES : MAX_UPLOAD_BYTES);
  const parsed = attempt(() => readParams(request, url, bytes));
  const entry: Recorded = {
    at: world.clock.now(),
    method: request.method ?? "",
    path: route.safePath,
    body: parsed instanceof ApiError ? undefined : safeBody(parsed),
    headers: safeHeaders(request.headers),
    status: 0,
  };
  requests.push(entry);
  const fault = faults.take(entry);
  if (fault?.kind === "cut" && fault.when === "before") return void request.socket.destroy();
  const answer = faultAnswer(fault) ?? (await realAnswer(context, request, route, parsed));
  const waitMs = (context.latency?.() ?? 0) + (fault?.kind === "slow" ? fault.ms : 0);
  if (waitMs > 0) await sleep(world.clock, waitMs);
  if (fault?.kind === "cut") return void request.socket.destroy();
  entry.status = answer.status;
  response.writeHead(answer.status, {
    Date: new Date(world.clock.now()).toUTCString(),
    ...answer.headers,
    "Content-Length": Buffer.byteLength(answer.body),
  });
  if (fault?.kind === "stall") response.write(Buffer.from(answer.body).subarray(0, fault.after));
  else response.end(answer.body);
}

interface Route {
  readonly kind: "method" | "file" | "none";
  readonly token: string;
  readonly rest: string;
  /** Without the token's secret half. */
  readonly safePath: string;
}

function routeOf(pathname: string): Route {
  const match = /^\/(file\/)?bot([^/]*)\/(.*)$/s.exec(pathname);
  if (!match)
    return { kind: "none", token: "", rest: "", safePath: pathname.startsWith("/bot") ? "/bot" : pathname };
  const token = decode(match[2] ?? "");
  const file = match[1] !== undefined;
  const rest = file ? (match[3] ?? "") : (match[3] ?? "").replace(/^test\//, "");
  const safePath = `/${file ? "file/" : ""}bot${token.split(":")[0]}/${rest}`;
  return { kind: file ? "file" : "method", token, rest, safePath };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The whole body; `undefined` when it is larger than Telegram takes. */
async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += (chunk as Buffer).length;
    // A little more than the file itself: the other fields and the boundaries.
    if (size <= limit + (2 << 20)) chunks.push(chunk as Buffer);
  }
  return size > limit + (2 << 20) ? undefined : Buffer.concat(chunks);
}

function readParams(request: IncomingMessage, url: URL, body: Buffer | undefined): Params {
  if (body === undefined) throw new ApiError(413, "Request Entity Too Large");
  const type = request.method === "GET" ? "" : (request.headers["content-type"] ?? "");
  return parseParams(url.searchParams, type, body);
}

function attempt<T>(work: () => T): T | ApiError {
  try {
    return work();
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

const HIDDEN: ReadonlySet<string> = new Set(["secret_token"]);

function safeBody(params: Params): Readonly<Record<string, unknown>> {
  const values = [...params.values].map(([key, value]) => [key, HIDDEN.has(key) ? "<hidden>" : value]);
  const files = [...params.files].map(([key, file]) => [
    key,
    { filename: file.filename, bytes: file.bytes.length },
  ]);
  return Object.fromEntries([...values, ...files]);
}

function faultAnswer(fault: Fault | undefined): Answer | undefined {
  if (fault?.kind === "limit") return errorAnswer(tooManyRequests(fault.retryAfter));
  if (fault?.kind !== "status") return undefined;
  if (fault.html !== undefined) {
    return {
      status: fault.status,
      headers: { "Content-Type": "text/html", ...fault.headers },
      body: fault.html,
    };
  }
  const body = fault.body === undefined ? "" : JSON.stringify(fault.body);
  return { status: fault.status, headers: { "Content-Type": "application/json", ...fault.headers }, body };
}

async function realAnswer(
  context: ServerContext,
  request: IncomingMessage,
  route: Route,
  params: Params | ApiError,
): Promise<Answer> {
  // The HTTP reader answers its own faults without a body.
  if (request.method !== "GET" && request.method !== "POST") return { status: 501, headers: {}, body: "" };
  if (params instanceof ApiError && params.code === 413) return { status: 413, headers: {}, body: "" };
  try {
    if (params instanceof ApiError) throw params;
    if (route.kind === "none") throw new ApiError(404, "Not Found");
    const bot = findBot(context.world, route.token);
    if (route.kind === "file") return fileAnswer(context.world, bot, route.rest);
    const method = findMethod(route.rest);
    context.limits?.check(method.name, params.text("chat_id"));
    const body = await runMethod(method, context.methodContext(bot, params));
    return { status: 200, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  } catch (error) {
    if (error instanceof ApiError) return errorAnswer(error);
    const text = error instanceof Error ? error.message : String(error);
    return errorAnswer(new ApiError(500, `SANDBOX: the simulator broke: ${text}`));
  }
}

/** ClientManager.cpp: 401 for what cannot be a token or is unknown, 421 for one of another server. */
function findBot(world: World, token: string): BotState {
  if (!token.includes(":") || token.startsWith("0") || token.length > 80) {
    throw new ApiError(401, "Unauthorized: invalid token specified");
  }
  if (!/^\d+:/.test(token)) throw new ApiError(421, "Unauthorized: unallowed token specified");
  const bot = world.bots.get(token);
  if (!bot || bot.gone === "revoked") throw new ApiError(401, "Unauthorized");
  return bot;
}

function fileAnswer(world: World, bot: BotState, path: string): Answer {
  const file = world.files.open(bot.user.id, decode(path));
  return { status: 200, headers: { "Content-Type": "application/octet-stream" }, body: file.bytes };
}

function errorAnswer(error: ApiError): Answer {
  const wait = error.parameters?.retry_after;
  return {
    status: error.code,
    headers: {
      "Content-Type": "application/json",
      ...(wait !== undefined && { "Retry-After": String(wait) }),
    },
    body: JSON.stringify(errorBody(error)),
  };
}
