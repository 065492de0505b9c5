// HTTP to a Bot API server over kept-alive connections; `api.ts` sends all its requests through it.

import { Readable } from "node:stream";
import { Agent, type Dispatcher } from "undici";
import type { Clock } from "../../../model/clock.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { Upload } from "./upload.ts";

export interface HttpAnswer {
  readonly status: number;
  /** The Retry-After header, if the server sent one. */
  readonly retryAfter?: string;
  /** The Date header: what time the server says it is. */
  readonly date?: string;
  readonly text: string;
}

/** No answer came. The message holds an error code only: undici's own errors may carry parts of the request. */
export class TransportError extends Error {
  /**
   * False when not one byte of the body left, or not all of an upload: so that sending again cannot make a second
   * message.
   */
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
  /**
   * POSTs JSON text or an upload; resolves with any answer, whatever its status.
   * @throws TransportError, and PlatformError when the source of an upload fails
   */
  post(url: URL, body: string | Upload, options: PostOptions): Promise<HttpAnswer>;
  /** GETs a file. Its stream ends with what was announced, or fails. @throws TransportError */
  get(url: URL, options: PostOptions): Promise<HttpFile>;
}

export interface HttpFile {
  readonly status: number;
  readonly bytes?: number;
  readonly stream: AsyncIterable<Uint8Array>;
  close(): void;
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
  return {
    post: (url, body, options) => post(agent, clock, url, body, options),
    get: (url, options) => get(agent, clock, url, options),
  };
}

/** The time limit is for the head; who reads the body watches over its pace. */
async function get(
  agent: Agent,
  clock: Clock,
  url: URL,
  { timeoutMs, signal }: PostOptions,
): Promise<HttpFile> {
  const over = new AbortController();
  let code = "ABORTED";
  const timer = clock.after(timeoutMs, () => {
    code = "TIMEOUT";
    over.abort();
  });
  const signals = AbortSignal.any(signal ? [signal, over.signal] : [over.signal]);
  try {
    const path = url.pathname + url.search;
    const answer = await agent.request({ origin: url.origin, path, method: "GET", signal: signals });
    const bytes = Number(answer.headers["content-length"] ?? Number.NaN);
    return {
      status: answer.statusCode,
      ...(Number.isSafeInteger(bytes) && { bytes }),
      stream: harmless(answer.body),
      // Destroyed unread it would fail, and nobody would be there to hear it.
      close: () => answer.body.on("error", () => {}).destroy(),
    };
  } catch (error) {
    throw new TransportError(signals.aborted ? code : codeOf(error), false);
  } finally {
    timer.cancel();
  }
}

/** Errors that carry nothing of the address. */
async function* harmless(body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw new TransportError(codeOf(error), false);
  }
}

function post(
  agent: Agent,
  clock: Clock,
  url: URL,
  body: string | Upload,
  { timeoutMs, signal }: PostOptions,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const reading = new AbortController();
    const exchange = createExchange(resolve, reject, () => {
      timer.cancel();
      signal?.removeEventListener("abort", onAbort);
      reading.abort();
    });
    const onAbort = () => exchange.fail("ABORTED");
    const timer = clock.after(timeoutMs, () => exchange.fail("TIMEOUT"));
    if (signal?.aborted) return onAbort();
    signal?.addEventListener("abort", onAbort, { once: true });
    const path = url.pathname + url.search;
    const type = typeof body === "string" ? "application/json" : body.type;
    const length = typeof body === "string" ? {} : { "content-length": String(body.bytes) };
    const headers: Record<string, string> = { "content-type": type, ...length };
    const content = typeof body === "string" ? body : Readable.from(exchange.watch(body, reading.signal));
    try {
      agent.dispatch({ origin: url.origin, path, method: "POST", headers, body: content }, exchange.handler);
    } catch {
      exchange.fail("UNSENDABLE");
    }
  });
}

/** One request's life. undici's `request` does not tell whether the body left; its handler interface does. */
function createExchange(
  resolve: (answer: HttpAnswer) => void,
  reject: (error: Error) => void,
  settled: () => void,
) {
  let sent = false;
  let uploads = false;
  let over = false;
  let controller: Dispatcher.DispatchController | undefined;
  let head: Omit<HttpAnswer, "text"> = { status: 0 };
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
  const watch = (upload: Upload, signal: AbortSignal) => {
    uploads = true;
    const whole = () => {
      sent = true;
    };
    return watched(upload, signal, whole, (error) => settle(() => reject(error)));
  };
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      if (over) started.abort(new Error("ABORTED"));
    },
    onBodySent() {
      sent ||= !uploads;
    },
    onRequestSent() {
      // Of an upload this is said even when its end never came.
      sent ||= !uploads;
    },
    onResponseStart(_controller, status, headers) {
      const { "retry-after": retryAfter, date } = headers;
      head = {
        status,
        ...(typeof retryAfter === "string" && { retryAfter }),
        ...(typeof date === "string" && { date }),
      };
    },
    onResponseData(_controller, chunk) {
      chunks.push(chunk);
    },
    onResponseEnd() {
      settle(() => resolve({ ...head, text: Buffer.concat(chunks).toString("utf8") }));
    },
    onResponseError(_controller, error) {
      settle(() => reject(new TransportError(codeOf(error), sent)));
    },
  };
  return { handler, fail, watch };
}

/** No server acts on a request whose announced length has not come: `whole` is called right before its last byte. */
async function* watched(
  upload: Upload,
  signal: AbortSignal,
  whole: () => void,
  broken: (error: PlatformError) => void,
): AsyncGenerator<Uint8Array> {
  let left = upload.bytes;
  try {
    for await (const chunk of upload.chunks(signal)) {
      left -= chunk.byteLength;
      if (left <= 0) whole();
      yield chunk;
    }
  } catch (error) {
    if (error instanceof PlatformError) broken(error);
    throw error;
  }
}

/** The error's code or class name; never its message. Several failed addresses (AggregateError) count as the first. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return "UNKNOWN";
  const first = error instanceof AggregateError && error.errors[0] instanceof Error ? error.errors[0] : error;
  return "code" in first && typeof first.code === "string" ? first.code : first.name;
}
