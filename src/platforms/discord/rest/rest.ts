// The HTTP client of a Discord account: one attempt per call, every refusal a DiscordError. Everything here uses it.

import { Readable } from "node:stream";
import { REST, type RESTOptions, type ResponseLike } from "@discordjs/rest";
import { Agent, request as httpRequest } from "undici";
import type { Clock } from "../../../model/clock.ts";
import { PlatformError } from "../../../model/errors.ts";
import {
  blockedMs,
  brokenUpload,
  calledOff,
  discordError,
  limited,
  networkError,
  tokenRefused,
  unauthorized,
  unnamedLimitMs,
  unreadable,
  usualLimitMs,
} from "../errors.ts";
import { type Multipart, multipart, type Upload } from "./multipart.ts";
import { createRateLimits, type RateLimits } from "./rate-limits.ts";

export interface RestCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below `/api/v10`, without a query. */
  readonly route: `/${string}`;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** Sent with the body, in order: `files[0]`, `files[1]`, … */
  readonly uploads?: readonly Upload[];
  /** False on webhook token routes, which need no login; a 401 there says nothing about the bot. */
  readonly auth?: boolean;
  /** Shown in the guild's audit log. */
  readonly reason?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Owns its connections. */
export interface DiscordRest {
  /** The answer's JSON as it came, unchecked; undefined for an empty one. @throws DiscordError */
  request(call: RestCall): Promise<unknown>;
  readonly limits: Pick<RateLimits, "quota">;
  /** How far our clock is ahead of Discord's, to about a second; 0 before the first answer. */
  skewMs(): number;
  close(): Promise<void>;
}

export interface RestOptions {
  readonly api: string;
  readonly token: string;
  readonly clock: Clock;
}

// Long, because a call given up too early may have been delivered.
const timeoutMs = 30_000;
/** Slower than this a file need not go: bytes in a millisecond, 256 kbit/s. */
const SLOWEST = 32;
/** Longer than any upload: these have a limit of their own, by their size. */
const unlimitedMs = 2 ** 31 - 1;

export function createRest(options: RestOptions): DiscordRest {
  const agent = new Agent({ connect: { timeout: 10_000 }, keepAliveTimeout: 30_000 });
  const { exchange, limits, skewMs } = createExchange(options, agent);
  const plain = createLibrary(options, exchange, timeoutMs);
  // The library lets requests of one webhook wait for each other: text must not wait for a file in another thread.
  const uploading = createLibrary(options, exchange, unlimitedMs);
  // The library forgets its token after a 401 and then fails in other words.
  let revoked = false;

  async function request(call: RestCall): Promise<unknown> {
    const auth = call.auth !== false;
    if (revoked && auth) throw tokenRefused();
    if (call.signal?.aborted) throw calledOff();
    // The library adds a listener to the signal and never removes it; one that lives for this call alone may keep it.
    const own = new AbortController();
    const abort = () => own.abort();
    call.signal?.addEventListener("abort", abort, { once: true });
    const form = call.uploads?.length ? multipart(call.body ?? {}, call.uploads) : undefined;
    const late = form && options.clock.after(timeoutMs + form.bytes / SLOWEST, abort);
    try {
      const answer = await (form ? uploading : plain).request({
        method: call.method as never,
        fullRoute: call.route,
        auth,
        signal: own.signal,
        ...(call.query ? { query: new URLSearchParams(call.query) } : {}),
        ...(form ? formBody(form) : call.body ? { body: call.body } : {}),
        ...(call.reason ? { reason: call.reason } : {}),
      });
      if (!(answer instanceof ArrayBuffer)) return answer;
      // A page where JSON should be: something between us and Discord answered.
      if (answer.byteLength > 0) throw unreadable();
      return undefined;
    } catch (cause) {
      // What was on the wire comes as a DiscordError; the library's queue throws a bare Error.
      if (own.signal.aborted && cause instanceof Error && cause.constructor === Error) throw calledOff();
      const error = discordError(cause, auth);
      if (error.code === unauthorized) revoked = true;
      throw error;
    } finally {
      late?.cancel();
      call.signal?.removeEventListener("abort", abort);
    }
  }

  return {
    request,
    limits,
    skewMs,
    close: async () => {
      for (const library of [plain, uploading]) {
        library.clearHashSweeper();
        library.clearHandlerSweeper();
      }
      await agent.destroy();
    },
  };
}

/** The library, of which are used its queues, its addresses and its reading of refusals. */
function createLibrary({ api, token }: RestOptions, makeRequest: Exchange, timeout: number): REST {
  return new REST({
    api,
    version: "10",
    // A repeated POST is a duplicate: what happens after a failure is the lane's business (bridge/retry.ts).
    retries: 0,
    // The library knows no limits: it would count their time by the system's clock. Each comes out as an error.
    globalRequestsPerSecond: Number.POSITIVE_INFINITY,
    timeout,
    userAgentAppendix: "MateBot",
    makeRequest,
  }).setToken(token);
}

/** The library hands it on as it is, and `fetchOnce` opens it. */
function formBody(form: Multipart) {
  const headers = { "content-type": form.contentType, "content-length": String(form.bytes) };
  return { body: form, passThroughBody: true, headers };
}

type Exchange = RESTOptions["makeRequest"];
type Init = Parameters<Exchange>[1];

/** The one way to Discord: holds back what would be refused, and learns from every answer. */
function createExchange({ api, clock }: RestOptions, agent: Agent) {
  const limits = createRateLimits(clock);
  const base = `${new URL(api).pathname}/v10`;
  let skewMs = 0;

  async function exchange(url: string, init: Init): Promise<ResponseLike> {
    const method = String(init.method);
    const route = new URL(url).pathname.slice(base.length);
    const closed = limits.closed(method, route);
    if (closed) throw limited(closed.ms, "known", closed.account);
    const answer = await fetchOnce(agent, url, init);
    const date = Date.parse(answer.headers.get("date") ?? "");
    if (!Number.isNaN(date)) skewMs = clock.now() - date;
    const limit = limitOf(answer);
    if (limit === undefined) {
      limits.learn(method, route, answer.headers);
      return responseOf(answer);
    }
    // A limit with a number is one of the thing that was asked for, not of the route.
    if (limit.json === undefined) limits.close(method, route, limit);
    throw limited(limit.ms, limit.scope, limit.account);
  }

  return { exchange, limits, skewMs: () => skewMs };
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** One request, its answer read to the end: the library leaves refused answers unread, which would hold the socket. */
async function fetchOnce(agent: Agent, url: string, init: Init): Promise<Answer> {
  const signal = init.signal as AbortSignal;
  const form = init.body as unknown as string | Multipart | null | undefined;
  const source = form instanceof Object ? watched(form, signal) : undefined;
  try {
    const response = await httpRequest(url, {
      method: init.method as "GET",
      headers: init.headers as Record<string, string>,
      body: source
        ? Readable.from(source.stream, { objectMode: false })
        : ((form as string | null | undefined) ?? null),
      signal,
      dispatcher: agent,
    });
    const headers = new Headers();
    for (const [name, value] of Object.entries(response.headers)) headers.set(name, String(value));
    return { status: response.statusCode, headers, text: await response.body.text() };
  } catch (error) {
    throw source?.failure() ?? networkError(error);
  }
}

/** A file that cannot be read to its end breaks the request off: then nothing was delivered, whatever the socket says. */
function watched(form: Multipart, signal: AbortSignal) {
  let failed: unknown;
  async function* stream() {
    try {
      yield* form.open(signal);
    } catch (error) {
      failed = error;
      throw error;
    }
  }
  return {
    stream: stream(),
    failure: () => (failed instanceof PlatformError && !signal.aborted ? brokenUpload(failed) : undefined),
  };
}

/** The answer as the library wants it, without a word about limits. */
function responseOf({ status, headers, text }: Answer): ResponseLike {
  const shown = new Headers(headers);
  for (const name of headers.keys()) {
    if (name.startsWith("x-ratelimit-") || name === "retry-after") shown.delete(name);
  }
  return {
    status,
    statusText: String(status),
    ok: status >= 200 && status < 300,
    headers: shown as ResponseLike["headers"],
    body: null,
    bodyUsed: true,
    text: async () => text,
    json: async () => JSON.parse(text),
    arrayBuffer: async () => new TextEncoder().encode(text).buffer as ArrayBuffer,
  };
}

interface Limit {
  readonly ms: number;
  readonly account: boolean;
  readonly scope: string;
  readonly json?: number;
}

/** What a 429 says. A page that is no JSON is Cloudflare's, and closes everything to our address. */
function limitOf({ status, headers, text }: Answer): Limit | undefined {
  if (status !== 429) return undefined;
  const named = Number(headers.get("retry-after")) * 1000;
  if (!headers.get("content-type")?.startsWith("application/json")) {
    return { ms: named > 0 ? named : blockedMs, account: true, scope: "page" };
  }
  const json = Number(/"code": ?(\d+)/.exec(text)?.[1] ?? 0);
  // The header can be far too short (api-docs #6109), and it counts whole seconds.
  const exact = Number(/"retry_after": ?([\d.]+)/.exec(text)?.[1]) * 1000;
  const ms = exact > 0 ? exact : named > 0 ? named : (usualLimitMs(json) ?? unnamedLimitMs);
  const account = headers.has("x-ratelimit-global") || /"global": ?true/.test(text);
  const scope = headers.get("x-ratelimit-scope") ?? "user";
  return { ms, account, scope, ...(json !== 0 && { json }) };
}
