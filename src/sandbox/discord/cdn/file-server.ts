// Serves the CDN's files over HTTP, whole or in part, with the faults a test wants; `rest.ts` passes requests on.

import type { IncomingMessage, ServerResponse } from "node:http";
import { sleep } from "../../../model/clock.ts";
import type { FaultScript } from "../../faults.ts";
import type { World } from "../world.ts";
import { answerCdn } from "./cdn.ts";

export interface FileServer {
  readonly world: World;
  readonly cdnFaults: FaultScript;
  /** Takes the path of every download. */
  readonly downloads: string[];
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** One range of bytes; undefined for a header that asks for none. */
function rangeOf(header: string | undefined, size: number): Range | undefined {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === undefined || Number(first) >= size) return undefined;
  return { start: Number(first), end: last ? Math.min(Number(last), size - 1) : size - 1 };
}

/** Answers a request below /cdn or /media. */
export async function serveFile(
  { world, cdnFaults, downloads }: FileServer,
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
): Promise<void> {
  downloads.push(url.pathname);
  const fault = cdnFaults.take({ method: request.method ?? "GET", path: url.pathname, body: undefined });
  if (fault?.kind === "cut") return void response.destroy();
  if (fault?.kind === "slow") await sleep(world.clock, fault.ms);
  if (fault?.kind === "status" || fault?.kind === "limit") {
    response.writeHead(fault.kind === "limit" ? 429 : fault.status);
    return void response.end();
  }
  const [, host, path = "/"] = /^\/(cdn|media)(\/.*)$/.exec(url.pathname) ?? [];
  const file = answerCdn(world, host === "media" ? "media" : "cdn", path, url.searchParams);
  const range = file.status === 200 ? rangeOf(request.headers.range, file.bytes.length) : undefined;
  const bytes = range ? file.bytes.subarray(range.start, range.end + 1) : file.bytes;
  response.writeHead(range ? 206 : file.status, {
    "content-type": file.type,
    "content-length": String(bytes.length),
    "accept-ranges": "bytes",
    ...(range && { "content-range": `bytes ${range.start}-${range.end}/${file.bytes.length}` }),
  });
  if (request.method === "HEAD") response.end();
  else if (fault?.kind === "stall") response.write(bytes.subarray(0, fault.after));
  else response.end(bytes);
}
