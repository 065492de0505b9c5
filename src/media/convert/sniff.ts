// What a file is by its first bytes, whatever its sender claims; every fit of `media` begins with it.

import { constants, gunzipSync } from "node:zlib";
import { looksLikeMp3, sniffBoxes, sniffEbml, sniffOgg } from "./sniff-containers.ts";

export interface Sniffed {
  readonly mime: string;
  readonly kind: "image" | "video" | "audio" | "lottie" | "other";
  /** Of an image: certainly more than one frame. Absent: one frame, or the head does not tell. */
  readonly animated?: boolean;
  /** Without the dot. */
  readonly ext: string;
}

/** How much of the beginning `sniff` wants to see; fewer bytes are fine when the file has no more. */
export const HEAD_BYTES = 16_384;

/** So much of a gzip is looked into: it can hold a thousand times as many bytes. */
const GZIP_PEEK = 512;

const UNKNOWN: Sniffed = { mime: "application/octet-stream", kind: "other", ext: "bin" };

/** Extensions of claims that may stand for bytes nobody knows. */
const CLAIMED_EXT: Readonly<Record<string, string>> = {
  "text/plain": "txt",
  "text/csv": "csv",
  "text/html": "html",
  "text/css": "css",
  "text/markdown": "md",
  "text/javascript": "js",
  "application/json": "json",
  "application/xml": "xml",
  "application/msword": "doc",
  "application/rtf": "rtf",
  "application/epub+zip": "epub",
  "application/java-archive": "jar",
  "application/vnd.android.package-archive": "apk",
  "application/x-7z-compressed": "7z",
  "application/vnd.rar": "rar",
  "application/x-tar": "tar",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
  "application/vnd.oasis.opendocument.text": "odt",
};

/**
 * Tells the type by magic bytes. Bytes nobody knows take a claim of `text/*` or `application/*` for an answer, and are
 * `application/octet-stream` otherwise: nothing is a picture, a video or sound because somebody says so.
 */
export function sniff(head: Uint8Array, claimed?: string): Sniffed {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  return (
    sniffImage(bytes) ??
    sniffSound(bytes) ??
    sniffPacked(bytes, claimed) ??
    sniffText(bytes) ??
    claim(claimed)
  );
}

const image = (subtype: string, ext: string, animated = false): Sniffed => ({
  mime: `image/${subtype}`,
  kind: "image",
  ext,
  ...(animated && { animated }),
});
const audio = (subtype: string, ext: string): Sniffed => ({ mime: `audio/${subtype}`, kind: "audio", ext });
const other = (mime: string, ext: string): Sniffed => ({ mime, kind: "other", ext });

const ascii = (bytes: Buffer, from: number, length: number) => bytes.toString("latin1", from, from + length);

function sniffImage(bytes: Buffer): Sniffed | undefined {
  if (ascii(bytes, 0, 8) === "\x89PNG\r\n\x1a\n") {
    // acTL must stand before the first data (PNG specification, 3rd edition, 11.3.6.1).
    const control = bytes.indexOf("acTL");
    const data = bytes.indexOf("IDAT");
    const animated = control > 0 && (data < 0 || control < data);
    return animated ? image("apng", "png", true) : image("png", "png");
  }
  if (ascii(bytes, 0, 3) === "\xff\xd8\xff") return image("jpeg", "jpg");
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return image("gif", "gif", bytes.includes("NETSCAPE2.0"));
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 4) === "WEBP") {
    const extended = ascii(bytes, 12, 4) === "VP8X";
    return image("webp", "webp", extended && ((bytes[20] ?? 0) & 0x02) !== 0);
  }
  if (/^(II\*\0|MM\0\*)$/.test(ascii(bytes, 0, 4))) return image("tiff", "tif");
  if (ascii(bytes, 0, 2) === "BM" && bytes.length >= 18 && bytes.readUInt32LE(6) === 0) {
    const header = bytes.readUInt32LE(14);
    if (header >= 12 && header <= 124) return image("bmp", "bmp");
  }
  return undefined;
}

function sniffSound(bytes: Buffer): Sniffed | undefined {
  if (ascii(bytes, 4, 4) === "ftyp") return sniffBoxes(bytes);
  if (bytes.length >= 4 && bytes.readUInt32BE(0) === 0x1a45dfa3) return sniffEbml(bytes);
  if (ascii(bytes, 0, 4) === "OggS") return sniffOgg(bytes);
  if (ascii(bytes, 0, 4) === "fLaC") return audio("flac", "flac");
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 4) === "WAVE") return audio("wav", "wav");
  if (ascii(bytes, 0, 4) === "RIFF" && ascii(bytes, 8, 4) === "AVI ") {
    return { mime: "video/x-msvideo", kind: "video", ext: "avi" };
  }
  if (ascii(bytes, 0, 5) === "#!AMR") return audio("amr", "amr");
  if (ascii(bytes, 0, 3) === "ID3" || looksLikeMp3(bytes)) return audio("mpeg", "mp3");
  // ADTS: twelve bits of sync, layer 0; and a sampling rate that exists.
  const [first = 0, second = 0, third = 0] = bytes;
  if (first === 0xff && (second & 0xf6) === 0xf0 && (third & 0x3c) <= 0x30) return audio("aac", "aac");
  return undefined;
}

function sniffPacked(bytes: Buffer, claimed: string | undefined): Sniffed | undefined {
  if (ascii(bytes, 0, 5) === "%PDF-") return other("application/pdf", "pdf");
  if (ascii(bytes, 0, 4) === "PK\x03\x04" || ascii(bytes, 0, 4) === "PK\x05\x06") {
    const named = claim(claimed);
    return named.mime.startsWith("application/") && named !== UNKNOWN
      ? named
      : other("application/zip", "zip");
  }
  if (ascii(bytes, 0, 2) !== "\x1f\x8b") return undefined;
  return looksLikeLottie(peekGzip(bytes))
    ? { mime: "application/x-tgsticker", kind: "lottie", ext: "tgs" }
    : other("application/gzip", "gz");
}

function sniffText(bytes: Buffer): Sniffed | undefined {
  const text = bytes.toString("latin1").replace(/^\xef\xbb\xbf/, "");
  if (/^\s*\{/.test(text)) {
    return looksLikeLottie(text) ? { mime: "application/json", kind: "lottie", ext: "json" } : undefined;
  }
  // A drawing of a stranger can name files and addresses: it is a document, never rendered.
  if (/^\s*<(svg|\?xml|!--|!DOCTYPE svg)/i.test(text) && /<svg[\s>]/i.test(text)) {
    return other("image/svg+xml", "svg");
  }
  if (text.startsWith("#EXTM3U")) return other("application/vnd.apple.mpegurl", "m3u8");
  return undefined;
}

function peekGzip(bytes: Buffer): string {
  try {
    const part = gunzipSync(bytes.subarray(0, GZIP_PEEK), { finishFlush: constants.Z_SYNC_FLUSH });
    return part.toString("latin1", 0, HEAD_BYTES);
  } catch {
    return "";
  }
}

/** An object whose first keys are those every Lottie begins with. */
function looksLikeLottie(text: string): boolean {
  if (!/^\s*\{/.test(text)) return false;
  const keys = text.matchAll(/"(tgs|v|fr|ip|op|w|h|ddd|layers)"\s*:/g);
  return new Set([...keys].map((match) => match[1])).size >= 4;
}

function claim(claimed: string | undefined): Sniffed {
  const mime = claimed?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (!/^(text|application)\/[a-z0-9][a-z0-9.+-]{0,99}$/.test(mime) || mime === UNKNOWN.mime) return UNKNOWN;
  return other(mime, CLAIMED_EXT[mime] ?? "bin");
}
