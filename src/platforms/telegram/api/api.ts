// The Bot API as this account uses it: typed calls, and the one function that sends a frozen request.

import type { ApiMethods, Opts } from "@grammyjs/types";
import type { Clock } from "../../../model/clock.ts";
import type { Call, Sent } from "../../../model/delivery.ts";
import { PlatformError } from "../../../model/errors.ts";
import type { ConversationRef } from "../../../model/refs.ts";
import type { TelegramConfig } from "../config.ts";
import { notModified, readAnswer, refusalError, transportError } from "../errors.ts";
import type { TelegramRequest } from "../request.ts";
import { createTransport, type HttpAnswer, type HttpFile, TransportError } from "./transport.ts";
import { type UploadFile, uploadOf } from "./upload.ts";

// grammY's own client is not used at run time, only its types. It has one time limit for all methods, runs on
// timers that a test cannot turn, fails on the empty or HTML bodies of a proxy, puts the whole payload (the text of
// the message) into its errors, and cannot say whether the request left before the connection broke, on which the
// fate of a send depends. Measured on Node 24, CPU per small call: grammY 0.31 to 0.50 ms, grammY given undici 0.24
// to 0.27 ms, this 0.13 to 0.20 ms; grammY also adds 6 MB to the process.

type Methods = ApiMethods<UploadFile>;
type Method = keyof Methods;

// Flood waits of up to 8 s are absorbed by the server (telegram.md 2) and a long poll lasts 50 s: 65 s covers both.
const timeoutMs = 65_000;
/** Until a download begins. */
const downloadMs = 15_000;
/** Slower uploads than 400 kbit/s are given up. */
const leastBytesPerSecond = 50_000;

export interface TelegramApi {
  /** Calls a method; a file among the parameters makes it a multipart request that streams it. @throws PlatformError */
  call<M extends Method>(
    method: M,
    payload: Opts<UploadFile>[M],
    signal?: AbortSignal,
  ): Promise<ReturnType<Methods[M]>>;
  /** The same for a method that is chosen at run time; what it answers is to be looked at. @throws PlatformError */
  post(method: string, payload: object, signal: AbortSignal | undefined): Promise<unknown>;
  /** A file of ours, by the path that getFile answered. @throws PlatformError */
  download(path: string, signal: AbortSignal): Promise<HttpFile>;
  /** Sends a frozen call as it is. A create goes to `to`, wherever that moved since, and answers with its message. @throws PlatformError */
  send(call: Call, to: ConversationRef, signal: AbortSignal): Promise<Sent | undefined>;
}

/** `heard` is told of every answer, refusals too. */
export function createApi(
  config: Pick<TelegramConfig, "api" | "token">,
  clock: Clock,
  heard?: (answer: HttpAnswer) => void,
): TelegramApi {
  const transport = createTransport(clock);

  async function request(method: string, payload: object, signal: AbortSignal | undefined): Promise<unknown> {
    const url = new URL(`${config.api}/bot${config.token}/${method}`);
    const upload = uploadOf(payload);
    const ms = timeoutMs + ((upload?.bytes ?? 0) / leastBytesPerSecond) * 1000;
    try {
      const body = upload ?? JSON.stringify(payload);
      const response = await transport.post(url, body, { timeoutMs: ms, signal });
      heard?.(response);
      const answer = readAnswer(response);
      if ("result" in answer) return answer.result;
      throw refusalError(method, answer);
    } catch (error) {
      throw error instanceof TransportError ? transportError(method, error) : error;
    }
  }

  return {
    // The server is trusted to answer in the documented shape; what matters is checked where it is used.
    call: <M extends Method>(method: M, payload: Opts<UploadFile>[M], signal?: AbortSignal) =>
      request(method, payload, signal) as Promise<ReturnType<Methods[M]>>,
    post: request,
    download: async (path, signal) => {
      const url = new URL(`${config.api}/file/bot${config.token}/${path}`);
      try {
        const file = await transport.get(url, { timeoutMs: downloadMs, signal });
        return { ...file, stream: inOurWords(file.stream) };
      } catch (error) {
        throw error instanceof TransportError ? transportError("file", error) : error;
      }
    },
    send: async (call, to, signal) => {
      const { method, payload } = call.request as unknown as TelegramRequest;
      const result = await tolerant(call, request(method, { ...payload, ...placeNow(call, to) }, signal));
      return call.op === "create" ? sentOf(result, to) : undefined;
    },
  };
}

/** What breaks in the middle may come whole the next time. */
async function* inOurWords(stream: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    throw error instanceof TransportError ? transportError("file", error) : error;
  }
}

/**
 * A new message goes wherever the conversation moved since it was frozen. What it changes or removes stays where it
 * was: ids begin anew in a supergroup, and the old ones would hit somebody else's message.
 */
export function placeNow({ op }: Pick<Call, "op">, to: ConversationRef): { readonly chat_id?: string } {
  return op === "create" ? { chat_id: to.id } : {};
}

/** What is done already, or has nothing left to be done to, is no failure. @throws PlatformError */
export async function tolerant<T>({ op }: Pick<Call, "op">, work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    if (error.code === notModified) return undefined;
    if (op !== "create" && error.fate.kind === "moved")
      throw new PlatformError(error.code, error.message, { kind: "gone" }, { cause: error });
    throw error;
  }
}

/** The new messages; undefined when the server accepted the request without naming one. */
export function sentOf(result: unknown, to: ConversationRef): Sent | undefined {
  const all: readonly unknown[] = Array.isArray(result) ? result : [result];
  const refs = all.flatMap((message) => {
    const id = message instanceof Object && "message_id" in message ? message.message_id : undefined;
    return typeof id === "number" ? [{ conversation: to, id: String(id) }] : [];
  });
  const [ref, ...more] = refs;
  const poll = pollOf(all[0]);
  return ref && { ref, ...(more.length > 0 && { more }), ...(poll !== undefined && { poll }) };
}

function pollOf(message: unknown): string | undefined {
  const poll = message instanceof Object && "poll" in message ? message.poll : undefined;
  const id = poll instanceof Object && "id" in poll ? poll.id : undefined;
  return typeof id === "string" ? id : undefined;
}
