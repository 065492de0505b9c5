// A file name that is safe for every file system and every reader; whatever leaves `media` is called by it.

import type { FileKind } from "../model/attachment.ts";

const MOST_CHARACTERS = 100;
/** Half of what common file systems take, so that others may put something before it. */
const MOST_BYTES = 200;

/** The first is given, the others are left as they are. Types that are not here keep the extension they came with. */
const EXTENSIONS: Readonly<Record<string, readonly string[]>> = {
  "image/jpeg": ["jpg", "jpeg", "jpe", "jfif"],
  "image/png": ["png", "apng"],
  "image/apng": ["png", "apng"],
  "image/gif": ["gif"],
  "image/webp": ["webp"],
  "image/avif": ["avif"],
  "image/heic": ["heic", "heif"],
  "image/heif": ["heif", "heic"],
  "image/bmp": ["bmp"],
  "image/tiff": ["tif", "tiff"],
  "video/mp4": ["mp4", "m4v"],
  "video/webm": ["webm"],
  "video/quicktime": ["mov", "qt"],
  "video/x-matroska": ["mkv"],
  "video/x-msvideo": ["avi"],
  "audio/ogg": ["ogg", "oga", "opus"],
  "audio/mpeg": ["mp3"],
  "audio/mp4": ["m4a", "mp4", "m4b"],
  "audio/aac": ["aac"],
  "audio/flac": ["flac"],
  "audio/wav": ["wav"],
  "audio/x-wav": ["wav"],
  "audio/webm": ["webm", "weba"],
  "application/pdf": ["pdf"],
  "application/x-tgsticker": ["tgs"],
};

// Of every kind that no reader sees, or that changes what another reader sees: controls, marks of direction, fillers.
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const FORBIDDEN = /[<>:"|?*]/g;
// What Windows takes for a device, whatever follows the dot.
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])$/i;
const EXTENSION = /\.([a-z0-9]{1,10})$/i;

const graphemes = new Intl.Segmenter("und", { granularity: "grapheme" });

/**
 * One name without any path, never empty, of 100 characters at most, that ends as files of type `mime` do. `usual` is
 * the extension of a type that has no rule here, for names without any.
 */
export function safeName(name: string | undefined, mime: string, kind: FileKind, usual?: string): string {
  const clean = tidy(name ?? "");
  const extension = extensionFor(clean, mime) ?? usual;
  const ending = extension === undefined ? "" : `.${extension}`;
  const stem = notDevice(withoutExtension(clean, extension, mime));
  return `${trimmed(cut(stem, ending.length)) || kind}${ending}`;
}

function notDevice(stem: string): string {
  const first = stem.split(".", 1)[0]?.trim() ?? "";
  return DEVICE.test(first) ? `_${stem}` : stem;
}

function tidy(name: string): string {
  const last = name
    .toWellFormed()
    .split(/[/\\]/)
    .findLast((part) => part.trim() !== "");
  const seen = (last ?? "").replace(/\s+/g, " ").replace(UNSEEN, "").normalize("NFC");
  return trimmed(seen.replace(FORBIDDEN, "_"));
}

function trimmed(name: string): string {
  return name.replace(/^[. ]+|[. ]+$/g, "");
}

function extensionFor(name: string, mime: string): string | undefined {
  const own = EXTENSION.exec(name)?.[1];
  const known = EXTENSIONS[mime];
  if (!known) return own;
  return own !== undefined && known.includes(own.toLowerCase()) ? own : known[0];
}

/** A wrong extension is taken away, not hidden before the right one. What follows a dot in prose is none. */
function withoutExtension(name: string, extension: string | undefined, mime: string): string {
  const own = EXTENSION.exec(name)?.[1];
  if (own === undefined) return name;
  const wrong = EXTENSIONS[mime] !== undefined && /[a-z]/i.test(own) && own.length <= 5;
  return own === extension || wrong ? name.slice(0, -own.length - 1) : name;
}

function cut(stem: string, taken: number): string {
  let kept = "";
  for (const { segment } of graphemes.segment(stem.slice(0, 4 * MOST_CHARACTERS))) {
    const next = kept + segment;
    if (next.length + taken > MOST_CHARACTERS || Buffer.byteLength(next) + taken > MOST_BYTES) break;
    kept = next;
  }
  return kept;
}
