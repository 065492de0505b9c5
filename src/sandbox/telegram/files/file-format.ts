// Tells what uploaded bytes are by their first ones, and what Telegram therefore shows them as; media-content.ts asks.

import type { MediaKind } from "../methods/media-content.ts";

/** MP4 includes M4A. */
export type FileFormat =
  | "png"
  | "jpeg"
  | "gif"
  | "webp"
  | "mp4"
  | "webm"
  | "ogg"
  | "mp3"
  | "flac"
  | "wav"
  | "gzip";

/** Undefined for what none of the methods looks at more closely. */
export function formatOf(bytes: Buffer): FileFormat | undefined {
  const text = bytes.subarray(0, 12).toString("latin1");
  if (text.startsWith("\x89PNG")) return "png";
  if (text.startsWith("\xff\xd8\xff")) return "jpeg";
  if (text.startsWith("GIF8")) return "gif";
  if (text.startsWith("RIFF")) return text.slice(8) === "WEBP" ? "webp" : "wav";
  if (text.slice(4, 8) === "ftyp") return "mp4";
  if (text.startsWith("\x1a\x45\xdf\xa3")) return "webm";
  if (text.startsWith("OggS")) return "ogg";
  if (text.startsWith("fLaC")) return "flac";
  if (text.startsWith("\x1f\x8b")) return "gzip";
  if (text.startsWith("ID3") || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe0) === 0xe0)) return "mp3";
  return undefined;
}

// Bot API 10.1, sendVideo, sendAnimation, sendAudio, sendVoice, sendVideoNote, sendSticker: "other formats may be sent
// as Document".
const FORMATS: Readonly<Record<MediaKind, readonly FileFormat[] | undefined>> = {
  photo: undefined,
  document: undefined,
  video: ["mp4"],
  animation: ["mp4", "gif"],
  audio: ["mp3", "mp4", "ogg", "flac", "wav"],
  voice: ["ogg", "mp3", "mp4"],
  video_note: ["mp4"],
  sticker: ["webp", "gzip", "webm"],
};

/** What a file becomes that is sent as `kind`: its form only where the bytes fit, a document else. */
export function shownAs(kind: MediaKind, bytes: Buffer): MediaKind {
  const wanted = FORMATS[kind];
  const format = formatOf(bytes);
  return wanted === undefined || (format !== undefined && wanted.includes(format)) ? kind : "document";
}

const DETECTED: Partial<Readonly<Record<FileFormat, MediaKind>>> = {
  gif: "animation",
  mp4: "video",
  mp3: "audio",
  flac: "audio",
  webp: "sticker",
};

/** What an uploaded document becomes unless `disable_content_type_detection` is set. */
export function detectedKind(bytes: Buffer): MediaKind {
  if (bytes.subarray(8, 11).toString("latin1") === "M4A") return "audio";
  const format = formatOf(bytes);
  return (format && DETECTED[format]) ?? "document";
}
