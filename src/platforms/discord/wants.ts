// The forms in which Discord takes each kind of file, and how many files go into one message; `render-files.ts` asks.

import type { Want } from "../../bridge/media-port.ts";
import type { FileAttachment, FileKind } from "../../model/attachment.ts";
import type { FileOrder } from "./request.ts";

const MIB = 1024 * 1024;

/** Discord, reference, Uploading Files: what every guild takes of one file. */
export const usualFileBytes = 10 * MIB;
/** Discord, resources/message, Create Message: attachments of one message. */
export const maxFiles = 10;
/** Discord, resources/message, Create Message: 25 MiB a request; a part of it is for what is around the files. */
const REQUEST_BYTES = 25 * MIB - 256 * 1024;

/** What the files of one message may have together. */
export function requestBytes(fileBytes: number): number {
  return Math.max(REQUEST_BYTES, fileBytes);
}

// What the client shows or plays in its place; the rest is a name to click on.
const PICTURES = ["image/jpeg", "image/png", "image/webp", "image/gif"];
const FILMS = ["video/mp4", "video/webm", "video/quicktime"];
const SOUNDS = ["audio/mpeg", "audio/ogg", "audio/mp4", "audio/flac", "audio/wav"];

/** Best first. Of a static WebP nothing better can be made; what moves becomes a GIF, which loops by itself. */
const TYPES: Readonly<Partial<Record<FileKind, readonly string[]>>> = {
  photo: PICTURES,
  video: FILMS,
  "video-note": FILMS,
  animation: ["image/gif", "video/mp4", "video/webm"],
  sticker: ["image/gif", "image/png", "image/webp"],
  audio: SOUNDS,
  voice: ["audio/ogg", "audio/mpeg", "audio/mp4"],
};

/** The last resort is the file as it is; for a sticker it would be of no use to anybody. */
export function wantsFor({ kind }: FileAttachment, fileBytes: number): readonly [Want, ...Want[]] {
  const types = TYPES[kind];
  if (types === undefined) return [{ kind, maxBytes: fileBytes }];
  const want: Want = { kind, maxBytes: fileBytes, types };
  return kind === "sticker" ? [want] : [want, { kind: "document", maxBytes: fileBytes }];
}

/** A real voice message must be OGG (discord/discord-api-docs, resources/message, Voice Messages). */
export function voiceWants(fileBytes: number): readonly [Want, ...Want[]] {
  return [{ kind: "voice", maxBytes: fileBytes, types: ["audio/ogg"] }];
}

/** In order, as few messages as possible. What nobody has measured counts as large as a file may be. */
export function inMessages(
  files: readonly FileAttachment[],
  fileBytes: number,
): readonly (readonly FileOrder[])[] {
  const room = requestBytes(fileBytes);
  const groups: FileOrder[][] = [];
  let group: FileOrder[] = [];
  let used = 0;
  for (const file of files) {
    const size = Math.min(file.bytes ?? fileBytes, fileBytes);
    if (group.length === maxFiles || used + size > room) {
      groups.push(group);
      group = [];
      used = 0;
    }
    group.push({ file: titled(file), wants: wantsFor(file, fileBytes) });
    used += size;
  }
  return group.length > 0 ? [...groups, group] : groups;
}

/** The name is all that the client shows of music. */
function titled(file: FileAttachment): FileAttachment {
  const name = [file.performer, file.title].filter((each) => each?.trim()).join(" - ");
  return file.kind === "audio" && file.title?.trim() ? { ...file, name } : file;
}
