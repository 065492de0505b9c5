// The Bot API as this account uses it: typed calls, and the one function that sends a frozen request.

import type { ApiMethods, Opts } from "@grammyjs/types";
import { FormData } from "undici";
import type { Clock } from "../../model/clock.ts";
import type { Call, Sent } from "../../model/delivery.ts";
import { PlatformError } from "../../model/errors.ts";
import type { ConversationRef } from "../../model/refs.ts";
import type { TelegramConfig } from "./config.ts";
import { notModified, readAnswer, refusalError, transportError } from "./errors.ts";
import type { TelegramRequest } from "./request.ts";
import { createTransport, TransportError } from "./transport.ts";

// grammY's own client is not used at run time, only its types. It has one time limit for all methods, runs on
// timers that a test cannot turn, fails on the empty or HTML bodies of a proxy, puts the whole payload (the text of
// the message) into its errors, and cannot say whether the request left before the connection broke, on which the
// fate of a send depends. Measured on Node 24, CPU per small call: grammY 0.31 to 0.50 ms, grammY given undici 0.24
// to 0.27 ms, this 0.13 to 0.20 ms; grammY also adds 6 MB to the process.

type Methods = ApiMethods<Blob>;
type Method = keyof Methods;

// Flood waits of up to 8 s are absorbed by the server (telegram.md 2) and a long poll lasts 50 s: 65 s covers both.
const timeoutMs = 65_000;

export interface TelegramApi {
  /** Calls a method; a Blob among the parameters makes it a multipart request. @throws PlatformError */
  call<M extends Method>(
    method: M,
    payload: Opts<Blob>[M],
    signal?: AbortSignal,
  ): Promise<ReturnType<Methods[M]>>;
  /** Sends a frozen request. A create goes to `to`, wherever that moved since, and answers with its message. @throws PlatformError */
  send(call: Call, to: ConversationRef, signal: AbortSignal): Promise<Sent | undefined>;
}

export function createApi(config: TelegramConfig, clock: Clock): TelegramApi {
  const transport = createTransport(clock);

  async function request(method: string, payload: object, signal: AbortSignal | undefined): Promise<unknown> {
    const url = new URL(`${config.api}/bot${config.token}/${method}`);
    try {
      const answer = readAnswer(await transport.post(url, bodyOf(payload), { timeoutMs, signal }));
      if ("result" in answer) return answer.result;
      throw refusalError(method, answer);
    } catch (error) {
      throw error instanceof TransportError ? transportError(method, error) : error;
    }
  }

  return {
    // The server is trusted to answer in the documented shape; what matters is checked where it is used.
    call: <M extends Method>(method: M, payload: Opts<Blob>[M], signal?: AbortSignal) =>
      request(method, payload, signal) as Promise<ReturnType<Methods[M]>>,
    send: async (call, to, signal) => {
      const { method, payload } = call.request as unknown as TelegramRequest;
      // A new message goes wherever the conversation moved since it was frozen. What it changes or removes stays
      // where it was: ids begin anew in a supergroup, and the old ones would hit somebody else's message.
      const place = call.op === "create" ? { chat_id: to.id } : {};
      try {
        const result = await request(method, { ...payload, ...place }, signal);
        return call.op === "create" ? sentOf(result, to) : undefined;
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        if (error.code === notModified) return undefined;
        if (call.op !== "create" && error.fate.kind === "moved")
          throw new PlatformError(error.code, error.message, { kind: "gone" }, { cause: error });
        throw error;
      }
    },
  };
}

/** JSON, or a form when a file is among the values. A file part needs a file name, or the server takes it for text. */
function bodyOf(payload: object): string | FormData {
  const entries = Object.entries(payload) as readonly (readonly [string, unknown])[];
  if (!entries.some(([, value]) => value instanceof Blob)) return JSON.stringify(payload);
  const form = new FormData();
  for (const [name, value] of entries) {
    if (value instanceof Blob) form.append(name, value, `${name}.pem`);
    else if (value !== undefined)
      form.append(name, typeof value === "string" ? value : JSON.stringify(value));
  }
  return form;
}

/** The new message; undefined when the server accepted the request without naming it. */
function sentOf(result: unknown, to: ConversationRef): Sent | undefined {
  const id = result instanceof Object && "message_id" in result ? result.message_id : undefined;
  return typeof id === "number" ? { ref: { conversation: to, id: String(id) } } : undefined;
}
