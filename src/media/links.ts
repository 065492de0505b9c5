// Links to files that fit nowhere: signed, expiring, streamed straight from the platform that has the file.

import type { WebAnswer, WebGet } from "../bridge/ports.ts";
import type { FileAttachment } from "../model/attachment.ts";
import type { Clock } from "../model/clock.ts";
import { bodyOf, fileHeaders } from "./download.ts";
import { createGate, type Gate } from "./gate.ts";
import type { Limits } from "./limits.ts";
import { type LinkRecord, openLinkRecords } from "./link-records.ts";
import type { Look } from "./material.ts";
import { readRange, type Span } from "./range.ts";
import { safeName } from "./safe-name.ts";
import type { Signer } from "./signed.ts";
import type { Connection, Sources } from "./source.ts";
import { identity } from "./strikes.ts";

export interface Links {
  /** The address of the file for some days; undefined when nobody outside can reach us, or trusts us. */
  offer(file: FileAttachment, look: Look): Promise<string | undefined>;
  /** Answers GET and HEAD of what follows the prefix. */
  answer(request: WebGet): Promise<WebAnswer>;
  /** Ends what is being read. */
  stop(): void;
}

export interface LinksParts {
  readonly folder: string;
  readonly sources: Sources;
  readonly signer: Signer;
  /** The address of a signed path; undefined when it would be of no use. */
  readonly urlOf: (path: string) => string | undefined;
  readonly clock: Clock;
  readonly limits: Limits;
}

const DAY_MS = 86_400_000;
/** A reader waits so long for others to finish. */
const WAIT_MS = 10_000;

export function createLinks(parts: LinksParts): Links {
  const { folder, signer, urlOf, clock, limits } = parts;
  const records = openLinkRecords(folder, clock, limits.linkMs + 2 * DAY_MS);
  const stopped = new AbortController();
  const readers = { ...parts, gate: createGate(limits.downloads), ending: stopped.signal };

  return {
    offer: async (file, { type: { mime, ext }, bytes }) => {
      const id = signer.name(identity(file));
      // Whole days: the same file has the same address when it is asked for again.
      const until = (Math.floor((clock.now() + limits.linkMs) / DAY_MS) + 1) * DAY_MS;
      const url = urlOf(signer.sign(id, until));
      if (url === undefined) return undefined;
      const name = safeName(file.name, mime, file.kind, ext);
      const record = { file, name, mime, ...(bytes !== undefined && { bytes }) };
      // A card without a link is better than no card.
      return await records.write(id, record).then(
        () => url,
        () => undefined,
      );
    },
    answer: async (request) => {
      const link = signer.read(request.path);
      const record = link && (await records.read(link.id));
      if (!link || !record) return { status: 404 };
      if (link.until < clock.now()) return { status: 403 };
      return await answerWith(record, `"${link.id}"`, request, readers);
    },
    stop: () => {
      stopped.abort();
      records.stop();
    },
  };
}

interface Readers extends Pick<LinksParts, "sources" | "clock"> {
  readonly gate: Gate;
  /** Aborts when nothing is to be read any more. */
  readonly ending: AbortSignal;
}

async function answerWith(
  record: LinkRecord,
  etag: string,
  { headers, head }: WebGet,
  readers: Readers,
): Promise<WebAnswer> {
  const isOther = headers["if-range"] !== undefined && headers["if-range"] !== etag;
  const range = record.bytes === undefined || isOther ? "all" : readRange(headers.range, record.bytes);
  const answer = fileHeaders(record, etag, range);
  if (range === "none" || head) return answer;
  const body = await download(record, range === "all" ? undefined : range, readers);
  if (typeof body !== "number") return { ...answer, body };
  return { status: body, headers: body === 503 ? { "retry-after": "30" } : {} };
}

/** A status when the file cannot be read now. */
async function download(
  record: LinkRecord,
  span: Span | undefined,
  { sources, clock, gate, ending }: Readers,
): Promise<AsyncIterable<Uint8Array> | number> {
  const leave = await enterSoon(gate, clock, ending);
  if (!leave) return 503;
  const connection = await sources.connect(record.file, ending).catch(() => 503);
  const refusal = refusalOf(connection, record);
  if (refusal === undefined && typeof connection === "object")
    return bodyOf(connection.stream, span, () => {
      connection.close();
      leave();
    });
  if (typeof connection === "object") connection.close();
  leave();
  return refusal ?? 404;
}

async function enterSoon(gate: Gate, clock: Clock, ending: AbortSignal): Promise<(() => void) | undefined> {
  const late = new AbortController();
  const timer = clock.after(WAIT_MS, () => late.abort());
  const leave = await gate.enter(AbortSignal.any([late.signal, ending])).catch(() => undefined);
  timer.cancel();
  return leave;
}

/** The status of a source that cannot be read: gone, in trouble (503), or not what it was (502). */
function refusalOf(connection: Connection | string | number, { bytes }: LinkRecord): number | undefined {
  if (typeof connection === "number") return connection;
  if (typeof connection === "string") return 404;
  return connection.bytes === bytes ? undefined : 502;
}
