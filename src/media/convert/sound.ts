// Sound: voice messages (Opus, mono), music that fits, and the waveform that readers draw; `perform` calls it.

import { stat } from "node:fs/promises";
import type { Converted, NotConverted, Recipe, Waveform } from "./convert.ts";
import { closing, ffmpeg, opening } from "./ffmpeg.ts";
import { FAILED } from "./picture.ts";
import { probe } from "./probe.ts";
import type { Sniffed } from "./sniff.ts";

const MOST_SECONDS = 6 * 3600;
/** Bits a second: enough for speech and for music, and the least that can be listened to. */
const VOICE_RATE = 32_000;
const MUSIC_RATE = 160_000;
const LEAST_RATE = 8000;
const SAMPLING = 8000;
/** A step of the waveform is not shorter than this, and there are not more than 256. */
const STEP_MS = 100;
const MOST_STEPS = 256;

const CODERS: Readonly<Record<string, readonly string[]>> = {
  "audio/ogg": ["ogg", "-c:a", "libopus", "-ar", "48000"],
  "audio/mpeg": ["mp3", "-c:a", "libmp3lame", "-ar", "44100"],
  "audio/mp4": ["mp4", "-c:a", "aac", "-ar", "44100", "-movflags", "+faststart"],
};

export function codes(to: string): boolean {
  return CODERS[to] !== undefined;
}

/** Makes sound of anything that has some, at the rate that keeps to `want`. */
export async function convertSound(
  source: string,
  target: string,
  recipe: Recipe,
  program: string,
): Promise<Converted | NotConverted> {
  const { from, to, want, facts } = recipe;
  const { seconds = 0 } = facts;
  if (seconds > MOST_SECONDS) return FAILED("too-long");
  const voice = recipe.shape === "voice";
  const room = (want.maxBytes * 8 * 0.9) / Math.max(1, seconds);
  // MP3 has fixed rates only, and none of ours below this one.
  const least = to === "audio/mpeg" ? 4 * LEAST_RATE : LEAST_RATE;
  for (const step of [1, 0.6]) {
    const rate = Math.floor(Math.min(voice ? VOICE_RATE : MUSIC_RATE, room) * step);
    if (rate < least) return FAILED("too-big");
    const [muxer = "", ...coder] = CODERS[to] ?? [];
    const channels = voice || rate < 2 * VOICE_RATE ? "1" : "2";
    const speech = voice ? ["-application", "voip"] : [];
    const { ok } = await ffmpeg(program, [
      ...opening(source, from),
      ...["-map", "0:a:0", "-vn", ...coder, "-ac", channels, "-b:a", `${rate}`],
      ...(to === "audio/ogg" ? speech : []),
      ...closing(target, muxer, want.maxBytes + 1),
    ]);
    if (!ok) return FAILED("broken");
    const { size: bytes } = await stat(target);
    if (bytes <= want.maxBytes) return done(target, to, bytes, voice, program);
  }
  return FAILED("too-big");
}

async function done(target: string, to: string, bytes: number, voice: boolean, program: string) {
  const made: Sniffed = { mime: to, kind: "audio", ext: "" };
  const facts = await probe(target, made, program);
  if (facts === "broken") return FAILED("broken");
  const wave = voice ? await drawWaveform(target, made, program) : undefined;
  return { ok: true as const, bytes, facts, ...(wave && { waveform: wave.base64 }) };
}

/** Loudness over time; undefined when there is no sound in it. */
export async function drawWaveform(
  source: string,
  from: Sniffed,
  program: string,
): Promise<Waveform | undefined> {
  const steps = new LoudnessMeter((SAMPLING * STEP_MS) / 1000);
  const { ok } = await ffmpeg(
    program,
    [
      ...opening(source, from),
      ...["-map", "0:a:0", "-vn", "-ac", "1", "-ar", `${SAMPLING}`, "-t", `${MOST_SECONDS}`],
      ...["-f", "s16le", "pipe:1"],
    ],
    { output: (chunk) => steps.take(chunk) },
  );
  if (!ok || steps.samples === 0) return undefined;
  return { base64: toBytes(steps.finish()).toString("base64"), seconds: steps.samples / SAMPLING };
}

/** Sums squares of samples (16 bits, little-endian) step by step as they come, in pieces of any length. */
class LoudnessMeter {
  readonly #perStep: number;
  readonly #steps: number[] = [];
  #sum = 0;
  #low: number | undefined;
  samples = 0;

  constructor(samplesPerStep: number) {
    this.#perStep = samplesPerStep;
  }

  take(chunk: Buffer): void {
    for (const byte of chunk) {
      if (this.#low === undefined) {
        this.#low = byte;
        continue;
      }
      const sample = ((byte << 24) >> 16) | this.#low;
      this.#low = undefined;
      this.#sum += sample * sample;
      this.samples += 1;
      if (this.samples % this.#perStep === 0) this.#close(this.#perStep);
    }
  }

  finish(): readonly number[] {
    const rest = this.samples % this.#perStep;
    if (rest > 0) this.#close(rest);
    return this.#steps;
  }

  #close(samples: number): void {
    this.#steps.push(Math.sqrt(this.#sum / samples));
    this.#sum = 0;
  }
}

/** At most 256 steps of 0 to 255, the loudest the highest; silence stays flat. */
function toBytes(loudness: readonly number[]): Buffer {
  const count = Math.min(MOST_STEPS, loudness.length);
  const steps = Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * loudness.length) / count);
    const to = Math.max(from + 1, Math.floor(((index + 1) * loudness.length) / count));
    return Math.max(...loudness.slice(from, to));
  });
  const loudest = Math.max(...steps);
  // Below this it is noise of the coder: silence is not blown up.
  const full = Math.max(loudest, 100);
  return Buffer.from(steps.map((step) => Math.round((step / full) * 255)));
}
