// Asks the public URL for /health as anybody outside would, and tells how far it came; `matebot proxy --check` and `init` call it.

import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import type { LookupFunction } from "node:net";

const ANSWER_MS = 10_000;
const MOST_BYTES = 64 * 1024;

export type HealthAnswer =
  /** MateBot itself; `ok`: everything of it is connected. */
  | { readonly kind: "matebot"; readonly ok: boolean }
  /** Somebody else, with this HTTP status. */
  | { readonly kind: "other"; readonly status: number }
  | { readonly kind: "no-name" | "refused" | "silent" | "broken" }
  /** `code` is Node's or OpenSSL's word for it. */
  | { readonly kind: "certificate"; readonly code: string };

export interface AskOptions {
  /** Connects there instead of asking DNS; name and certificate stay those of the URL. */
  readonly address?: string;
  /** PEMs to trust instead of the system's. */
  readonly roots?: string;
  /** Milliseconds. */
  readonly withinMs?: number;
}

/** Never rejects. */
export function askHealth(publicUrl: URL, options: AskOptions = {}): Promise<HealthAnswer> {
  const { address, roots, withinMs = ANSWER_MS } = options;
  const url = new URL(publicUrl);
  url.pathname = `${publicUrl.pathname.replace(/\/+$/, "")}/health`;
  const lookup: LookupFunction = (_name, { all }, answer) => {
    if (all) return answer(null, [{ address: String(address), family: 4 }]);
    answer(null, String(address), 4);
  };
  const isTls = url.protocol === "https:";
  const shared = {
    agent: false as const,
    signal: AbortSignal.timeout(withinMs),
    // An address in the URL is never looked up: the connection goes elsewhere, what is asked for stays.
    ...(address !== undefined && { lookup, host: address, headers: { host: url.host } }),
    ...(address !== undefined && isTls && { servername: bareName(url) }),
    ...(roots !== undefined && { ca: roots }),
  };
  return new Promise((resolve) => {
    const asking = (isTls ? httpsRequest : httpRequest)(url, shared, (response) => {
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

function bareName({ hostname }: URL): string {
  return /^[\d.]+$|^\[/.test(hostname) ? "" : hostname;
}

function judge(status: number, text: string): HealthAnswer {
  try {
    const report = JSON.parse(text) as { readonly status?: unknown; readonly connections?: unknown } | null;
    if ((report?.status === "ok" || report?.status === "down") && Array.isArray(report.connections))
      return { kind: "matebot", ok: report.status === "ok" };
  } catch {
    // No JSON: somebody else's page.
  }
  return { kind: "other", status };
}

function failure(error: Error & { readonly code?: string; readonly syscall?: string }): HealthAnswer {
  const code = error.code ?? "";
  if (error.name === "AbortError" || error.name === "TimeoutError" || code === "ETIMEDOUT")
    return { kind: "silent" };
  if (code === "ENOTFOUND" || code === "EAI_AGAIN" || code === "ENODATA") return { kind: "no-name" };
  if (code === "ECONNREFUSED") return { kind: "refused" };
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return { kind: "silent" };
  if (/CERT|ISSUER|SIGNATURE|ALTNAME|INVALID_(CA|PURPOSE)/.test(code)) return { kind: "certificate", code };
  return { kind: "broken" };
}
