// What the studio (`studio.ts`, a process of its own) can be asked to do, and what it answers; `convert` asks.

import type { Converted, Facts, NotConverted, Recipe, Waveform } from "./convert.ts";
import type { Sniffed } from "./sniff.ts";

/** What a studio is given once, when it starts. */
export interface Tools {
  readonly ffmpeg?: string;
  readonly maxOutputBytes: number;
  readonly maxMemoryBytes: number;
}

interface Source {
  readonly source: string;
  readonly from: Sniffed;
}

export interface ProbeJob extends Source {
  readonly kind: "probe";
}
export interface ConvertJob {
  readonly kind: "convert";
  readonly source: string;
  readonly target: string;
  readonly recipe: Recipe;
}
export interface WaveformJob extends Source {
  readonly kind: "waveform";
}
export interface StillJob extends Source {
  readonly kind: "still";
  readonly target: string;
  readonly side: number;
}
export interface SquareJob extends Source {
  readonly kind: "square";
  readonly target: string;
}
export interface LetterJob {
  readonly kind: "letter";
  readonly name: string;
}

export type Job = ProbeJob | ConvertJob | WaveformJob | StillJob | SquareJob | LetterJob;

export interface Answers {
  readonly probe: Facts | "broken";
  readonly convert: Converted | NotConverted;
  readonly waveform: Waveform | undefined;
  readonly still: Converted | NotConverted;
  readonly square: Converted | NotConverted;
  readonly letter: Uint8Array;
}

/** From the studio: `answer` for the job under way, or none: the job threw. */
export interface Reply {
  readonly answer?: Answers[Job["kind"]];
  readonly failed?: true;
}
