// Stickers and films large enough to be work; `media-convert` and `media-text` convert them.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const FRAMES = 180;
const SIDE = 512;

/** TGS: 512 pixels, three seconds of 60 frames, layers that turn, grow and wander, each filled with a gradient. */
export function sticker(layers: number): Buffer {
  const drawing = {
    ...{ tgs: 1, v: "5.5.7", fr: 60, ip: 0, op: FRAMES, w: SIDE, h: SIDE, nm: "bench", ddd: 0, assets: [] },
    layers: Array.from({ length: layers }, (_, index) => layer(index)),
  };
  return gzipSync(JSON.stringify(drawing));
}

const still = (k: unknown) => ({ a: 0, k });

function moving(from: readonly number[], to: readonly number[]) {
  const ease = { i: { x: [0.5], y: [1] }, o: { x: [0.5], y: [0] } };
  return {
    a: 1,
    k: [
      { t: 0, s: from, ...ease },
      { t: FRAMES / 2, s: to, ...ease },
      { t: FRAMES, s: from },
    ],
  };
}

function layer(index: number) {
  const side = 340 - 30 * index;
  const place = 256 + 60 * Math.sin(index);
  const shape =
    index % 2 === 0
      ? { ty: "rc", d: 1, s: still([side, side]), p: still([0, 0]), r: still(40) }
      : { ty: "el", d: 1, s: still([side, side]), p: still([0, 0]) };
  const colour = (shift: number) => [0.5 + Math.sin(index + shift) / 2, 0.5, 0.5 + Math.cos(index) / 2];
  const stops = [0, ...colour(0), 1, ...colour(2)];
  const fill = {
    ...{ ty: "gf", o: still(85), r: 1, t: 1, g: { p: 2, k: still(stops) } },
    ...{ s: still([-side / 2, 0]), e: still([side / 2, 0]) },
  };
  const rest = {
    ...{ ty: "tr", p: still([0, 0]), a: still([0, 0]), s: still([100, 100]), r: still(0), o: still(100) },
  };
  return {
    ...{ ddd: 0, ind: index + 1, ty: 4, nm: `l${index}`, sr: 1, ip: 0, op: FRAMES, st: 0, bm: 0, ao: 0 },
    ks: {
      ...{ o: still(100), a: still([0, 0, 0]), r: moving([0], [index % 2 === 0 ? 180 : -180]) },
      ...{ p: moving([place, 256, 0], [512 - place, 230, 0]), s: moving([60, 60, 100], [100, 100, 100]) },
    },
    shapes: [{ ty: "gr", it: [shape, fill, rest] }],
  };
}

/** MP4: 20 s of 1280 x 720 that no encoder makes small, some 13 MB. @throws without ffmpeg */
export function noisyFilm(): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "matebot-bench-film-"));
  try {
    const path = join(folder, "film.mp4");
    const picture = ["-f", "lavfi", "-i", "testsrc2=d=20:s=1280x720:r=30,noise=alls=30:allf=t"];
    const sound = ["-f", "lavfi", "-i", "sine=f=440:d=20", "-c:a", "aac"];
    const codec = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast"];
    const rate = ["-b:v", "5200k", "-minrate", "5200k", "-maxrate", "5200k", "-bufsize", "2600k"];
    const made = spawnSync("ffmpeg", ["-y", "-v", "error", ...picture, ...sound, ...codec, ...rate, path]);
    if (made.status !== 0) throw new Error(`ffmpeg could not make a film: ${made.error ?? made.stderr}`);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
