// Lottie and TGS of strangers: read within bounds, rid of what reaches outside, and rendered frame by frame.

import { open, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { DotLottie } from "@lottiefiles/dotlottie-web";
import type { Moving } from "./moving.ts";

/** Telegram takes 64 KiB packed, Discord 512 KiB of JSON; nobody draws more by hand. */
const MOST_PACKED = 2 * 1024 * 1024;
const MOST_JSON = 5 * 1024 * 1024;
const MOST_SECONDS = 60;
const MOST_RATE = 240;
const MOST_SIDE = 10_000;
/** Nesting and count of its values: what a renderer walks for every frame. */
const MOST_DEPTH = 80;
const MOST_VALUES = 600_000;

const inflate = promisify(gunzip);

export interface Lottie {
  /** Cleaned JSON. */
  readonly text: string;
  readonly width: number;
  readonly height: number;
  readonly rate: number;
  readonly frames: number;
  readonly seconds: number;
}

/** @throws when it is no Lottie, or one that nobody could show. */
export async function readLottie(path: string): Promise<Lottie> {
  const drawing: unknown = JSON.parse((await readText(path)).toString("utf8"));
  if (!isObject(drawing) || !Array.isArray(drawing.layers)) throw new Error("no layers");
  const { w: width, h: height, fr: rate, ip: first = 0, op: end } = drawing;
  if (!within(width, 1, MOST_SIDE) || !within(height, 1, MOST_SIDE)) throw new Error("absurd dimensions");
  if (!within(rate, 1, MOST_RATE)) throw new Error("absurd frame rate");
  if (!within(first, -1e6, 1e6) || !within(end, -1e6, 1e6)) throw new Error("absurd frames");
  const frames = Math.floor(end - first);
  const seconds = (end - first) / rate;
  if (frames < 1 || seconds > MOST_SECONDS) throw new Error("absurd length");
  clean(drawing);
  return { text: JSON.stringify(drawing), width, height, rate, frames, seconds };
}

async function readText(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size > MOST_JSON) throw new Error("too large");
    const bytes = await file.readFile();
    if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
    if (size > MOST_PACKED) throw new Error("too large");
    return await inflate(bytes, { maxOutputLength: MOST_JSON });
  } finally {
    await file.close();
  }
}

/** Takes out pictures (files and addresses, or bombs inside) and expressions (programs), and bounds what is left. */
function clean(drawing: Record<string, unknown>): void {
  if (Array.isArray(drawing.assets)) {
    drawing.assets = drawing.assets.filter((asset) => isObject(asset) && Array.isArray(asset.layers));
  }
  delete drawing.fonts;
  delete drawing.chars;
  let values = 0;
  const walk = (value: unknown, depth: number): void => {
    values += 1;
    if (values > MOST_VALUES || depth > MOST_DEPTH) throw new Error("too much of it");
    if (Array.isArray(value)) for (const item of value) walk(item, depth + 1);
    else if (isObject(value)) {
      if (typeof value.x === "string") delete value.x;
      // A repeater draws its group this often.
      if (value.ty === "rp" && JSON.stringify(value.c ?? null).match(/\d{4}|e/))
        throw new Error("too many copies");
      for (const key in value) walk(value[key], depth + 1);
    }
  };
  walk(drawing, 0);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function within(value: unknown, least: number, most: number): value is number {
  return typeof value === "number" && value >= least && value <= most;
}

/** A drawing that can be read as frames of any size and rate. */
export async function movingLottie(path: string): Promise<Moving> {
  const lottie = await readLottie(path);
  const { width, height, rate, seconds } = lottie;
  return {
    ...{ width, height, rate, seconds, alpha: true },
    frames: (size, fps) => render(lottie, size, Math.max(1, Math.round(seconds * fps))),
  };
}

async function* render(
  lottie: Lottie,
  { width, height }: { readonly width: number; readonly height: number },
  count: number,
): AsyncGenerator<Buffer> {
  const player = await load(lottie.text, width, height);
  try {
    for (let index = 0; index < count; index += 1) {
      player.setFrame((index * lottie.frames) / count);
      const { buffer } = player;
      if (!buffer || buffer.length !== width * height * 4) throw new Error("nothing rendered");
      yield Buffer.from(buffer);
      // The studio hears its orders between frames.
      await setImmediate();
    }
  } finally {
    player.destroy();
  }
}

let engine: Promise<void> | undefined;

async function load(data: string, width: number, height: number): Promise<DotLottie> {
  engine ??= loadEngine();
  await engine;
  const player = new DotLottie({
    ...{ canvas: { width, height }, data, autoplay: false, useFrameInterpolation: false },
    assetResolver: () => undefined,
  });
  return new Promise((resolve, reject) => {
    player.addEventListener("load", () => resolve(player));
    player.addEventListener("loadError", () => reject(new Error("not a Lottie")));
  });
}

/** The engine lies beside its package: it is never fetched from anywhere. */
async function loadEngine(): Promise<void> {
  const path = createRequire(import.meta.url).resolve("@lottiefiles/dotlottie-web/dotlottie-player.wasm");
  DotLottie.setWasmUrl(`data:application/wasm;base64,${(await readFile(path)).toString("base64")}`);
}
