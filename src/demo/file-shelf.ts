// Lays the files of both simulators out for the page under ids nobody can guess; the sides put them here, `file-routes.ts` serves them.

import { randomBytes, randomUUID } from "node:crypto";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Converter, createConverter, type Facts } from "../media/convert/convert.ts";
import { HEAD_BYTES, type Sniffed, sniff } from "../media/convert/sniff.ts";
import type { Clock } from "../model/clock.ts";
import type { FileView } from "./view.ts";

export interface ServedFile {
  /** Only types that a browser shows without running anything. */
  readonly type: string;
  readonly bytes: Buffer;
}

export interface FileShelf {
  /** The same key has the same address. `look` is asked once. */
  put(key: string, look: () => Buffer | undefined): Pick<FileView, "url" | "shows">;
  /** By the id of its address. */
  open(id: string): Promise<ServedFile | undefined>;
  /** What is in a file, measured. */
  probe(bytes: Buffer): Promise<Facts & Sniffed>;
  stop(): Promise<void>;
}

export interface ShelfParts {
  /** For the moment of a conversion. */
  readonly folder: string;
  readonly clock: Clock;
  readonly ffmpeg: string | undefined;
}

interface Kept {
  readonly id: string;
  readonly bytes: Buffer | undefined;
  readonly type: Sniffed;
  /** A sticker that browsers cannot play, as one that they can. */
  drawn?: Promise<Buffer | undefined>;
}

/** Two rooms with 200 messages each; older files are laid out anew when they are seen again. */
const MOST_FILES = 2_000;
/** What a browser opens as what it is, whatever its sender says it be; all else is for saving. */
const SHOWN: ReadonlySet<string> = new Set([
  ...["image/png", "image/apng", "image/jpeg", "image/gif", "image/webp", "image/avif"],
  ...["video/mp4", "video/webm", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav", "audio/flac"],
]);
const DRAWN = { type: "image/webp", side: 256, bytes: 4 << 20 } as const;

export function createFileShelf({ folder, clock, ffmpeg }: ShelfParts): FileShelf {
  const kept = new Map<string, Kept>();
  const keys = new Map<string, string>();
  const converter = createConverter({ clock, ffmpeg, threads: 1 });
  const over = new AbortController();

  const keep = (key: string, bytes: Buffer | undefined): Kept => {
    const file = { id: randomBytes(18).toString("base64url"), bytes, type: typeOf(bytes) };
    kept.set(key, file);
    keys.set(file.id, key);
    if (kept.size <= MOST_FILES) return file;
    const [oldest = "", gone] = kept.entries().next().value ?? [];
    kept.delete(oldest);
    if (gone) keys.delete(gone.id);
    return file;
  };
  return {
    put(key, look) {
      const { id, bytes, type } = kept.get(key) ?? keep(key, look());
      const shows = showsAs(type);
      return bytes ? { url: `files/${id}`, ...(shows && { shows }) } : {};
    },
    async open(id) {
      const file = kept.get(keys.get(id) ?? "");
      if (!file?.bytes) return undefined;
      const { bytes, type } = file;
      if (type.kind !== "lottie")
        return { type: SHOWN.has(type.mime) ? type.mime : "application/octet-stream", bytes };
      file.drawn ??= inFolder(folder, bytes, (source, target) =>
        draw(converter, source, target, type, over.signal),
      );
      const drawn = await file.drawn;
      return drawn && { type: DRAWN.type, bytes: drawn };
    },
    probe: async (bytes) => {
      const type = typeOf(bytes);
      const facts = await inFolder(folder, bytes, (source) => converter.probe(source, type, over.signal));
      return { ...type, ...(facts !== "broken" && facts) };
    },
    async stop() {
      over.abort(new DOMException("the demo ends", "AbortError"));
      await converter.stop();
    },
  };
}

function typeOf(bytes: Buffer | undefined): Sniffed {
  return sniff((bytes ?? Buffer.alloc(0)).subarray(0, HEAD_BYTES));
}

function showsAs({ mime, kind }: Sniffed): FileView["shows"] {
  if (kind === "lottie") return "image";
  return SHOWN.has(mime) && kind !== "other" ? kind : undefined;
}

async function draw(
  converter: Converter,
  source: string,
  target: string,
  from: Sniffed,
  signal: AbortSignal,
): Promise<Buffer | undefined> {
  const facts = await converter.probe(source, from, signal);
  if (facts === "broken") return undefined;
  const want = { kind: "sticker", maxBytes: DRAWN.bytes, maxSide: DRAWN.side } as const;
  const made = await converter.convert(source, target, { from, facts, to: DRAWN.type, want }, signal);
  return made.ok ? await readFile(target) : undefined;
}

/** Conversions go from disk to disk. */
async function inFolder<T>(
  folder: string,
  bytes: Buffer,
  work: (source: string, target: string) => Promise<T>,
): Promise<T> {
  const source = join(folder, randomUUID());
  const target = `${source}.made`;
  try {
    await writeFile(source, bytes, { mode: 0o600 });
    return await work(source, target);
  } finally {
    await Promise.all([source, target].map((path) => rm(path, { force: true })));
  }
}
