// Carries the authority's requests over HTTPS with its own trust and limits, and turns every refusal into a fault; `session.ts` uses it.

import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { getCACertificates } from "node:tls";
import { AcmeFault, faultOfAnswer, isBadNonce, type Problem } from "./fault.ts";

export interface TransportOptions {
  readonly host: string;
  readonly directory: string;
  /** PEM; trusted beside what the system trusts. */
  readonly roots?: string | undefined;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed where it is JSON, else text. */
  readonly data: unknown;
}

export interface Transport {
  /** @throws AcmeFault for every answer from 400 on except a bad nonce, and when there is none */
  send(
    url: string,
    method: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<Answer>;
  close(): void;
}

const PATIENCE_MS = 30_000;
const MOST_BYTES = 1024 * 1024;

const UNTRUSTED =
  /^(CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERR_TLS_|HOSTNAME_MISMATCH|INVALID_CA|ERR_SSL_|ERR_OSSL_)|^EPROTO$/;

export function createTransport(options: TransportOptions): Transport {
  const { host, directory, roots, now } = options;
  const authority = new URL(directory).host;
  // Naming roots puts those of the system out of force, unless they are named too.
  const trust = roots === undefined ? {} : { ca: [...getCACertificates("default"), roots] };
  const agent = new Agent({ ...trust, keepAlive: true, maxSockets: 2 });

  return {
    send: async (url, method, headers, body) => {
      const answer = await exchange(url, method, headers, body, agent, options.signal).catch(
        (error: unknown) => {
          throw error instanceof AcmeFault ? error : silence(error, host, authority);
        },
      );
      if (answer.status < 400) return answer;
      const problem = isObject(answer.data) ? (answer.data as Problem) : {};
      // Whoever asked signs again with the nonce that came along.
      if (isBadNonce(problem)) return answer;
      const detail = problem.detail ?? `HTTP ${answer.status}`;
      const retryAt = retryTime(answer.headers["retry-after"], now());
      if (url === directory && answer.status < 500 && retryAt === undefined)
        throw new AcmeFault("not-acme", { host, authority, detail });
      throw faultOfAnswer({ ...problem, detail }, answer.status, { host, authority, retryAt });
    },
    close: () => agent.destroy(),
  };
}

/** Seconds or a date. RFC 9110, 10.2.3. */
export function retryTime(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const at = /^\d+$/.test(header) ? now + Number(header) * 1000 : Date.parse(header);
  return Number.isFinite(at) ? at : undefined;
}

function exchange(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: unknown,
  agent: Agent,
  signal: AbortSignal,
): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const call = request(url, {
      agent,
      method: method.toUpperCase(),
      headers: {
        "user-agent": "MateBot",
        ...headers,
        ...(text !== undefined && { "content-length": Buffer.byteLength(text) }),
      },
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    call.on("error", reject);
    call.on("response", (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("error", reject);
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        bytes += chunk.length;
        if (bytes > MOST_BYTES) response.destroy(new Error("the answer is too long"));
      });
      response.on("end", () => {
        const { statusCode, headers: came } = response;
        const said = Buffer.concat(chunks).toString("utf8");
        resolve({ status: statusCode ?? 0, headers: came, data: parse(said, came["content-type"]) });
      });
    });
    call.end(text);
  });
}

function parse(text: string, type = ""): unknown {
  if (!/^application\/(\w+\+)?json\b/i.test(type)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function silence(error: unknown, host: string, authority: string): AcmeFault {
  const { code = "", message } = error as NodeJS.ErrnoException;
  const kind = UNTRUSTED.test(code) ? "untrusted" : "unreachable";
  const detail = code === "ABORT_ERR" ? "timeout" : code || message;
  return new AcmeFault(kind, { host, authority, detail }, { cause: error });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
