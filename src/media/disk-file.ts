// Reads what lies on our own disk in pieces; ready files, links and pictures that were made here are read by it.

import { createReadStream } from "node:fs";
import { passing } from "./watched.ts";

/** Bytes `from` (included) to `to` (not included). @throws PlatformError (`retry`) when it is not there any more */
export async function* diskFile(path: string, signal?: AbortSignal, from = 0, to = Infinity) {
  if (to <= from) return;
  const stream = createReadStream(path, { start: from, end: to - 1, ...(signal && { signal }) });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch {
    signal?.throwIfAborted();
    throw passing("lost", "a file on our own disk could not be read");
  }
}
