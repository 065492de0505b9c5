// Asks an address for MateBot's /health without judging its certificate, and tells who answered; the doctor's checks ask.

import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { HealthReport } from "../web/health.ts";

/** Where to connect; what is asked for stays that of `url`. */
export interface Target {
  readonly url: URL;
  /** Instead of the host and the port of `url`. */
  readonly at?: { readonly host: string; readonly port: number } | { readonly socketPath: string };
}

export type Answer =
  | { readonly kind: "matebot"; readonly report: HealthReport }
  /** Somebody else, with this HTTP status. */
  | { readonly kind: "other"; readonly status: number }
  /** Nobody, with Node's word for why. */
  | { readonly kind: "none"; readonly code: string };

const ANSWER_MS = 5_000;
const MOST_BYTES = 256 * 1024;

/** Never rejects. */
export function askHealth({ url, at }: Target, withinMs = ANSWER_MS): Promise<Answer> {
  const isTls = url.protocol === "https:";
  const host = bareHost(url);
  const options = {
    ...(at ?? { host, port: portOf(url) }),
    path: `${url.pathname.replace(/\/+$/, "")}/health`,
    headers: { host: url.host },
    agent: false as const,
    signal: AbortSignal.timeout(withinMs),
    // Nothing is told to it, and another check judges its certificate.
    ...(isTls && { rejectUnauthorized: false, servername: isIP(host) === 0 ? host : "" }),
  };
  return new Promise((resolve) => {
    const asking = (isTls ? httpsRequest : httpRequest)(options, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        if (text.length < MOST_BYTES) text += chunk;
      });
      response.once("error", (error) => resolve(failure(error)));
      response.once("end", () => resolve(judge(response.statusCode ?? 0, text)));
    });
    asking.once("error", (error) => resolve(failure(error))).end();
  });
}

/** An IPv6 address without brackets. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

export function portOf({ port, protocol }: URL): number {
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

function judge(status: number, text: string): Answer {
  try {
    const report = JSON.parse(text) as HealthReport | null;
    if ((report?.status === "ok" || report?.status === "down") && Array.isArray(report.connections))
      return { kind: "matebot", report };
  } catch {
    // No JSON: somebody else's page.
  }
  return { kind: "other", status };
}

function failure(error: Error & { readonly code?: string }): Answer {
  const isLate = error.name === "AbortError" || error.name === "TimeoutError";
  return { kind: "none", code: isLate ? "ETIMEDOUT" : (error.code ?? error.name) };
}
