// Runs ffmpeg on files of strangers: told the format, allowed little, fed and read through pipes, never through a shell.

import { type ChildProcess, spawn } from "node:child_process";
import type { Writable } from "node:stream";
import type { Sniffed } from "./sniff.ts";

/** No frame of more pixels is decoded (8192 x 4320 and then some), no block of more bytes allocated. */
const MOST_PIXELS = 36_000_000;
const MOST_ALLOCATION = 256 * 1024 * 1024;
/** What is kept of what ffmpeg says: enough to read the streams of a file. */
const LOG_BYTES = 32_768;

/** ffmpeg's readers by type. What is not here is not opened: no playlist, no list of other files, no device. */
const READERS: Readonly<Record<string, string>> = {
  "video/mp4": "mov",
  "video/quicktime": "mov",
  "video/3gpp": "mov",
  "audio/mp4": "mov",
  "video/webm": "matroska",
  "video/x-matroska": "matroska",
  "video/x-msvideo": "avi",
  "video/ogg": "ogg",
  "audio/ogg": "ogg",
  "audio/ogg;codecs=vorbis": "ogg",
  "audio/ogg;codecs=flac": "ogg",
  "audio/mpeg": "mp3",
  "audio/flac": "flac",
  "audio/wav": "wav",
  "audio/amr": "amr",
  "audio/aac": "aac",
  "image/gif": "gif",
  "image/apng": "apng",
  "image/bmp": "bmp_pipe",
};

const DECODERS =
  "h264,hevc,mpeg4,mpeg1video,mpeg2video,h263,mjpeg,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,libaom-av1,theora," +
  "gif,apng,png,bmp,rawvideo,aac,mp3,mp3float,opus,libopus,vorbis,flac,alac,ac3,amrnb,amrwb,adpcm_ms,adpcm_ima_wav," +
  "pcm_s16le,pcm_s24le,pcm_s32le,pcm_f32le,pcm_u8,pcm_s16be,pcm_alaw,pcm_mulaw";

export function readable(from: Sniffed): boolean {
  return READERS[from.mime] !== undefined;
}

/** The arguments that open a stranger's file, and nothing beside it. `decoder` is named where the usual one drops something. */
export function opening(path: string, from: Sniffed, decoder?: string): readonly string[] {
  const reader = READERS[from.mime];
  if (reader === undefined) throw new Error("not for ffmpeg");
  return [
    ...["-protocol_whitelist", "file,pipe", "-format_whitelist", reader, "-codec_whitelist", DECODERS],
    ...["-max_pixels", `${MOST_PIXELS}`, "-threads", "1", "-probesize", "5M", "-analyzeduration", "5M"],
    ...(decoder === undefined ? [] : ["-c:v", decoder]),
    ...["-f", reader, "-i", `file:${path}`],
  ];
}

/** The arguments that take frames of RGBA from the standard input. */
export function rawOpening(width: number, height: number, fps: number): readonly string[] {
  return [
    ...["-protocol_whitelist", "file,pipe", "-f", "rawvideo", "-pix_fmt", "rgba"],
    ...["-video_size", `${width}x${height}`, "-framerate", `${fps}`, "-i", "pipe:0"],
  ];
}

/** Bounds what it writes, drops what files say about themselves (places, cameras), and names where it goes. */
export function closing(target: string, muxer: string, maxBytes: number): readonly string[] {
  return [
    ...["-map_metadata", "-1", "-map_chapters", "-1", "-sn", "-dn", "-threads", "1"],
    ...["-fs", `${maxBytes}`, "-f", muxer, "-y", `file:${target}`],
  ];
}

export interface Ran {
  readonly ok: boolean;
  /** The first of what it said; words of the stranger's may be in it: to be read by programs only. */
  readonly log: string;
}

interface Piping {
  readonly input?: AsyncIterable<Uint8Array>;
  readonly output?: (chunk: Buffer) => void;
}

/** Runs it to its end. The studio's limits of time and memory hold for it, and it dies with the studio. */
export async function ffmpeg(program: string, args: readonly string[], piping: Piping = {}): Promise<Ran> {
  const child = start(program, args, piping.input ? "pipe" : "ignore", piping.output ? "pipe" : "ignore");
  let log = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    if (log.length < LOG_BYTES) log += chunk.toString("latin1");
  });
  const { output } = piping;
  if (output) child.stdout?.on("data", output);
  const closed = ended(child);
  try {
    if (child.stdin && piping.input) await feed(child.stdin, piping.input);
    return { ok: (await closed) === 0, log };
  } finally {
    child.kill("SIGKILL");
  }
}

/** What it writes to its standard output, in blocks of exactly so many bytes; a last one that is not full is dropped. */
export async function* readRaw(
  program: string,
  args: readonly string[],
  block: number,
): AsyncGenerator<Buffer> {
  const child = start(program, args, "ignore", "pipe");
  const closed = ended(child);
  child.stderr?.resume();
  try {
    let parts: Buffer[] = [];
    let held = 0;
    for await (const chunk of child.stdout ?? []) {
      parts.push(chunk);
      held += chunk.length;
      if (held < block) continue;
      const all = Buffer.concat(parts);
      let at = 0;
      for (; held - at >= block; at += block) yield all.subarray(at, at + block);
      parts = [all.subarray(at)];
      held -= at;
    }
    if ((await closed) !== 0) throw new Error("ffmpeg cannot decode it");
  } finally {
    child.kill("SIGKILL");
  }
}

function start(
  program: string,
  args: readonly string[],
  stdin: "pipe" | "ignore",
  stdout: "pipe" | "ignore",
) {
  const fixed = ["-nostdin", "-hide_banner", "-max_alloc", `${MOST_ALLOCATION}`, "-filter_threads", "1"];
  return spawn(program, [...fixed, ...args], { stdio: [stdin, stdout, "pipe"], windowsHide: true });
}

/** Its exit code; null when it was killed or could not even start. */
function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once("error", () => resolve(null));
    child.once("close", resolve);
  });
}

/** It may end before it has read all: its exit code says whether that was right. */
async function feed(stdin: Writable, input: AsyncIterable<Uint8Array>): Promise<void> {
  stdin.on("error", () => stdin.destroy());
  for await (const frame of input) {
    if (stdin.destroyed) return;
    if (!stdin.write(frame) && !stdin.destroyed)
      await Promise.race([event(stdin, "drain"), event(stdin, "close")]);
  }
  stdin.end();
}

function event(stream: Writable, name: string): Promise<void> {
  return new Promise((resolve) => stream.once(name, () => resolve()));
}
