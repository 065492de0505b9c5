// Conversions of files, one file on disk to another, in processes of their own; `media` calls it when nothing else fits.

import { accessSync, constants } from "node:fs";
import { rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { Want } from "../../bridge/media-port.ts";
import type { Clock } from "../../model/clock.ts";
import { readable } from "./ffmpeg.ts";
import type { Sniffed } from "./sniff.ts";
import type { Job } from "./studio-job.ts";
import { StudioFailed, StudioPool } from "./studio-pool.ts";

/** What is in a file, measured, not claimed. */
export interface Facts {
  readonly width?: number;
  readonly height?: number;
  readonly seconds?: number;
  readonly frames?: number;
  readonly hasAudio?: boolean;
  readonly alpha?: boolean;
}

export interface Recipe {
  readonly from: Sniffed;
  /** What `probe` said of the source. */
  readonly facts: Facts;
  /**
   * The MIME type to make. `image/gif`, `image/webp` and `video/*` of something that moves move as well; `image/jpeg`
   * and `image/png` are its first frame, and so is a WebP with `want.side` (Telegram's stickers that move are WebM).
   */
  readonly to: string;
  /** Its limits: `maxBytes` always; of pictures `maxSide`, `maxSides`, `maxRatio`, `side`. */
  readonly want: Want;
  /** Only the first frame, even where the target could move. */
  readonly still?: boolean;
  /** A file without its sound. */
  readonly trimAudio?: boolean;
  /** `sticker`: see-through stays, WebM within 3 s; `voice`: mono with a waveform; `round`: a square video. */
  readonly shape?: "sticker" | "plain" | "voice" | "round";
}

export type WhyNot = "broken" | "too-long" | "too-big" | "no-converter";

export interface Converted {
  readonly ok: true;
  readonly facts: Facts;
  readonly bytes: number;
  /** Of `voice`. */
  readonly waveform?: string;
}

export interface NotConverted {
  readonly ok: false;
  readonly why: WhyNot;
}

export interface Waveform {
  /** Base64 of one byte a step, 256 at most. */
  readonly base64: string;
  readonly seconds: number;
}

export interface ConverterOptions {
  /** Path of the program; absent: only pictures and Lottie are converted. */
  readonly ffmpeg?: string | undefined;
  readonly clock: Clock;
  /** Conversions at a time; one less than the processors, at least one. */
  readonly threads?: number;
  /** The most one conversion takes; 60 s. */
  readonly timeoutMs?: number;
  /** The most a conversion may write; 64 MiB. */
  readonly maxOutputBytes?: number;
  /** The most a conversion may hold in memory, with ffmpeg; 768 MiB. */
  readonly maxMemoryBytes?: number;
}

/** Sources and targets are paths; a failed conversion leaves no target. An aborted signal throws its reason. */
export interface Converter {
  /** Whether there is a way at all; the file may still be broken or too big. */
  can(from: Sniffed, to: string): boolean;
  /** Never opens what is of an unknown kind: its facts are none. */
  probe(source: string, from: Sniffed, signal: AbortSignal): Promise<Facts | "broken">;
  convert(
    source: string,
    target: string,
    recipe: Recipe,
    signal: AbortSignal,
  ): Promise<Converted | NotConverted>;
  /** Undefined without ffmpeg, and for what has no sound. */
  waveform(source: string, from: Sniffed, signal: AbortSignal): Promise<Waveform | undefined>;
  /** A still JPEG of a picture, a video or a Lottie file, within `side` pixels. */
  still(
    source: string,
    target: string,
    from: Sniffed,
    side: number,
    signal: AbortSignal,
  ): Promise<Converted | NotConverted>;
  /** 256 x 256 PNG: the first letter of the name on a colour that follows from the name. */
  letter(name: string): Promise<Buffer>;
  /** 256 x 256 PNG of a face, cut to a square. */
  square(
    source: string,
    target: string,
    from: Sniffed,
    signal: AbortSignal,
  ): Promise<Converted | NotConverted>;
  stop(): Promise<void>;
}

const MOST_OUTPUT = 64 * 1024 * 1024;
const MOST_MEMORY = 768 * 1024 * 1024;

/** What sharp reads, and what can be made without ffmpeg. */
const PICTURES: ReadonlySet<string> = new Set([
  ...["image/png", "image/apng", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/tiff"],
]);
const STILLS: ReadonlySet<string> = new Set(["image/jpeg", "image/png", "image/webp", "image/gif"]);
const FRAMES: ReadonlySet<string> = new Set(["image/gif", "image/webp"]);
const FILMS: ReadonlySet<string> = new Set(["video/mp4", "video/webm"]);
const SOUNDS: ReadonlySet<string> = new Set(["audio/ogg", "audio/mpeg", "audio/mp4"]);

function can(from: Sniffed, to: string, ffmpeg: boolean): boolean {
  const seen = PICTURES.has(from.mime);
  const drawn = from.kind === "lottie";
  const watched = ffmpeg && readable(from);
  if (SOUNDS.has(to)) return watched && (from.kind === "audio" || from.kind === "video");
  if (from.kind === "audio") return false;
  if (FILMS.has(to)) return ffmpeg && (watched || drawn || from.mime === "image/webp");
  // Of an APNG without ffmpeg only the first frame can be had.
  if (FRAMES.has(to) && from.mime === "image/apng") return watched;
  return STILLS.has(to) && (seen || drawn || watched);
}

export function createConverter(options: ConverterOptions): Converter {
  const { ffmpeg, clock, threads, timeoutMs } = options;
  const { maxOutputBytes = MOST_OUTPUT, maxMemoryBytes = MOST_MEMORY } = options;
  const tools = { maxOutputBytes, maxMemoryBytes, ...(ffmpeg !== undefined && { ffmpeg }) };
  const pool = new StudioPool(tools, clock, {
    ...(threads !== undefined && { threads }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  const make = async (job: Extract<Job, { target: string }>, possible: boolean, signal: AbortSignal) => {
    if (!possible) return { ok: false, why: "no-converter" } as const;
    let made = false;
    try {
      const answer = await pool.run<"convert" | "still" | "square">(job, signal);
      made = answer.ok;
      return answer;
    } catch (error) {
      if (!(error instanceof StudioFailed)) throw error;
      return { ok: false, why: error.why === "time" ? "too-long" : "broken" } as const;
    } finally {
      if (!made) await rm(job.target, { force: true });
    }
  };
  const stillable = (from: Sniffed) => can(from, "image/jpeg", ffmpeg !== undefined);
  return {
    can: (from, to) => can(from, to, ffmpeg !== undefined),
    probe: async (source, from, signal) => {
      if (from.kind === "other") return {};
      return pool.run<"probe">({ kind: "probe", source, from }, signal).catch(orElse("broken"));
    },
    convert: (source, target, recipe, signal) =>
      make({ kind: "convert", source, target, recipe }, possible(recipe, ffmpeg !== undefined), signal),
    waveform: async (source, from, signal) => {
      if (!can(from, "audio/ogg", ffmpeg !== undefined)) return undefined;
      return pool.run<"waveform">({ kind: "waveform", source, from }, signal).catch(orElse(undefined));
    },
    still: (source, target, from, side, signal) =>
      make({ kind: "still", source, target, from, side }, stillable(from), signal),
    letter: async (name) => Buffer.from(await pool.run<"letter">({ kind: "letter", name })),
    square: (source, target, from, signal) =>
      make({ kind: "square", source, target, from }, stillable(from), signal),
    stop: () => pool.stop(),
  };
}

function possible({ from, to, still }: Recipe, ffmpeg: boolean): boolean {
  return can(from, to, ffmpeg) || (still === true && STILLS.has(to) && PICTURES.has(from.mime));
}

function orElse<T>(fallback: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof StudioFailed) return fallback;
    throw error;
  };
}

/** The path of ffmpeg: `MATEBOT_FFMPEG`, else the first in `PATH`; undefined when there is none. */
export function findFfmpeg(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const name = process.platform === "win32" ? "ffmpeg.exe" : "ffmpeg";
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const named = env.MATEBOT_FFMPEG;
  const places = named === undefined || named === "" ? folders.map((folder) => join(folder, name)) : [named];
  return places.find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
