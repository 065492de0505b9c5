// Still pictures: measured, turned upright, stripped of what cameras write into them, and made to fit; `perform` calls it.

import { stat } from "node:fs/promises";
import type { Sharp } from "sharp";
import type { Want } from "../../bridge/media-port.ts";
import type { Converted, Facts, NotConverted } from "./convert.ts";
import { MOST_PIXELS, openHead, openImage } from "./images.ts";
import type { Sniffed } from "./sniff.ts";

/** No coder of ours goes beyond (WebP: 16383). */
const MOST_SIDE = 16_383;
const LEAST_SIDE = 16;
const WHITE = "#ffffff";
const CLEAR = { r: 0, g: 0, b: 0, alpha: 0 };

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const FAILED = (why: NotConverted["why"]): NotConverted => ({ ok: false, why });

/** Reads only the head of it; what cannot be decoded shows in the conversion. */
export async function lookAtPicture(source: string, from: Sniffed): Promise<Facts> {
  const many = from.mime === "image/gif" || from.mime === "image/webp";
  const head = await openHead(source, many).metadata();
  const { width, pageHeight = head.height, pages = 1, delay, orientation = 1, hasAlpha } = head;
  if (!(width >= 1 && pageHeight >= 1)) throw new Error("absurd dimensions");
  const turned = orientation >= 5;
  const seconds = pages > 1 ? (delay ?? []).reduce((sum, ms) => sum + readDelay(ms), 0) / 1000 : 0;
  return {
    width: turned ? pageHeight : width,
    height: turned ? width : pageHeight,
    frames: pages,
    ...(seconds > 0 && { seconds }),
    hasAudio: false,
    alpha: hasAlpha,
  };
}

/** What readers make of the delay a file states: too short ones mean a tenth of a second. */
export function readDelay(ms: number): number {
  return ms <= 10 ? 100 : ms;
}

/** The largest size of the same shape that `want` allows; never larger than it is. */
export function shrink({ width, height }: Size, want: Want, scale = 1): Size {
  const side = Math.min(want.maxSide ?? MOST_SIDE, MOST_SIDE) / Math.max(width, height);
  const sides = (want.maxSides ?? Number.POSITIVE_INFINITY) / sidesWhenPadded({ width, height }, want);
  const factor = Math.min(1, side, sides) * scale;
  const pixels = (length: number) => Math.max(1, Math.floor(length * factor));
  return { width: pixels(width), height: pixels(height) };
}

/** Both sides together after the short one was widened to `maxRatio`. */
function sidesWhenPadded({ width, height }: Size, want: Want): number {
  const long = Math.max(width, height);
  return long + Math.max(Math.min(width, height), long / (want.maxRatio ?? Number.POSITIVE_INFINITY));
}

interface Attempt {
  readonly scale: number;
  readonly quality: number;
}

/** First worse, then smaller: a reader sees missing pixels more than missing fineness. */
const ATTEMPTS: readonly Attempt[] = [
  { scale: 1, quality: 90 },
  { scale: 1, quality: 75 },
  { scale: 0.75, quality: 75 },
  { scale: 0.5, quality: 70 },
  { scale: 0.3, quality: 65 },
  { scale: 0.15, quality: 60 },
  { scale: 0.06, quality: 60 },
];

/** Makes a JPEG, PNG, WebP or GIF of one frame that keeps to `want`. */
export async function convertPicture(
  input: string | Buffer,
  target: string,
  to: string,
  want: Want,
): Promise<Converted | NotConverted> {
  const head = await openHead(input).metadata();
  if (head.width * head.height > MOST_PIXELS) return FAILED("too-big");
  const upright = { width: head.autoOrient.width, height: head.autoOrient.height };
  for (const attempt of ATTEMPTS) {
    // A sticker keeps its side: only its quality gives way.
    if (want.side !== undefined && attempt.scale < 0.3) break;
    const size = shrink(upright, want, want.side === undefined ? attempt.scale : 1);
    if (attempt.scale < 1 && Math.max(size.width, size.height) < LEAST_SIDE) break;
    const quality = want.side === undefined ? attempt.quality : Math.round(attempt.quality * attempt.scale);
    const shaped = shape(openImage(input).autoOrient(), size, want, to);
    const { width, height, channels } = await coded(shaped, to, quality).toFile(target);
    const { size: bytes } = await stat(target);
    if (bytes <= want.maxBytes) {
      const alpha = channels === 4 || channels === 2;
      return { ok: true, bytes, facts: { width, height, frames: 1, hasAudio: false, alpha } };
    }
  }
  return FAILED("too-big");
}

function shape(image: Sharp, size: Size, want: Want, to: string): Sharp {
  const background = to === "image/jpeg" ? WHITE : CLEAR;
  if (want.side !== undefined) {
    return image.resize(want.side, want.side, { fit: "contain", background });
  }
  const resized = image.resize(size.width, size.height, { fit: "fill" });
  const least = Math.ceil(Math.max(size.width, size.height) / (want.maxRatio ?? Number.POSITIVE_INFINITY));
  const across = Math.max(0, least - size.width);
  const down = Math.max(0, least - size.height);
  if (across + down === 0) return resized;
  const [left, top] = [Math.floor(across / 2), Math.floor(down / 2)];
  return resized.extend({ left, right: across - left, top, bottom: down - top, background });
}

function coded(image: Sharp, to: string, quality: number): Sharp {
  switch (to) {
    case "image/jpeg":
      return image.flatten({ background: WHITE }).jpeg({ quality });
    case "image/png":
      return quality >= 90 ? image.png() : image.png({ palette: true, quality });
    case "image/webp":
      return image.webp({ quality });
    case "image/gif":
      return image.gif();
    default:
      throw new Error(`no coder for ${to}`);
  }
}

/** A picture of 256 x 256, what stands out of the square cut off. */
export async function convertSquare(
  input: string | Buffer,
  target: string,
  side: number,
): Promise<Converted | NotConverted> {
  const image = openImage(input).autoOrient().resize(side, side, { fit: "cover", position: "attention" });
  await image.png().toFile(target);
  const { size: bytes } = await stat(target);
  return { ok: true, bytes, facts: { width: side, height: side, frames: 1, hasAudio: false } };
}
