// HTTP to a Bot API server over kept-alive connections; `api.ts` sends all its requests through it.

import { Agent, type Dispatcher, type FormData } from "undici";
import type { Clock } from "../../model/clock.ts";

export interface HttpAnswer {
  readonly status: number;
  /** The Retry-After header, if the server sent one. */
  readonly retryAfter?: string;
  readonly text: string;
}

/** No answer came. The message holds an error code only: undici's own errors may carry parts of the request. */
export class TransportError extends Error {
  /** False when not one byte of the body left, so that sending again cannot make a second message. */
  readonly sent: boolean;
  readonly code: string;
  constructor(code: string, sent: boolean) {
    super(`no answer: ${code}`);
    this.name = "TransportError";
    this.code = code;
    this.sent = sent;
  }
}

export interface PostOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

export interface Transport {
  /** POSTs JSON text or a form; resolves with any answer, whatever its status. @throws TransportError */
  post(url: URL, body: string | FormData, options: PostOptions): Promise<HttpAnswer>;
}

// An idle connection is dropped well before the server drops it (nginx: 75 s): a request written to a connection
// that the server is just closing has an unknown outcome. Idle connections do not keep the process alive, so nothing
// has to be closed, and sends that are in flight when the account stops receiving can finish.
const idleMs = 30_000;

export function createTransport(clock: Clock): Transport {
  const agent = new Agent({
    keepAliveTimeout: idleMs,
    keepAliveMaxTimeout: idleMs,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { post: (url, body, options) => post(agent, clock, url, body, options) };
}

function post(
  agent: Agent,
  clock: Clock,
  url: URL,
  body: string | FormData,
  { timeoutMs, signal }: PostOptions,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const exchange = createExchange(resolve, reject, () => {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
    });
    const onAbort = () => exchange.fail("ABORTED");
    const timer = clock.after(timeoutMs, () => exchange.fail("TIMEOUT"));
    if (signal?.aborted) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    const headers = typeof body === "string" ? { "content-type": "application/json" } : {};
    const path = url.pathname + url.search;
    try {
      agent.dispatch({ origin: url.origin, path, method: "POST", headers, body }, exchange.handler);
    } catch {
      exchange.fail("UNSENDABLE");
    }
  });
}

/** One request's life. undici's `request` does not tell whether the body left; its handler interface does. */
function createExchange(
  resolve: (answer: HttpAnswer) => void,
  reject: (error: TransportError) => void,
  settled: () => void,
) {
  let sent = false;
  let over = false;
  let controller: Dispatcher.DispatchController | undefined;
  let head = { status: 0, retryAfter: undefined as string | undefined };
  const chunks: Buffer[] = [];
  const settle = (finish: () => void) => {
    if (over) return;
    over = true;
    settled();
    finish();
  };
  const fail = (code: string) => {
    settle(() => reject(new TransportError(code, sent)));
    controller?.abort(new Error(code));
  };
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (over) started.abort(new Error("ABORTED"));
    },
    onBodySent() {
      sent = true;
    },
    onRequestSent() {
      sent = true;
    },
    onResponseStart(_controller, status, headers) {
      const retryAfter = headers["retry-after"];
      head = { status, retryAfter: typeof retryAfter === "string" ? retryAfter : undefined };
    },
    onResponseData(_controller, chunk) {
      chunks.push(chunk);
    },
    onResponseEnd() {
      const { status, retryAfter } = head;
      const answer = { status, text: Buffer.concat(chunks).toString("utf8") };
      settle(() => resolve(retryAfter === undefined ? answer : { ...answer, retryAfter }));
    },
    onResponseError(_controller, error) {
      settle(() => reject(new TransportError(codeOf(error), sent)));
    },
  };
  return { handler, fail };
}

/** The error's code or class name; never its message. Several failed addresses (AggregateError) count as the first. */
function codeOf(error: Error): string {
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return "code" in first && typeof first.code === "string" ? first.code : first.name;
}
