// The media service between a file source on loopback and a converter that does as it is told; the tests of media use it.

import { mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WebPort } from "../../src/bridge/ports.ts";
import type { Converter, Recipe } from "../../src/media/convert/convert.ts";
import type { Limits } from "../../src/media/limits.ts";
import { createMedia, type MediaService } from "../../src/media/media.ts";
import type { FileAttachment } from "../../src/model/attachment.ts";
import { ManualClock } from "../../src/sandbox/manual-clock.ts";
import { FileSource, type ServedFile } from "./file-source.ts";

export interface MediaRig {
  readonly source: FileSource;
  readonly clock: ManualClock;
  readonly folder: string;
  readonly media: MediaService;
  readonly converter: ScriptedConverter;
  /** Every log line. */
  readonly lines: string[];
  /** Puts a file at the source, and says what an event would say of it. */
  serve(name: string, file: ServedFile, said?: Partial<FileAttachment>): FileAttachment;
  /** The same folder and source, after a restart. */
  restart(limits?: Partial<Limits>): Promise<MediaService>;
  stop(): Promise<void>;
}

export interface ScriptedConverter extends Converter {
  /** The recipes of all conversions that were begun. */
  readonly recipes: Recipe[];
  /** How all that was made was asked for. */
  readonly made: string[];
  /** What a conversion gives; "converted" unless told. */
  result: Uint8Array | "broken" | "too-long" | "too-big" | "no-converter";
  /** Conversions wait for it. */
  gate: Promise<void>;
  /** Whether it can at all. */
  able: boolean;
}

export function scriptedConverter(): ScriptedConverter {
  const recipes: Recipe[] = [];
  const made: string[] = [];
  const converter: ScriptedConverter = {
    recipes,
    made,
    result: Buffer.from("converted"),
    gate: Promise.resolve(),
    able: true,
    can: (_, to) => converter.able && to !== "x/impossible",
    probe: async () => ({ width: 40, height: 30 }),
    convert: async (_, target, recipe, signal) => {
      recipes.push(recipe);
      await Promise.race([converter.gate, aborted(signal)]);
      const { result } = converter;
      if (typeof result === "string") return { ok: false, why: result };
      await writeFile(target, result);
      return { ok: true, bytes: result.byteLength, facts: { width: 20, height: 10 } };
    },
    waveform: async () => ({ base64: "AAEC", seconds: 3 }),
    still: async (_, target) => {
      made.push("still");
      await writeFile(target, "still");
      return { ok: true, bytes: 5, facts: { width: 8, height: 6 } };
    },
    letter: async (name) => {
      made.push(`letter ${name}`);
      return Buffer.from(`letter ${name}`);
    },
    square: async (_, target) => {
      made.push("square");
      await writeFile(target, "square");
      return { ok: true, bytes: 6, facts: { width: 256, height: 256 } };
    },
    stop: async () => {},
  };
  return converter;
}

export async function startMediaRig(
  options: { readonly limits?: Partial<Limits>; readonly web?: WebPort; readonly converter?: Converter } = {},
): Promise<MediaRig> {
  const folder = mkdtempSync(join(tmpdir(), "matebot-media-"));
  const source = await FileSource.start();
  const clock = new ManualClock();
  const converter = scriptedConverter();
  const lines: string[] = [];
  const write = (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`);
  const log = { debug: write, info: write, warn: write, error: write };
  const parts = { open: source.open, folder: join(folder, "media"), clock, log, converter, ...options };
  const rig = {
    ...{ source, clock, folder: parts.folder, converter, lines },
    media: createMedia(parts),
    serve: (name: string, file: ServedFile, said: Partial<FileAttachment> = {}): FileAttachment => {
      source.files.set(name, file);
      return { kind: "document", account: "toy", source: name, ...said };
    },
    restart: async (limits: Partial<Limits> = {}) => {
      await rig.media.stop();
      rig.media = createMedia({ ...parts, limits: { ...options.limits, ...limits } });
      return rig.media;
    },
    stop: async () => {
      await rig.media.stop();
      await source.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return rig;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** All bytes of a stream, and how many chunks they came in. */
export async function drain(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
