// Moving pictures as frames, and as GIF or WebP made of frames; `perform` calls it for everything that moves and has no sound.

import { stat } from "node:fs/promises";
import type { Converted, NotConverted, Recipe } from "./convert.ts";
import { opening, readRaw } from "./ffmpeg.ts";
import { MOST_PIXELS, openFrames, openHead, openImage, openPages } from "./images.ts";
import { FAILED, lookAtPicture, readDelay, type Size, shrink } from "./picture.ts";
import type { Film } from "./probe.ts";
import type { Sniffed } from "./sniff.ts";

/** Something that can be read as frames of RGBA of any size at any rate, as often as needed. */
export interface Moving extends Size {
  readonly seconds: number;
  /** Frames a second it was made with. */
  readonly rate: number;
  readonly alpha: boolean;
  frames(size: Size, fps: number): AsyncIterable<Buffer>;
}

/** A GIF or WebP is made of all its frames at once; more does not go into the studio's memory. */
const MOST_RAW_BYTES = 64 * 1024 * 1024;
/** Pages go through one after the other; this bounds the time they take. */
const MOST_PAGED_BYTES = 256 * 1024 * 1024;
const MOST_FPS = 30;
const LEAST_FPS = 10;
const LEAST_SIDE = 64;
const MOST_SECONDS = 60;
/** What the first attempt takes where no side is wanted. Discord shows its own stickers at 160 pixels: this is twice as fine. */
const USUAL_SIDE = 512;
const STICKER_SIDE = 320;
/** Of one attempt after the other. */
const QUALITIES = [75, 60, 45, 30] as const;
/** So many pages are decoded together: a reader of pages begins at the first one each time. */
const PAGES_AT_ONCE = 32;

interface Plan extends Size {
  readonly fps: number;
  readonly count: number;
}

/** Size and rate at which all frames fit into memory: first fewer of them, then smaller ones. */
function plan(moving: Moving, { want, shape }: Recipe, scale: number): Plan {
  const usual = shape === "sticker" ? STICKER_SIDE : USUAL_SIDE;
  const limited = { ...want, maxSide: want.maxSide ?? usual };
  const size = shrink(moving, limited, scale);
  const wished = Math.min(moving.rate, MOST_FPS) * (scale < 0.6 ? 0.7 : 1);
  const room = MOST_RAW_BYTES / (size.width * size.height * 4);
  const fps = Math.max(Math.min(wished, room / moving.seconds), Math.min(wished, LEAST_FPS));
  const count = Math.max(1, Math.round(moving.seconds * fps));
  const factor = Math.min(1, Math.sqrt(room / count));
  const pixels = (length: number) => Math.max(1, Math.floor(length * factor));
  return { width: pixels(size.width), height: pixels(size.height), fps, count };
}

/** Makes a GIF or WebP that keeps to `want`: smaller and with fewer frames until it does. */
export async function convertToFrames(
  moving: Moving,
  target: string,
  recipe: Recipe,
): Promise<Converted | NotConverted> {
  const { to, want } = recipe;
  if (moving.seconds > MOST_SECONDS) return FAILED("too-long");
  let scale = 1;
  for (const quality of QUALITIES) {
    const planned = plan(moving, recipe, scale);
    if (scale < 1 && Math.max(planned.width, planned.height) < LEAST_SIDE) break;
    const frames = await collect(moving, planned);
    if (frames.length === 0) return FAILED("broken");
    const bytes = await write(frames, planned, target, { to, quality });
    if (bytes <= want.maxBytes) {
      const { width, height, fps } = planned;
      const count = countOf(frames, planned);
      const facts = {
        width,
        height,
        frames: count,
        seconds: count / fps,
        hasAudio: false,
        alpha: moving.alpha,
      };
      return { ok: true, bytes, facts };
    }
    // Bytes go with the pixels; a little less than needed, so that the next one fits.
    scale *= Math.min(0.8, Math.sqrt(want.maxBytes / bytes) * 0.9);
  }
  return FAILED("too-big");
}

const countOf = (frames: Buffer, { width, height }: Size) => frames.length / (width * height * 4);

/** The frames, one below the other; fewer than planned when there are no more. */
async function collect(moving: Moving, planned: Plan): Promise<Buffer> {
  const all = Buffer.alloc(planned.count * planned.width * planned.height * 4);
  let filled = 0;
  for await (const frame of moving.frames(planned, planned.fps)) {
    if (filled < all.length) filled += frame.copy(all, filled);
  }
  return all.subarray(0, filled);
}

async function write(
  frames: Buffer,
  planned: Plan,
  target: string,
  { to, quality }: { readonly to: string; readonly quality: number },
): Promise<number> {
  // GIF counts in hundredths of a second: rounded as they add up, so that the length stays right.
  const unit = to === "image/gif" ? 10 : 1;
  const { width, height, fps } = planned;
  const time = (index: number) => Math.round((index * 1000) / fps / unit) * unit;
  const delay = Array.from({ length: countOf(frames, planned) }, (_, index) => time(index + 1) - time(index));
  const image = openFrames(frames, width, height);
  if (to === "image/gif") await image.gif({ delay, loop: 0, effort: 3 }).toFile(target);
  else await image.webp({ delay, loop: 0, effort: 2, quality }).toFile(target);
  return (await stat(target)).size;
}

/** Between GIF and WebP every frame keeps its own time. */
export async function convertPages(
  source: string,
  target: string,
  { to, facts, want }: Recipe,
): Promise<Converted | NotConverted> {
  const { width = 1, height = 1, frames = 1 } = facts;
  if (width * height * frames > MOST_PIXELS) return FAILED("too-big");
  const whole = shrink({ width, height }, want);
  let scale = Math.min(1, Math.sqrt(MOST_PAGED_BYTES / (whole.width * whole.height * frames * 4)));
  for (const quality of QUALITIES) {
    const size = shrink({ width, height }, want, scale);
    const resized = openImage(source, true).resize(size.width, size.height, { fit: "fill" });
    const coded = to === "image/gif" ? resized.gif({ effort: 3 }) : resized.webp({ effort: 2, quality });
    await coded.toFile(target);
    const { size: bytes } = await stat(target);
    if (bytes <= want.maxBytes) return { ok: true, bytes, facts: { ...facts, ...size } };
    scale *= Math.min(0.8, Math.sqrt(want.maxBytes / bytes) * 0.9);
  }
  return FAILED("too-big");
}

/** Frames of a GIF or WebP, each shown as long as the file says. */
export async function movingPages(source: string, from: Sniffed): Promise<Moving> {
  const facts = await lookAtPicture(source, from);
  const { delay = [], pages = 1 } = await openHead(source, true).metadata();
  const ends: number[] = [];
  for (let page = 0; page < pages; page += 1) ends.push((ends.at(-1) ?? 0) + readDelay(delay[page] ?? 100));
  const seconds = (ends.at(-1) ?? 0) / 1000;
  const { width = 1, height = 1, alpha = false } = facts;
  const rate = Math.min(50, Math.max(1, pages / seconds));
  return { width, height, seconds, rate, alpha, frames: (size, fps) => readPages(source, size, fps, ends) };
}

async function* readPages(
  source: string,
  { width, height }: Size,
  fps: number,
  ends: readonly number[],
): AsyncGenerator<Buffer> {
  const bytes = width * height * 4;
  let index = 0;
  for (let first = 0; first < ends.length; first += PAGES_AT_ONCE) {
    const pages = Math.min(PAGES_AT_ONCE, ends.length - first);
    const image = openPages(source, first, pages).resize(width, height, { fit: "fill" });
    const raw = await image.toColourspace("srgb").ensureAlpha().raw().toBuffer();
    for (let page = 0; page < pages; page += 1) {
      const end = ends[first + page] ?? 0;
      for (; (index * 1000) / fps < end; index += 1) yield raw.subarray(page * bytes, (page + 1) * bytes);
    }
  }
}

/** Frames of whatever ffmpeg can read, sound left out. */
export function movingFilm(source: string, from: Sniffed, film: Film, program: string): Moving {
  const { width = 1, height = 1, frames = 1, alpha = false } = film;
  const rate = film.seconds === undefined ? 1 : Math.min(60, Math.max(1, frames / film.seconds));
  const seconds = film.seconds ?? frames / rate;
  return {
    ...{ width, height, seconds, rate, alpha },
    frames: (size, fps) =>
      readRaw(
        program,
        [
          ...opening(source, from, seeThrough(film)),
          ...[
            "-map",
            "0:V:0",
            "-vf",
            `fps=${fps},scale=${size.width}:${size.height}:flags=bicubic,format=rgba`,
          ],
          ...["-t", `${MOST_SECONDS}`, "-f", "rawvideo", "pipe:1"],
        ],
        size.width * size.height * 4,
      ),
  };
}

/** ffmpeg's own reader of VP8 and VP9 drops what is see-through; libvpx keeps it. */
export function seeThrough({ alpha, picture }: Film): string | undefined {
  if (!alpha) return undefined;
  return picture === "vp9" ? "libvpx-vp9" : picture === "vp8" ? "libvpx" : undefined;
}
