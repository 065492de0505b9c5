// Reads files from Discord's own hosts for whoever carries them on; `index.ts` offers it as `open`.

import { Agent, type Dispatcher, request as httpRequest } from "undici";
import type { OpenedFile } from "../../../bridge/media-port.ts";
import type { FileAttachment } from "../../../model/attachment.ts";
import type { Clock } from "../../../model/clock.ts";
import { DiscordError, limited, networkError } from "../errors.ts";
import type { DiscordRest } from "../rest/rest.ts";
import { type FileHosts, type FileSource, freshUrl, readSource, urlOf } from "./file-source.ts";

export interface FileReader {
  /** @throws DiscordError; `refused`: it cannot be had */
  open(file: FileAttachment, signal: AbortSignal): Promise<OpenedFile>;
  close(): Promise<void>;
}

export interface FileReaderParts {
  readonly rest: Pick<DiscordRest, "request">;
  readonly clock: Clock;
  readonly hosts: FileHosts;
}

/** An address that ends within this time could end while it is asked for. */
const MARGIN_MS = 60_000;
const BUSY_MS = 5_000;

type Attachment = Extract<FileSource, { kind: "attachment" }>;

/** Owns its connections. */
export function createFileReader({ rest, clock, hosts }: FileReaderParts): FileReader {
  const agent = new Agent({ connect: { timeout: 10_000 }, headersTimeout: 20_000, bodyTimeout: 30_000 });

  async function renewed(source: Attachment, signal: AbortSignal): Promise<string | undefined> {
    const { channel, message, id } = source;
    const route = `/channels/${channel}/messages/${message}` as const;
    const url = freshUrl(await rest.request({ method: "GET", route, signal }).catch(ifPasses), id);
    return url === undefined ? undefined : urlOf({ ...source, url }, hosts);
  }

  async function openOnce(url: string, signal: AbortSignal): Promise<OpenedFile | "gone"> {
    // undici follows no redirect by itself: what lies elsewhere is not Discord's.
    const answer = await httpRequest(url, {
      method: "GET",
      headers: { "accept-encoding": "identity" },
      signal,
      dispatcher: agent,
    }).catch((error: unknown) => {
      throw networkError(error);
    });
    if (answer.statusCode === 200) return opened(answer);
    answer.body.on("error", () => undefined).destroy();
    if (answer.statusCode === 429 || answer.statusCode >= 500) throw busy(answer);
    return "gone";
  }

  return {
    async open({ source: written = "" }, signal) {
      const source = readSource(written);
      const url = source && urlOf(source, hosts);
      if (!source || url === undefined) throw notToBeHad();
      const isOver = source.kind === "attachment" && endOf(url) < clock.now() + MARGIN_MS;
      const first = isOver ? "gone" : await openOnce(url, signal);
      if (first !== "gone") return first;
      const fresh = source.kind === "attachment" ? await renewed(source, signal) : undefined;
      const second = fresh === undefined ? "gone" : await openOnce(fresh, signal);
      if (second === "gone") throw notToBeHad();
      return second;
    },
    close: () => agent.destroy(),
  };
}

function opened({ headers, body }: Dispatcher.ResponseData): OpenedFile {
  // Who closes it early does not want to hear of it.
  body.on("error", () => undefined);
  const bytes = Number(headers["content-length"] ?? Number.NaN);
  const mime = headers["content-type"];
  return {
    stream: body,
    ...(Number.isSafeInteger(bytes) && { bytes }),
    ...(typeof mime === "string" && { mime }),
    close: () => void body.destroy(),
  };
}

/** When a signed address ends, in milliseconds since 1970 (`ex`: hexadecimal seconds). */
function endOf(url: string): number {
  const ex = URL.parse(url)?.searchParams.get("ex");
  return ex ? Number.parseInt(ex, 16) * 1000 : Number.POSITIVE_INFINITY;
}

function busy({ statusCode, headers }: Dispatcher.ResponseData): DiscordError {
  const seconds = Number(headers["retry-after"]);
  if (statusCode === 429) return limited(seconds > 0 ? seconds * 1000 : BUSY_MS, "files", false);
  return new DiscordError("discord.file-busy", `HTTP ${statusCode}`, {
    kind: "retry",
    maybeDelivered: false,
  });
}

function notToBeHad(): DiscordError {
  return new DiscordError("discord.no-file", "the file cannot be had any more", { kind: "refused" });
}

/** A message that is gone has no address; trouble may pass. */
function ifPasses(error: unknown): undefined {
  if (error instanceof DiscordError && /^(?:refused|gone|blocked)$/.test(error.fate.kind)) return undefined;
  throw error;
}
