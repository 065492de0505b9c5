// Writes the demo's moving stickers and its music by hand, and lets ffmpeg make films and voices; `samples.ts` asks for them.

import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

const FILM_MS = 30_000;

const still = (k: unknown) => ({ a: 0, k });
const eased = (t: number, s: readonly number[]) => ({
  t,
  s,
  i: { x: [0.5], y: [1] },
  o: { x: [0.5], y: [0] },
});
const moving = (...steps: readonly (readonly [frame: number, value: readonly number[]])[]) => ({
  a: 1,
  k: steps.map(([t, s]) => eased(t, s)),
});

interface Shape {
  readonly shape: object;
  readonly colour: readonly [number, number, number];
  readonly position: readonly [number, number, number];
  readonly turn: object;
  readonly scale: object;
}

/** A sun whose eight rays turn, and a face that breathes: 512 px, 60 frames a second, two seconds, as Lottie has it. */
export function lottieSun(): object {
  const frames = 120;
  const layer = ({ shape, colour, position, turn, scale }: Shape, index: number) => ({
    ...{ ddd: 0, ind: index + 1, ty: 4, nm: `l${index}`, sr: 1, ip: 0, op: frames, st: 0, bm: 0, ao: 0 },
    ks: { o: still(100), r: turn, p: still(position), a: still([0, 0, 0]), s: scale },
    shapes: [
      {
        ty: "gr",
        it: [
          shape,
          { ty: "fl", c: still([...colour, 1]), o: still(100), r: 1 },
          { ty: "tr", p: still([0, 0]), a: still([0, 0]), s: still([100, 100]), r: still(0), o: still(100) },
        ],
      },
    ],
  });
  const disc = (width: number, height = width) => ({
    ...{ ty: "el", d: 1, s: still([width, height]), p: still([0, 0]) },
  });
  const ray = { ty: "rc", d: 1, s: still([46, 460]), p: still([0, 0]), r: still(23) };
  const middle = [256, 256, 0] as const;
  const breath = moving([0, [94, 94, 100]], [60, [106, 106, 100]], [frames, [94, 94, 100]]);
  const rest = { turn: still(0), scale: still([100, 100, 100]) };
  const dark = [0.25, 0.14, 0.05] as const;
  const rays = [0, 45, 90, 135].map((angle) => ({
    ...{ shape: ray, colour: [1, 0.62, 0.1] as const, position: middle, scale: still([100, 100, 100]) },
    turn: moving([0, [angle]], [frames, [angle + 45]]),
  }));
  const layers = [
    { shape: disc(34, 44), colour: dark, position: [214, 236, 0] as const, ...rest },
    { shape: disc(34, 44), colour: dark, position: [298, 236, 0] as const, ...rest },
    { shape: disc(70, 26), colour: dark, position: [256, 312, 0] as const, ...rest },
    { shape: disc(290), colour: [1, 0.83, 0.25] as const, position: middle, turn: still(0), scale: breath },
    ...rays,
  ];
  const head = { v: "5.5.7", fr: 60, ip: 0, op: frames, w: 512, h: 512, nm: "sun", ddd: 0, assets: [] };
  return { ...head, layers: layers.map(layer) };
}

const RATE = 8_000;
/** Of a major chord and its octave, in hertz. */
const NOTES = [261.6, 329.6, 392, 523.3, 392, 329.6, 261.6];

/** Some notes one after the other, as a WAV: 8 bits, 8 kHz, mono. */
export function waveTune(): Buffer {
  const length = Math.round(RATE * 0.35);
  const samples = NOTES.flatMap((hertz) =>
    Array.from({ length }, (_, at) => {
      const fades = Math.exp((-4 * at) / length);
      return Math.round(128 + 90 * fades * Math.sin((2 * Math.PI * hertz * at) / RATE));
    }),
  );
  const head = Buffer.alloc(44);
  head.write("RIFF", 0, "latin1");
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8, "latin1");
  head.writeUInt32LE(16, 16);
  // PCM, one channel; bytes a second, bytes and bits a sample.
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE, 28);
  head.writeUInt16LE(1, 32);
  head.writeUInt16LE(8, 34);
  head.write("data", 36, "latin1");
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, Buffer.from(samples)]);
}

export type Film = "video" | "round" | "silent" | "sticker" | "voice";

const picture = (size: string, seconds: number) => [
  "-f",
  "lavfi",
  "-i",
  `mandelbrot=s=${size}:r=12`,
  "-t",
  String(seconds),
];
const tone = ["-f", "lavfi", "-i", "sine=f=330:d=3,tremolo=f=5:d=0.7"];
const H264 = ["-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-movflags", "+faststart"];

const FILMS: Readonly<Record<Film, readonly string[]>> = {
  video: [...tone, ...picture("480x320", 3), ...H264, "-c:a", "aac", "-shortest", "it.mp4"],
  round: [...tone, ...picture("240x240", 3), ...H264, "-c:a", "aac", "-shortest", "it.mp4"],
  silent: [...picture("320x240", 2), ...H264, "-an", "it.mp4"],
  sticker: [
    ...picture("512x512", 1),
    ...[
      "-pix_fmt",
      "yuva420p",
      "-c:v",
      "libvpx-vp9",
      "-deadline",
      "realtime",
      "-cpu-used",
      "8",
      "-b:v",
      "200k",
      "-an",
    ],
    "it.webm",
  ],
  voice: [...tone, "-c:a", "libopus", "-b:a", "24k", "-ac", "1", "-ar", "48000", "it.ogg"],
};

/** Runs ffmpeg once. @throws Error when it cannot make it */
export async function record(film: Film, ffmpeg: string, folder: string): Promise<Buffer> {
  const args = FILMS[film];
  const target = join(folder, `${randomUUID()}-${args.at(-1)}`);
  try {
    const command = ["-nostdin", "-y", "-v", "error", "-threads", "1", ...args.slice(0, -1), target];
    await promisify(execFile)(ffmpeg, command, { timeout: FILM_MS });
    return await readFile(target);
  } finally {
    await rm(target, { force: true });
  }
}
