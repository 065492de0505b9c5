// Which of the ways a job takes inside a studio; `studio` calls it, and nothing else runs on strangers' bytes.

import type { Converted, NotConverted, Recipe } from "./convert.ts";
import { ffmpeg, opening } from "./ffmpeg.ts";
import { convertFilm } from "./film.ts";
import { openFrames } from "./images.ts";
import { drawLetter, FACE_SIDE } from "./letter.ts";
import { movingLottie } from "./lottie.ts";
import { convertPages, convertToFrames, type Moving, movingFilm, movingPages } from "./moving.ts";
import { convertPicture, convertSquare, FAILED } from "./picture.ts";
import { probe, watchFilm } from "./probe.ts";
import type { Sniffed } from "./sniff.ts";
import { codes, convertSound, drawWaveform } from "./sound.ts";
import type { Answers, Job, Tools } from "./studio-job.ts";

const MOST_STILL_BYTES = 10 * 1024 * 1024;

export async function perform(job: Job, tools: Tools): Promise<Answers[Job["kind"]]> {
  const { ffmpeg: program } = tools;
  switch (job.kind) {
    case "probe":
      return probe(job.source, job.from, program);
    case "letter":
      return drawLetter(job.name);
    case "waveform":
      return program === undefined ? undefined : drawWaveform(job.source, job.from, program);
    case "still": {
      const want = { kind: "photo", maxBytes: MOST_STILL_BYTES, maxSide: job.side } as const;
      const input = await stillInput(job.source, job.from, program);
      return convertPicture(input, job.target, "image/jpeg", want);
    }
    case "square":
      return convertSquare(await stillInput(job.source, job.from, program), job.target, FACE_SIDE);
    case "convert": {
      const maxBytes = Math.min(job.recipe.want.maxBytes, tools.maxOutputBytes);
      const recipe = { ...job.recipe, want: { ...job.recipe.want, maxBytes } };
      return convert(job.source, job.target, recipe, program);
    }
  }
}

async function convert(
  source: string,
  target: string,
  recipe: Recipe,
  program: string | undefined,
): Promise<Converted | NotConverted> {
  const { from, to, want } = recipe;
  if (to.startsWith("audio/") && codes(to) && program !== undefined) {
    return convertSound(source, target, recipe, program);
  }
  const moves =
    from.kind === "video" || from.kind === "lottie" || from.animated || (recipe.facts.frames ?? 1) > 1;
  const film = to === "video/mp4" || to === "video/webm";
  if (film && !moves) return FAILED("no-converter");
  // Stickers of a fixed side that move are WebM: a WebP of such a side is a still one.
  const pages = (to === "image/gif" || to === "image/webp") && want.side === undefined;
  if (!film && !(pages && moves && recipe.still !== true)) {
    return convertPicture(await stillInput(source, from, program), target, to, want);
  }
  const paged = from.mime === "image/gif" || from.mime === "image/webp";
  if (pages && paged) return convertPages(source, target, recipe);
  if (pages) return convertToFrames(await moving(source, from, program), target, recipe);
  if (program === undefined) return FAILED("no-converter");
  const fed = from.kind === "lottie" || from.mime === "image/webp";
  const reel = fed
    ? { moving: await moving(source, from, program) }
    : { film: await watchFilm(source, from, program), source, from };
  return convertFilm(reel, target, recipe, program);
}

async function moving(source: string, from: Sniffed, program: string | undefined): Promise<Moving> {
  if (from.kind === "lottie") return movingLottie(source);
  if (from.mime === "image/gif" || from.mime === "image/webp") return movingPages(source, from);
  if (program === undefined) throw new Error("only ffmpeg could read it");
  return movingFilm(source, from, await watchFilm(source, from, program), program);
}

/** What sharp can open: the file itself, or a PNG of one frame of it. */
async function stillInput(
  source: string,
  from: Sniffed,
  program: string | undefined,
): Promise<string | Buffer> {
  if (from.kind === "image" && from.mime !== "image/bmp") return source;
  if (from.kind === "lottie") return lottieStill(source);
  if (program === undefined) throw new Error("only ffmpeg could read it");
  const chunks: Buffer[] = [];
  const { ok } = await ffmpeg(
    program,
    [
      ...opening(source, from),
      ...["-map", "0:V:0", "-frames:v", "1", "-c:v", "png", "-f", "image2pipe", "pipe:1"],
    ],
    { output: (chunk) => chunks.push(chunk) },
  );
  if (!ok || chunks.length === 0) throw new Error("no frame");
  return Buffer.concat(chunks);
}

/** The middle of it: many begin with nothing. */
async function lottieStill(source: string): Promise<Buffer> {
  const drawing = await movingLottie(source);
  const size = { width: 512, height: 512 };
  const frames: Buffer[] = [];
  for await (const frame of drawing.frames(size, 3 / drawing.seconds)) frames.push(frame);
  return openFrames(frames[1] ?? frames[0] ?? Buffer.alloc(0), size.width, size.height)
    .png()
    .toBuffer();
}
