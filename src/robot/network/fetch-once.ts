// Fetches one address within its limits, from checked addresses only; runs in a process of its own, which `fetch-child.ts` is.

import { type IncomingMessage, type RequestOptions, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { bare, NotPublic, pinnedTo, type Reach, reachable } from "./address.ts";
import type { Fetched, FetchJob, FetchOutcome, FetchTrouble } from "./fetch-job.ts";

const MOST_REDIRECTS = 5;
const KEPT = ["content-type", "location", "content-location", "link", "retry-after"];

class Trouble extends Error {
  readonly why: FetchTrouble;
  constructor(why: FetchTrouble) {
    super(why);
    this.why = why;
  }
}

/** Never rejects. No cookies, no proxy, no credentials; every redirect is checked like the first address. */
export async function fetchOnce(job: FetchJob, reach: Omit<Reach, "allowPrivate">): Promise<FetchOutcome> {
  const over = AbortSignal.timeout(job.ms);
  try {
    return await follow(job, { ...reach, allowPrivate: job.allowPrivate }, over);
  } catch (error) {
    if (over.aborted) return { trouble: "time" };
    return { trouble: error instanceof Trouble ? error.why : "connection" };
  }
}

async function follow(job: FetchJob, reach: Reach, signal: AbortSignal): Promise<Fetched> {
  let url = webAddress(job.url);
  for (let turns = 0; turns <= MOST_REDIRECTS; turns += 1) {
    const response = await ask(url, job, reach, signal);
    const { statusCode = 0, headers } = response;
    if (job.stay || !isRedirect(statusCode) || headers.location === undefined)
      return taken(response, url, job, signal);
    response.destroy();
    url = webAddress(headers.location, url);
  }
  throw new Trouble("redirects");
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

function webAddress(text: string, base?: URL): URL {
  const url = URL.canParse(text, base?.href) ? new URL(text, base) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "")
    throw new Trouble("web");
  return url;
}

/** The head of the answer. The name is resolved once, and only addresses that were checked are connected to. */
async function ask(url: URL, job: FetchJob, reach: Reach, signal: AbortSignal): Promise<IncomingMessage> {
  const addresses = await beforeEnd(signal, addressesOf(url, reach));
  const options: RequestOptions = {
    ...{ host: bare(url.hostname), port: url.port || (url.protocol === "https:" ? 443 : 80) },
    lookup: pinnedTo(addresses),
    ...{ method: job.method, path: `${url.pathname}${url.search}`, agent: false, signal },
    headers: {
      host: url.host,
      "user-agent": "MateBot",
      accept: job.accept ?? "*/*",
      "accept-encoding": "gzip, deflate, br",
      connection: "close",
    },
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === "https:" ? requestHttps : requestHttp;
    send(options, resolve)
      .on("error", reject)
      // Nobody is to change the protocol or be answered before the answer.
      .on("upgrade", (_response, socket) => {
        socket.destroy();
        reject(new Trouble("connection"));
      })
      .end();
  });
}

async function addressesOf(url: URL, reach: Reach): Promise<readonly string[]> {
  try {
    return await reachable(url.hostname, reach);
  } catch (error) {
    throw new Trouble(error instanceof NotPublic ? "address" : "name");
  }
}

/** The system's resolver cannot be stopped; nobody waits for it any longer than that. */
function beforeEnd<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

async function taken(
  response: IncomingMessage,
  url: URL,
  { maxBytes, method }: FetchJob,
  signal: AbortSignal,
): Promise<Fetched> {
  const { statusCode: status = 0, headers } = response;
  const kept = KEPT.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, String(value)]];
  });
  const body = method === "HEAD" ? new Uint8Array() : await bodyOf(response, maxBytes, signal);
  response.destroy();
  return { status, url: url.href, headers: Object.fromEntries(kept), body };
}

/** @throws Trouble `big`, counted as it is unpacked */
async function bodyOf(response: IncomingMessage, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  const unpacker = unpackerOf(response.headers["content-encoding"]);
  const stream = unpacker ? response.pipe(unpacker) : response;
  response.once("error", (error) => unpacker?.destroy(error));
  // What is cut off behind a pipe must not look like an end.
  response.once("aborted", () => unpacker?.destroy(new Trouble("connection")));
  const stop = () => stream.destroy(new Trouble("time"));
  signal.addEventListener("abort", stop, { once: true });
  const chunks: Uint8Array[] = [];
  let count = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    count += chunk.length;
    if (count > maxBytes) {
      response.destroy();
      throw new Trouble("big");
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unpackerOf(encoding: string | undefined) {
  switch (encoding?.toLowerCase()) {
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      return undefined;
  }
}
