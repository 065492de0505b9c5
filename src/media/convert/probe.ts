// Measures what is in a file without trusting what it says of itself; `perform` calls it for a probe and before conversions.

import type { Facts } from "./convert.ts";
import { ffmpeg, opening, readable } from "./ffmpeg.ts";
import { readLottie } from "./lottie.ts";
import { lookAtPicture } from "./picture.ts";
import type { Sniffed } from "./sniff.ts";

/** Beyond these nothing is a picture or a film to us. */
const MOST_SIDE = 65_535;
const MOST_SECONDS = 24 * 3600;

export interface Film extends Facts {
  /** As ffmpeg names them. */
  readonly picture?: string;
  readonly sound?: string;
}

/** Undefined without ffmpeg for what only it can read: nothing is known then, which is not `broken`. */
export async function probe(
  source: string,
  from: Sniffed,
  program: string | undefined,
): Promise<Facts | "broken"> {
  try {
    if (from.kind === "lottie") {
      const { width, height, seconds, frames } = await readLottie(source);
      return { width, height, seconds, frames, hasAudio: false, alpha: true };
    }
    if (from.kind === "image" && from.mime !== "image/bmp") {
      const facts = await lookAtPicture(source, from);
      if (from.mime !== "image/apng" || program === undefined) return facts;
      return { ...(await watchFilm(source, from, program)), alpha: facts.alpha ?? false };
    }
    if (program === undefined || !readable(from)) return {};
    const { picture: _picture, sound: _sound, ...facts } = await watchFilm(source, from, program);
    return facts;
  } catch {
    return "broken";
  }
}

/** Reads the whole file, decoding nothing: the head of a film can lie about its length. */
export async function watchFilm(source: string, from: Sniffed, program: string): Promise<Film> {
  let progress = "";
  const output = (chunk: Buffer) => {
    progress = (progress + chunk.toString("latin1")).slice(-2048);
  };
  const { ok, log } = await ffmpeg(
    program,
    [
      ...opening(source, from),
      ...["-map", "0:V:0?", "-map", "0:a:0?", "-c", "copy"],
      ...["-progress", "pipe:1", "-nostats", "-f", "null", "-"],
    ],
    { output },
  );
  if (!ok) throw new Error("ffmpeg cannot read it");
  return film(log, progress);
}

function film(log: string, progress: string): Film {
  // What the file is asked about ends where the copy begins; its own words stand deeper than these lines.
  const input = log.split(/^Output #0/m, 1)[0] ?? "";
  const pictures = [...input.matchAll(/^ {2}Stream #0:\d+[^\n]*?: Video: (\w+)[^\n]*/gm)].filter(
    ([line]) => !line.includes("(attached pic)"),
  );
  const picture = pictures[0];
  const sound = /^ {2}Stream #0:\d+[^\n]*?: Audio: (\w+)/m.exec(input)?.[1];
  const frames = last(progress, /^frame=(\d+)$/gm);
  const seconds = lengthOf(input, last(progress, /^out_time_us=(\d+)$/gm) / 1e6, picture ? frames : 0);
  if (!(seconds <= MOST_SECONDS)) throw new Error("absurd length");
  return {
    hasAudio: sound !== undefined,
    ...(seconds > 0 && { seconds }),
    ...(sound !== undefined && { sound }),
    ...(picture && { ...sizeOf(picture[0], input), frames, picture: picture[1] ?? "" }),
  };
}

/** `begun`: when the last frame begins. How long that is shown only the head tells, which is believed within bounds. */
function lengthOf(input: string, begun: number, frames: number): number {
  const [, hours, minutes, rest] = /^ {2}Duration: (\d+):(\d\d):(\d\d\.\d+)/m.exec(input) ?? [];
  const stated = (Number(hours) * 60 + Number(minutes)) * 60 + Number(rest);
  if (stated >= begun && stated <= 2 * begun + 1) return stated;
  return frames > 1 ? (begun * frames) / (frames - 1) : begun;
}

function sizeOf(line: string, input: string): Facts {
  const size = /, (\d{1,6})x(\d{1,6})[, \n]/.exec(`${line}\n`);
  const sides = [Number(size?.[1]), Number(size?.[2])];
  if (!sides.every((side) => side >= 1 && side <= MOST_SIDE)) throw new Error("absurd dimensions");
  const turned = Math.abs(Number(/rotation of (-?\d+)/.exec(input)?.[1] ?? 0)) % 180 === 90;
  const [width = 0, height = 0] = turned ? sides.toReversed() : sides;
  const alpha = /^ {4,}alpha_mode +: 1$/m.test(input) || /, (yuva|rgba|bgra|gbrap|pal8|ya8)/.test(line);
  return { width, height, alpha };
}

function last(progress: string, line: RegExp): number {
  return Number([...progress.matchAll(line)].at(-1)?.[1] ?? 0);
}
