// The HTTP client of a Discord account: one attempt per call, every refusal a DiscordError. Everything here uses it.

import { REST, type RESTOptions, type ResponseLike } from "@discordjs/rest";
import { Agent, request as httpRequest } from "undici";
import {
  blockedMs,
  calledOff,
  discordError,
  networkError,
  tokenRefused,
  unauthorized,
  unnamedLimitMs,
  unreadable,
} from "./errors.ts";

export interface RestCall {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** Below `/api/v10`, without a query. */
  readonly route: `/${string}`;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
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
  close(): Promise<void>;
}

// Long, because a call given up too early may have been delivered.
const timeoutMs = 30_000;

export function createRest(options: { readonly api: string; readonly token: string }): DiscordRest {
  const agent = new Agent({ connect: { timeout: 10_000 }, keepAliveTimeout: 30_000 });
  const rest = new REST({
    api: options.api,
    version: "10",
    // A repeated POST is a duplicate: what happens after a failure is the lane's business (bridge/retry.ts).
    retries: 0,
    // No sleeping inside the library: every limit comes out as an error with its time.
    rejectOnRateLimit: () => true,
    globalRequestsPerSecond: requestsPerSecond(options.api),
    timeout: timeoutMs,
    userAgentAppendix: "MateBot",
    makeRequest: (url, init) => exchange(agent, url, init),
  }).setToken(options.token);
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
    try {
      const answer = await rest.request({
        method: call.method as never,
        fullRoute: call.route,
        auth,
        signal: own.signal,
        ...(call.query ? { query: new URLSearchParams(call.query) } : {}),
        ...(call.body ? { body: call.body } : {}),
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
      call.signal?.removeEventListener("abort", abort);
    }
  }

  return {
    request,
    close: async () => {
      rest.clearHashSweeper();
      rest.clearHandlerSweeper();
      await agent.destroy();
    },
  };
}

/** Discord, topics/rate-limits: 50 for all routes together. Another host (a proxy, the sandbox) says its limits by 429. */
function requestsPerSecond(api: string): number {
  const { hostname } = new URL(api);
  return hostname === "discord.com" || hostname.endsWith(".discord.com") ? 50 : Number.POSITIVE_INFINITY;
}

type Init = Parameters<RESTOptions["makeRequest"]>[1];

/** One request, its answer read to the end: the library leaves refused answers unread, which would hold the socket. */
async function exchange(agent: Agent, url: string, init: Init): Promise<ResponseLike> {
  try {
    const response = await httpRequest(url, {
      method: init.method as "GET",
      headers: init.headers as Record<string, string>,
      body: (init.body ?? null) as string | null,
      signal: init.signal as AbortSignal,
      dispatcher: agent,
    });
    const text = await response.body.text();
    return answerOf(response.statusCode, response.headers, text);
  } catch (error) {
    throw networkError(error);
  }
}

function answerOf(status: number, fields: Record<string, unknown>, text: string): ResponseLike {
  const headers = new Headers();
  for (const [name, value] of Object.entries(fields)) headers.set(name, String(value));
  // Without it the library believes that the limit is over at once.
  if (status === 429 && !(Number(headers.get("retry-after")) > 0)) {
    headers.set("retry-after", String(limitSeconds(headers, text)));
  }
  return {
    status,
    statusText: String(status),
    ok: status >= 200 && status < 300,
    headers: headers as ResponseLike["headers"],
    body: null,
    bodyUsed: true,
    text: async () => text,
    json: async () => JSON.parse(text),
    arrayBuffer: async () => new TextEncoder().encode(text).buffer as ArrayBuffer,
  };
}

/** How long a 429 lasts that does not say so in its header. */
function limitSeconds(headers: Headers, text: string): number {
  if (!headers.get("content-type")?.startsWith("application/json")) return blockedMs / 1000;
  const named = Number(/"retry_after": ?([\d.]+)/.exec(text)?.[1]);
  return named > 0 ? named : unnamedLimitMs / 1000;
}
