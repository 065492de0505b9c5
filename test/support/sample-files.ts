// Real files of every kind, drawn and sounded on the spot, and a look into what arrived; the end-to-end tests send them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import sharp from "sharp";

export const hasFfmpeg = spawnSync("ffmpeg", ["-version"]).status === 0;
export const NO_FFMPEG = "no films and sounds: ffmpeg is missing (apt install ffmpeg)";

/** Runs ffmpeg in a folder of its own, which has `input` when one is given; gives what it wrote. */
function film(args: readonly string[], name: string, input?: { name: string; bytes: Buffer }): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "matebot-sample-"));
  try {
    if (input) writeFileSync(join(folder, input.name), input.bytes);
    const made = spawnSync("ffmpeg", ["-y", "-v", "error", ...args, name], { cwd: folder });
    if (made.status !== 0) throw new Error(`ffmpeg could not make ${name}: ${made.stderr}`);
    return readFileSync(join(folder, name));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const picture = (seconds: number, size: string) => [
  "-f",
  "lavfi",
  "-i",
  `testsrc=d=${seconds}:s=${size}:r=10`,
];
const tone = (seconds: number) => ["-f", "lavfi", "-i", `sine=f=440:d=${seconds}`];
const H264 = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast"];

export const samples = {
  png: (width = 320, height = 200) =>
    sharp({ create: { width, height, channels: 3, background: "#2f7d5b" } })
      .png()
      .toBuffer(),
  jpeg: (width = 320, height = 200) =>
    sharp({ create: { width, height, channels: 3, background: "#b05030" } })
      .jpeg()
      .toBuffer(),
  /** 512 px with transparency, as a static sticker is. */
  webp: () =>
    sharp({
      create: { width: 512, height: 512, channels: 4, background: { r: 40, g: 90, b: 200, alpha: 0.5 } },
    })
      .webp()
      .toBuffer(),
  gif: () => film([...picture(1, "120x90")], "a.gif"),
  apng: () => film([...picture(1, "160x160"), "-plays", "0", "-f", "apng"], "a.png"),
  mp4: (seconds = 2) =>
    film([...picture(seconds, "320x240"), ...tone(seconds), ...H264, "-shortest"], "a.mp4"),
  /** What Telegram calls a GIF. */
  silentMp4: () => film([...picture(1, "160x120"), ...H264], "a.mp4"),
  /** A video sticker. */
  webm: () =>
    film([...picture(1, "512x512"), "-pix_fmt", "yuva420p", "-c:v", "libvpx-vp9", "-b:v", "200k"], "a.webm"),
  ogg: (seconds = 2) => film([...tone(seconds), "-c:a", "libopus", "-ac", "1", "-ar", "48000"], "a.ogg"),
  mp3: (seconds = 2) => film([...tone(seconds), "-c:a", "libmp3lame"], "a.mp3"),
  pdf: () => Buffer.from("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"),
  lottie: () => Buffer.from(JSON.stringify(lottie())),
  tgs: () => gzipSync(JSON.stringify({ ...lottie(), tgs: 1 })),
};

/** A square that turns and a disc that grows: 512 px, 60 frames a second, one second. */
function lottie(frames = 60) {
  const still = (k: unknown) => ({ a: 0, k });
  const moving = (from: readonly number[], to: readonly number[]) => ({
    a: 1,
    k: [
      { t: 0, s: from, i: { x: [0.5], y: [1] }, o: { x: [0.5], y: [0] } },
      { t: frames, s: to },
    ],
  });
  const layer = (ind: number, shape: object, color: readonly number[], r: unknown, s: unknown) => ({
    ...{ ddd: 0, ind, ty: 4, nm: `l${ind}`, sr: 1, ip: 0, op: frames, st: 0, bm: 0, ao: 0 },
    ks: { o: still(100), r, p: still([256, 256, 0]), a: still([0, 0, 0]), s },
    shapes: [
      {
        ty: "gr",
        it: [
          shape,
          { ty: "fl", c: still([...color, 1]), o: still(100), r: 1 },
          { ty: "tr", p: still([0, 0]), a: still([0, 0]), s: still([100, 100]), r: still(0), o: still(100) },
        ],
      },
    ],
  });
  const square = { ty: "rc", d: 1, s: still([200, 200]), p: still([0, 0]), r: still(10) };
  const disc = { ty: "el", d: 1, s: still([120, 120]), p: still([0, 0]) };
  return {
    ...{ v: "5.5.7", fr: 60, ip: 0, op: frames, w: 512, h: 512, nm: "sample", ddd: 0, assets: [] },
    layers: [
      layer(1, disc, [1, 0.8, 0.2], still(0), moving([20, 20, 100], [100, 100, 100])),
      layer(2, square, [0.2, 0.5, 0.35], moving([0], [180]), still([100, 100, 100])),
    ],
  };
}

/** What a program that knows such files says of it. */
export interface Looked {
  readonly format: string;
  readonly width?: number;
  readonly height?: number;
  readonly frames?: number;
  readonly seconds?: number;
  readonly codecs?: readonly string[];
}

export async function lookAtPicture(bytes: Buffer): Promise<Looked> {
  const { format, width, pageHeight, height, pages } = await sharp(bytes, { animated: true }).metadata();
  return { format, width, height: pageHeight ?? height, frames: pages ?? 1 };
}

export function lookAtFilm(bytes: Buffer): Looked {
  const folder = mkdtempSync(join(tmpdir(), "matebot-look-"));
  try {
    writeFileSync(join(folder, "it"), bytes);
    const args = ["-v", "error", "-show_format", "-show_streams", "-of", "json", "it"];
    const { stdout } = spawnSync("ffprobe", args, { cwd: folder });
    const { format = {}, streams = [] } = JSON.parse(String(stdout)) as Probed;
    const video = streams.find(({ codec_type }) => codec_type === "video");
    return {
      format: format.format_name ?? "unknown",
      codecs: streams.map(({ codec_name }) => codec_name),
      seconds: Math.round(Number(format.duration ?? 0)),
      ...(video?.width && { width: video.width }),
      ...(video?.height && { height: video.height }),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Probed {
  readonly format?: { readonly format_name?: string; readonly duration?: string };
  readonly streams?: readonly {
    readonly codec_type: string;
    readonly codec_name: string;
    readonly width?: number;
    readonly height?: number;
  }[];
}
