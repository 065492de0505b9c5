// Containers of sound and video by their first bytes: MP4 and its relatives, Matroska, Ogg, MP3; `sniff` calls it.

import type { Sniffed } from "./sniff.ts";

const video = (subtype: string, ext: string): Sniffed => ({ mime: `video/${subtype}`, kind: "video", ext });

/** ISO base media: the brands of the first box, the major one first. */
export function sniffBoxes(bytes: Buffer): Sniffed {
  const end = Math.min(bytes.readUInt32BE(0), bytes.length, 256);
  const brands: string[] = [bytes.toString("latin1", 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(bytes.toString("latin1", at, at + 4));
  const major = brands[0] ?? "";
  if (brands.includes("avis")) return { mime: "image/avif", kind: "image", ext: "avif", animated: true };
  if (brands.includes("avif")) return { mime: "image/avif", kind: "image", ext: "avif" };
  if (/^(hei[cxms]|hev[cx]|mif1|msf1)$/.test(major))
    return { mime: "image/heic", kind: "image", ext: "heic" };
  if (/^M4[ABP] $/.test(major)) return { mime: "audio/mp4", kind: "audio", ext: "m4a" };
  if (major === "qt  ") return video("quicktime", "mov");
  if (major.startsWith("3g")) return video("3gpp", "3gp");
  return video("mp4", "mp4");
}

export function sniffEbml(bytes: Buffer): Sniffed {
  const head = bytes.toString("latin1", 0, 128);
  return head.includes("webm") ? video("webm", "webm") : video("x-matroska", "mkv");
}

/** Only Opus is plain `audio/ogg`: what takes voice messages takes nothing else in this container. */
export function sniffOgg(bytes: Buffer): Sniffed {
  const head = bytes.toString("latin1", 0, 512);
  if (head.includes("OpusHead")) return { mime: "audio/ogg", kind: "audio", ext: "ogg" };
  if (head.includes("theora")) return video("ogg", "ogv");
  if (head.includes("\x01vorbis")) return { mime: "audio/ogg;codecs=vorbis", kind: "audio", ext: "ogg" };
  if (head.includes("\x7fFLAC")) return { mime: "audio/ogg;codecs=flac", kind: "audio", ext: "ogg" };
  return { mime: "application/ogg", kind: "other", ext: "ogx" };
}

const RATES_1 = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
const RATES_2 = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const SAMPLING = [44_100, 48_000, 32_000];

/** Length of the Layer III frame at `at`; undefined: none begins there. */
function mp3Frame(bytes: Buffer, at: number): number | undefined {
  const first = bytes[at] ?? 0;
  const second = bytes[at + 1] ?? 0;
  const third = bytes[at + 2] ?? 0;
  if (first !== 0xff || (second & 0xe6) !== 0xe2) return undefined;
  const version = (second >> 3) & 3;
  const sampling = SAMPLING[(third >> 2) & 3];
  const rate = (version === 3 ? RATES_1 : RATES_2)[third >> 4];
  if (version === 1 || sampling === undefined || !rate) return undefined;
  const divisor = version === 3 ? 1 : version === 2 ? 2 : 4;
  const samples = version === 3 ? 144 : 72;
  return Math.floor((samples * rate * 1000) / (sampling / divisor)) + ((third >> 1) & 1);
}

/** Two frames, one after the other: eleven bits of sync alone stand in anything. */
export function looksLikeMp3(bytes: Buffer): boolean {
  const length = mp3Frame(bytes, 0);
  return length !== undefined && mp3Frame(bytes, length) !== undefined;
}
