// The REST server: faults, version, credentials, limits, then the route; `index.ts` gives it every HTTP request.

import type { IncomingMessage, ServerResponse } from "node:http";
import { type Fault, type FaultScript, type RecordedRequest, safeHeaders } from "../../faults.ts";
import { type FileServer, serveFile } from "../cdn/file-server.ts";
import type { Gateway } from "../gateway/gateway.ts";
import { checkAddresses } from "../interactions/endpoint-probe.ts";
import { isSnowflake, snowflakeTime } from "../snowflake.ts";
import { botByToken, type World } from "../world.ts";
import { ApiFailure, refuse } from "./errors.ts";
import { type RateLimits, tooManyRequests } from "./limits.ts";
import { type ReadBody, readBody, readBytes } from "./request-body.ts";
import type { Answer } from "./route.ts";
import { type Match, match, run } from "./router.ts";

export interface RestOptions extends FileServer {
  readonly gateway: Gateway;
  readonly faults: FaultScript;
  readonly limits: RateLimits;
  readonly latency: () => number;
  /** Whether a message's echo reaches the Gateway before or after the answer to the request that made it. */
  readonly echo: "before" | "after";
  readonly record: (request: RecordedRequest) => void;
  /** No route, no such version: something nobody should ask for. */
  readonly unexpected: (request: RecordedRequest) => void;
}

interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string | Buffer;
}

type Recorded = { -readonly [Key in keyof RecordedRequest]: RecordedRequest[Key] };

/** The path below the version, with webhook tokens hidden. */
function safePath(url: URL): string {
  const path = url.pathname.replace(/^\/api\/v10(?=\/|$)/, "");
  return (
    path.replace(/^((?:\/api(?:\/v\d+)?)?\/(?:webhooks|interactions)\/\d+\/)[^/]+/, "$1<hidden>") + url.search
  );
}

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  if (body === undefined) return { status, headers, text: "" };
  return { status, headers: { "content-type": "application/json", ...headers }, text: JSON.stringify(body) };
}

function recordedBody(body: ReadBody): unknown {
  if (body.files.size === 0) return body.list ?? body.json;
  const files = [...body.files].map(([index, file]) => [
    `files[${index}]`,
    { filename: file.filename, size: file.bytes.length },
  ]);
  return { ...body.json, ...Object.fromEntries(files) };
}

function failureReply(cause: unknown): Reply {
  if (cause instanceof ApiFailure) return json(cause.status, cause.body, cause.headers);
  // A fault of the simulator itself: loud, and not to be mistaken for Discord's.
  const reason = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return json(500, { message: `SANDBOX: ${reason}`, code: 0 });
}

function limitedCall(
  options: RestOptions,
  { route, params }: Match,
  authorization: string | undefined,
  body: ReadBody["json"],
) {
  const { world } = options;
  const hook = params.webhook_id === undefined ? undefined : world.webhooks.get(params.webhook_id);
  const token = params.webhook_token;
  const executes = route.path.endsWith("{webhook_token}") && route.method === "POST";
  const bot = botByToken(world, authorization?.replace(/^Bot /, "") ?? "");
  const { message_id: edited } = params;
  const renames =
    route.path === "/channels/{channel_id}" &&
    route.method === "PATCH" &&
    ("name" in body || "topic" in body);
  const channel = params.channel_id ?? hook?.channelId;
  return {
    bucket: route.bucket ?? `${route.method} ${route.path}`,
    major: params.channel_id ?? params.guild_id ?? `${params.webhook_id ?? ""} ${token ?? ""}`,
    caller: bot?.id ?? "address",
    ...(renames && params.channel_id ? { renames: params.channel_id } : {}),
    ...(executes && hook ? { webhookChannel: hook.channelId } : {}),
    ...(route.method === "PATCH" && edited && channel && isSnowflake(edited)
      ? { edits: { writtenAt: snowflakeTime(edited), channel } }
      : {}),
  };
}

/** Discord docs, resources/audit-log: URL-encoded. */
function reasonOf({ headers }: IncomingMessage): string | undefined {
  const text = headers["x-audit-log-reason"];
  if (typeof text !== "string") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invoke(options: RestOptions, request: IncomingMessage, url: URL, body: ReadBody): Answer | Reply {
  const { authorization } = request.headers;
  if (!/^DiscordBot \(/.test(request.headers["user-agent"] ?? "")) throw refuse(40333);
  const version = /^\/api\/v10(\/.*)$/.exec(url.pathname)?.[1];
  if (version === undefined) throw new ApiFailure(400, { message: "Invalid API version", code: 50041 });
  const found = match(request.method ?? "GET", version);
  if (!found) throw new ApiFailure(404, { message: "404: Not Found", code: 0 });
  const verdict = options.limits.take(limitedCall(options, found, authorization, body.json));
  if (verdict.refused) {
    const { retryAfterMs, scope, code } = verdict.refused;
    const refusal = tooManyRequests(retryAfterMs / 1000, scope, code);
    return json(refusal.status, refusal.body, { ...verdict.headers, ...refusal.headers });
  }
  options.gateway.hold();
  try {
    const answer = run(options.world, found, {
      query: url.searchParams,
      authorization,
      body: body.json,
      list: body.list,
      reason: reasonOf(request),
      files: body.files,
    });
    return json(answer.status, answer.body, verdict.headers);
  } catch (cause) {
    const reply = failureReply(cause);
    return { ...reply, headers: { ...verdict.headers, ...reply.headers } };
  } finally {
    options.gateway.release();
  }
}

function asReply(answer: Answer | Reply): Reply {
  return "text" in answer ? answer : json(answer.status, answer.body);
}

function faultReply(fault: Fault): Reply | undefined {
  if (fault.kind === "limit") {
    const refusal = tooManyRequests(fault.retryAfter, fault.scope ?? "user");
    return json(refusal.status, refusal.body, refusal.headers);
  }
  if (fault.kind !== "status") return undefined;
  if (fault.html !== undefined)
    return {
      status: fault.status,
      headers: { "content-type": "text/html", ...fault.headers },
      text: fault.html,
    };
  return json(fault.status, fault.body ?? { message: `${fault.status}: Scripted`, code: 0 }, fault.headers);
}

function write({ clock }: World, response: ServerResponse, reply: Reply): Promise<void> {
  // The time of this world: clients compare it with their own.
  const date = new Date(clock.now()).toUTCString();
  return new Promise((resolve) => {
    response.once("close", resolve);
    response.writeHead(reply.status, { via: "1.1 sandbox", date, ...reply.headers });
    response.end(reply.text);
  });
}

const wait = (world: World, ms: number) =>
  new Promise<void>((resolve) => {
    world.clock.after(ms, resolve);
  });
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Brings the answer on its way, late or never when a fault says so, and lets the Gateway speak before or after it. */
async function deliver(
  options: RestOptions,
  response: ServerResponse,
  reply: Reply,
  fault: Fault | undefined,
): Promise<boolean> {
  const { gateway, world } = options;
  const delay = (fault?.kind === "slow" ? fault.ms : 0) + options.latency();
  const echoFirst = options.echo === "before" || delay > 0 || fault?.kind === "cut";
  if (echoFirst) gateway.flush();
  if (fault?.kind === "cut") {
    response.destroy();
    return false;
  }
  if (delay > 0) await wait(world, delay);
  if (fault?.kind === "stall") {
    const bytes = Buffer.from(reply.text);
    response.writeHead(reply.status, { ...reply.headers, "content-length": String(bytes.length) });
    response.write(bytes.subarray(0, fault.after));
    gateway.flush();
    return false;
  }
  // Time for the echo to be read before the answer is.
  if (options.echo === "before") for (let turns = 0; turns < 4; turns++) await turn();
  await write(world, response, reply);
  gateway.flush();
  return true;
}

function isUnexpected(reply: Reply, url: URL): boolean {
  const text = reply.text.toString();
  return (
    text.includes('"SANDBOX: ') || /"(404: Not Found|Invalid API version)"/.test(text) || url.pathname === ""
  );
}

async function answerApi(options: RestOptions, request: IncomingMessage, response: ServerResponse, url: URL) {
  const recorded: Recorded = {
    at: options.world.clock.now(),
    method: request.method ?? "GET",
    path: safePath(url),
    body: {},
    headers: safeHeaders(request.headers),
    status: 0,
  };
  let body: ReadBody = { json: {}, files: new Map() };
  let early: Reply | undefined;
  try {
    body = await readBody(await readBytes(request), request.headers["content-type"]);
  } catch (cause) {
    early = failureReply(cause);
  }
  recorded.body = recordedBody(body);
  options.record(recorded);
  const fault = options.faults.take(recorded);
  if (fault?.kind === "cut" && fault.when === "before") {
    response.destroy();
    return;
  }
  let reply = early ?? (fault && faultReply(fault));
  if (!reply) {
    try {
      await checkAddresses(options.world, recorded, request.headers.authorization);
      reply = asReply(invoke(options, request, url, body));
    } catch (cause) {
      reply = failureReply(cause);
    }
    if (isUnexpected(reply, url)) options.unexpected(recorded);
  }
  if (fault?.kind !== "cut") recorded.status = reply.status;
  await deliver(options, response, reply, fault);
}

/** Answers one HTTP request: the API, the CDN or 404. */
export async function answerRequest(
  options: RestOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (/^\/(cdn|media)\//.test(url.pathname)) return serveFile(options, request, response, url);
  return answerApi(options, request, response, url);
}
