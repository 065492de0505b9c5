// Conversions of files, one file on disk to another, in processes of their own; `media` calls it when nothing else fits.

import type { Want } from "../../bridge/media-port.ts";
import type { Clock } from "../../model/clock.ts";
import type { Sniffed } from "./sniff.ts";

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
   * and `image/png` are its first frame.
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

/** The path of ffmpeg: `MATEBOT_FFMPEG`, else the first in `PATH`; undefined when there is none. */
export function findFfmpeg(_env: Readonly<Record<string, string | undefined>>): string | undefined {
  return undefined;
}

export function createConverter(_options: ConverterOptions): Converter {
  const nothing = async (): Promise<NotConverted> => ({ ok: false, why: "no-converter" });
  return {
    can: () => false,
    probe: async () => ({}),
    convert: nothing,
    waveform: async () => undefined,
    still: nothing,
    letter: async () => Buffer.alloc(0),
    square: nothing,
    stop: async () => undefined,
  };
}
