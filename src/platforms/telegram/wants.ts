// The forms in which Telegram takes each kind of file, and which files stand in one album; the renderers ask.

import type { Want } from "../../bridge/media-port.ts";
import type { FileAttachment, FileKind } from "../../model/attachment.ts";
import type { FileOrder } from "./request.ts";

const MIB = 1024 * 1024;

/** Bot API 10.1, Sending files: 50 MB, and a local server 2000 MB. A whole request has room for no more [nginx: 413]. */
export const cloudBytes = 50 * MIB - 128 * 1024;
export const localBytes = 2000 * MIB - 128 * 1024;
const PHOTO_BYTES = 10 * MIB;
/** What a file counts for whose size nobody told. */
const USUAL_BYTES = 4 * MIB;
/** Bot API 10.1, sendMediaGroup. */
const MOST_IN_ALBUM = 10;

// Bot API 10.1, Stickers: a side of exactly 512 pixels.
const WEBP: Want = { kind: "sticker", maxBytes: 512 * 1024, types: ["image/webp"], side: 512 };
const WEBM: Want = { kind: "sticker", maxBytes: 256 * 1024, types: ["video/webm"], side: 512 };
const TGS: Want = { kind: "sticker", maxBytes: 64 * 1024, types: ["application/x-tgsticker"] };
const MOVES = /gif|apng|lottie|json|video\//;

/** What Telegram's players play; the rest is converted to the first. */
const SOUNDS = ["audio/mpeg", "audio/mp4", "audio/flac", "audio/ogg", "audio/wav"];
const FILM: readonly string[] = ["video/mp4"];

export function documentWant(maxBytes: number): Want {
  return { kind: "document", maxBytes };
}

/** Best first; the last resort is a file to be downloaded. Of a sticker it would be of no use to anybody. */
export function wantsFor(file: FileAttachment, maxBytes: number): readonly [Want, ...Want[]] {
  const document = documentWant(maxBytes);
  const photo: Want = {
    ...{ kind: "photo", maxBytes: Math.min(PHOTO_BYTES, maxBytes) },
    // A WebP is refused now and then, by its extension: PHOTO_EXT_INVALID.
    ...{ types: ["image/jpeg", "image/png"], maxSides: 10_000, maxRatio: 20 },
  };
  const animation: Want = { kind: "animation", maxBytes, types: ["video/mp4", "image/gif"] };
  switch (file.kind) {
    case "photo":
      return [photo, document];
    case "video":
      return [{ kind: "video", maxBytes, types: FILM }, document];
    case "animation":
      return [animation, document];
    case "audio":
      return [{ kind: "audio", maxBytes, types: SOUNDS }, document];
    case "voice":
      return [{ kind: "voice", maxBytes, types: ["audio/ogg", "audio/mpeg", "audio/mp4"] }, document];
    case "video-note":
      return [
        { kind: "video-note", maxBytes, types: FILM },
        { kind: "video", maxBytes, types: FILM },
        document,
      ];
    case "sticker":
      return stickerWants(file.mime ?? "", animation, photo);
    case "document":
      return [document];
  }
}

/** A WebP made of what moves would stand still. */
function stickerWants(mime: string, animation: Want, photo: Want): readonly [Want, ...Want[]] {
  if (mime === "application/x-tgsticker") return [TGS, WEBM, animation, WEBP];
  return MOVES.test(mime) ? [WEBM, animation, WEBP, photo] : [WEBP, photo];
}

type AlbumClass = "visual" | "document" | "audio" | "alone";

const CLASSES: Readonly<Record<FileKind, AlbumClass>> = {
  photo: "visual",
  video: "visual",
  document: "document",
  audio: "audio",
  animation: "alone",
  voice: "alone",
  sticker: "alone",
  "video-note": "alone",
};

/** Bot API 10.1, sendMediaGroup: what may stand in one album with what. */
export function albumClass(kind: FileKind): AlbumClass {
  return CLASSES[kind];
}

/** Bot API 10.1: all others have a caption. */
export function hasCaption(kind: FileKind): boolean {
  return kind !== "sticker" && kind !== "video-note";
}

/** In order, in as few messages and albums as possible. One request takes no more than `maxBytes` in all. */
export function inAlbums(
  files: readonly FileAttachment[],
  maxBytes: number,
): readonly (readonly [FileOrder, ...FileOrder[]])[] {
  const albums: [FileOrder, ...FileOrder[]][] = [];
  let used = 0;
  for (const file of files) {
    const album = albums.at(-1);
    const order: FileOrder = { file, wants: wantsFor(file, maxBytes) };
    const bytes = Math.min(file.bytes ?? USUAL_BYTES, order.wants[0].maxBytes);
    if (
      album &&
      standsWith(album[0].file, file) &&
      album.length < MOST_IN_ALBUM &&
      used + bytes <= maxBytes
    ) {
      album.push(order);
      used += bytes;
    } else {
      albums.push([order]);
      used = bytes;
    }
  }
  return albums;
}

function standsWith(first: FileAttachment, file: FileAttachment): boolean {
  const place = albumClass(file.kind);
  return place !== "alone" && place === albumClass(first.kind);
}
