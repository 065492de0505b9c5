// Whether a file can go as it is, and into what it is made otherwise: pure questions of the ladder about a want.

import type { Want } from "../bridge/media-port.ts";
import type { FileKind } from "../model/attachment.ts";
import type { Recipe } from "./convert/convert.ts";

export interface Measures {
  readonly mime: string;
  readonly bytes: number;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export function takesType(want: Want, mime: string): boolean {
  return want.types === undefined || want.types.includes(mime);
}

export function limitsSides({ maxSide, maxSides, maxRatio, side }: Want): boolean {
  return [maxSide, maxSides, maxRatio, side].some((limit) => limit !== undefined);
}

/** Sides that are not known fit no limit. */
export function fitsAsItIs(want: Want, { mime, bytes, width, height }: Measures): boolean {
  if (!takesType(want, mime) || bytes > want.maxBytes || bytes === 0) return false;
  if (!limitsSides(want)) return true;
  if (!width || !height) return false;
  const long = Math.max(width, height);
  const { maxSide = Infinity, maxSides = Infinity, maxRatio = Infinity, side = long } = want;
  const isWithin =
    long <= maxSide && width + height <= maxSides && long / Math.min(width, height) <= maxRatio;
  return isWithin && long === side;
}

/** What a kind is made into when any type would do: only to become smaller. Nobody's document is changed. */
const USUAL: Readonly<Record<FileKind, readonly string[]>> = {
  photo: ["image/jpeg"],
  video: ["video/mp4"],
  animation: ["video/mp4"],
  audio: ["audio/mpeg"],
  voice: ["audio/ogg"],
  "video-note": ["video/mp4"],
  document: [],
  sticker: ["image/webp"],
};

/** The types to try, best first. */
export function targetsOf(want: Want): readonly string[] {
  return want.types ?? USUAL[want.kind];
}

const SHAPES: Partial<Readonly<Record<FileKind, NonNullable<Recipe["shape"]>>>> = {
  sticker: "sticker",
  voice: "voice",
  "video-note": "round",
};

export function shapeOf({ kind }: Want): Pick<Recipe, "shape" | "still" | "trimAudio"> {
  return {
    shape: SHAPES[kind] ?? "plain",
    ...(kind === "photo" && { still: true }),
    ...(kind === "animation" && { trimAudio: true }),
  };
}
