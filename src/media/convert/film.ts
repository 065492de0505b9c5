// Films: MP4 (H.264) and WebM (VP9, see-through where it must be) within a number of bytes; `perform` calls it.

import { stat } from "node:fs/promises";
import type { Converted, NotConverted, Recipe } from "./convert.ts";
import { closing, ffmpeg, opening, rawOpening } from "./ffmpeg.ts";
import { type Moving, seeThrough } from "./moving.ts";
import { FAILED, type Size, shrink } from "./picture.ts";
import { type Film, watchFilm } from "./probe.ts";
import type { Sniffed } from "./sniff.ts";

/** Longer films are not converted: they would take the whole time limit for nothing. */
const MOST_SECONDS = 30 * 60;
const MOST_FPS = 30;
/** Telegram's video stickers last no longer (core.telegram.org/stickers#video-stickers). */
const STICKER_SECONDS = 3;
/** Bits a second: sound, and the least that is worth looking at. */
const SOUND_RATE = 96_000;
const THIN_SOUND_RATE = 48_000;
const LEAST_RATE = 60_000;
const BEST_RATE = 6_000_000;
/** H.264 needs about so many bits for a pixel of a frame to look well. */
const BITS_PER_PIXEL = 0.07;
const ROUND_SIDE = 384;
const ATTEMPTS = 3;
/** A file is written a little beyond what it may have, so that it shows by how much it missed. */
const OVER = 2;

/** Where the frames come from: a file that ffmpeg reads itself, or frames that we make. */
export type Reel =
  | { readonly film: Film; readonly source: string; readonly from: Sniffed }
  | { readonly moving: Moving };

interface Shot extends Size {
  readonly fps: number;
  readonly seconds: number;
  readonly rate: number;
  readonly sound: number;
  /** 1 at first, less the more the last attempt missed. */
  readonly step: number;
}

/** Makes the film, two steps smaller where the first one is too large. */
export async function convertFilm(
  reel: Reel,
  target: string,
  recipe: Recipe,
  program: string,
): Promise<Converted | NotConverted> {
  const { want, shape } = recipe;
  const whole = "film" in reel ? (reel.film.seconds ?? 1 / MOST_FPS) : reel.moving.seconds;
  if (whole > MOST_SECONDS) return FAILED("too-long");
  if ("film" in reel && reel.film.picture === undefined) return FAILED("broken");
  if (await repack(reel, target, recipe, program)) return done(target, program, recipe);
  const seconds =
    shape === "sticker" && recipe.to === "video/webm" ? Math.min(whole, STICKER_SECONDS) : whole;
  let step = 1;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const shot = plan(reel, recipe, { seconds, whole }, step);
    if (shot.rate < LEAST_RATE && want.side === undefined) return FAILED("too-big");
    const args = [
      ...filters(shot, recipe, "moving" in reel),
      ...coders(shot, recipe),
      ...closing(target, recipe.to === "video/webm" ? "webm" : "mp4", OVER * want.maxBytes),
    ];
    const { ok } = await shoot(reel, shot, args, program);
    if (!ok) return FAILED("broken");
    const { size } = await stat(target);
    if (size <= want.maxBytes) return done(target, program, recipe);
    // Where it was stopped nobody knows how large it would have been.
    step *= Math.max(0.3, Math.min(0.75, (0.85 * want.maxBytes) / size));
  }
  return FAILED("too-big");
}

/** H.264 that already fits is only put into another container. */
async function repack(reel: Reel, target: string, recipe: Recipe, program: string): Promise<boolean> {
  if (!("film" in reel) || recipe.to !== "video/mp4" || recipe.shape === "round") return false;
  const { film, source, from } = reel;
  const { want, trimAudio = false } = recipe;
  const small = shrink({ width: film.width ?? 1, height: film.height ?? 1 }, want).width === film.width;
  const plain = film.picture === "h264" && (trimAudio || film.sound === undefined || film.sound === "aac");
  if (!small || !plain || (await stat(source)).size > want.maxBytes * 1.02) return false;
  const sound = trimAudio ? [] : ["-map", "0:a:0?"];
  const { ok } = await ffmpeg(program, [
    ...opening(source, from),
    ...["-map", "0:V:0", ...sound, "-c", "copy", "-movflags", "+faststart"],
    ...closing(target, "mp4", want.maxBytes + 1),
  ]);
  return ok && (await stat(target)).size <= want.maxBytes;
}

function plan(
  reel: Reel,
  { want, trimAudio, shape }: Recipe,
  { seconds, whole: all }: { readonly seconds: number; readonly whole: number },
  step: number,
): Shot {
  const silent = trimAudio === true || !("film" in reel) || reel.film.sound === undefined;
  const room = (want.maxBytes * 8 * 0.93 * step) / seconds;
  const sound = silent || shape === "sticker" ? 0 : room > 8 * SOUND_RATE ? SOUND_RATE : THIN_SOUND_RATE;
  const rate = Math.min(BEST_RATE, Math.floor(room - sound));
  const rated = "film" in reel ? (reel.film.frames ?? 0) / all : reel.moving.rate;
  // A sticker cannot become smaller: it moves less smoothly instead.
  const most = want.side !== undefined && step < 0.5 ? MOST_FPS / 2 : MOST_FPS;
  const fps = Math.min(most, Math.max(1, Math.round(rated * 100) / 100));
  const { width = 1, height = 1 } = "film" in reel ? reel.film : reel.moving;
  if (want.side !== undefined)
    return { width: want.side, height: want.side, fps, seconds, rate, sound, step };
  const fitted = shrink({ width, height }, want, step === 1 ? 1 : Math.sqrt(step));
  const dense = Math.sqrt(Math.max(rate, LEAST_RATE) / (fitted.width * fitted.height * fps * BITS_PER_PIXEL));
  const factor = Math.min(1, Math.max(dense, 160 / Math.max(fitted.width, fitted.height)));
  // Chroma has half the resolution: both sides are even.
  const even = (length: number) => Math.max(2, Math.round((length * factor) / 2) * 2);
  return { width: even(fitted.width), height: even(fitted.height), fps, seconds, rate, sound, step };
}

function filters(
  { width, height, fps, seconds, sound }: Shot,
  recipe: Recipe,
  fed: boolean,
): readonly string[] {
  const clear = recipe.to === "video/webm" && recipe.facts.alpha === true;
  const { side } = recipe.want;
  const fit = side === undefined ? "" : ":force_original_aspect_ratio=decrease";
  const round = recipe.shape === "round";
  const steps = [
    ...(round ? ["crop=min(iw\\,ih):min(iw\\,ih)", `scale=${ROUND_SIDE}:${ROUND_SIDE}`] : []),
    ...(round ? [] : [`scale=${width}:${height}${fit}:flags=bicubic`]),
    ...(side === undefined || round ? [] : [`format=rgba,pad=${side}:${side}:-1:-1:color=black@0`]),
    ...["setsar=1", ...(clear ? ["format=yuva420p"] : ["format=yuv420p"])],
  ];
  // On white: colours turned over, taken away where it is see-through, and turned back.
  const flat = !clear && recipe.facts.alpha === true;
  const flattened = flat ? "format=gbrap,negate,premultiply=inplace=1,negate," : "";
  const pace = fed ? "" : `fps=${fps},`;
  const graph = `[0:V:0]${pace}${flattened}${steps.join(",")}[v]`;
  return [
    ...["-filter_complex", graph, "-map", "[v]", "-t", `${seconds}`],
    ...(sound > 0 ? ["-map", "0:a:0?", "-ac", "2", "-b:a", `${sound}`] : ["-an"]),
  ];
}

function coders({ rate, step }: Shot, { to }: Recipe): readonly string[] {
  const most = ["-maxrate", `${rate}`, "-bufsize", `${rate * 2}`];
  if (to === "video/webm") {
    return [
      ...[
        "-c:v",
        "libvpx-vp9",
        "-crf",
        step < 1 ? "46" : "34",
        "-b:v",
        `${rate}`,
        "-deadline",
        "realtime",
        "-cpu-used",
        "7",
      ],
      ...["-auto-alt-ref", "0", "-c:a", "libopus"],
    ];
  }
  return [
    ...["-c:v", "libx264", "-preset", "veryfast", "-crf", "24", "-profile:v", "high", ...most],
    ...["-c:a", "aac", "-movflags", "+faststart"],
  ];
}

function shoot(reel: Reel, shot: Shot, args: readonly string[], program: string) {
  if ("film" in reel) {
    return ffmpeg(program, [...opening(reel.source, reel.from, seeThrough(reel.film)), ...args]);
  }
  const { moving } = reel;
  const size = shrink(moving, { kind: "video", maxBytes: 0, maxSide: Math.max(shot.width, shot.height) });
  const input = moving.frames(size, shot.fps);
  return ffmpeg(program, [...rawOpening(size.width, size.height, shot.fps), ...args], { input });
}

async function done(
  target: string,
  program: string,
  { to, want }: Recipe,
): Promise<Converted | NotConverted> {
  const made = to === "video/webm" ? "webm" : "mp4";
  const {
    picture: _picture,
    sound: _sound,
    ...facts
  } = await watchFilm(
    target,
    { mime: to, kind: want.kind === "audio" ? "audio" : "video", ext: made },
    program,
  );
  return { ok: true, bytes: (await stat(target)).size, facts };
}
