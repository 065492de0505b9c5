// Makes the media fields of a message from an uploaded file or a file id; the senders of media share it.

import { badRequest, sandboxError } from "./api-error.ts";
import type { StoredFile } from "./files.ts";
import { imageSize } from "./image-size.ts";
import { uniqueIdOf } from "./messages.ts";
import type { MethodContext } from "./method.ts";
import type { FilePart } from "./multipart.ts";
import type { Content } from "./types.ts";

export type MediaKind = "photo" | "video" | "animation" | "audio" | "voice" | "document" | "sticker";

/** What the sender says of the file: `duration`, `width`, `title`, … */
export type MediaInfo = Readonly<Record<string, string | number>>;

const MAX_PHOTO_BYTES = 10 << 20; // Bot API, Sending files
const MAX_FILE_BYTES = 50 << 20;
/** The longer sides of the sizes Telegram makes of a photo. */
const PHOTO_SIDES = [90, 320, 800, 1280];

/** The file a parameter names: an upload, or a file id of this bot. @throws ApiError */
export function inputFile(
  context: MethodContext,
  kind: MediaKind,
  value: string,
  part: FilePart | undefined,
): StoredFile {
  const { world, bot } = context;
  if (part) {
    checkUpload(kind, part, world.local);
    return world.files.store(part.bytes, { name: part.filename, mime: part.mime, kind });
  }
  if (value === "") throw badRequest(`there is no ${kind} in the request`);
  if (/^https?:\/\//i.test(value))
    throw sandboxError("sending a file by its URL is not simulated, upload it");
  const unique = uniqueIdOf(bot.user.id, value);
  const file = unique === undefined ? undefined : world.files.get(unique);
  if (!file) throw badRequest("wrong file identifier/HTTP URL specified");
  if (file.kind !== undefined && file.kind !== kind) {
    throw badRequest(`can't use file of type ${capital(file.kind)} as ${capital(kind)}`);
  }
  return file;
}

function checkUpload(kind: MediaKind, { bytes }: FilePart, local: boolean): void {
  if (bytes.length === 0) throw badRequest("file must be non-empty");
  if (kind === "photo" && bytes.length > MAX_PHOTO_BYTES) {
    throw badRequest(
      `file of size ${bytes.length} bytes is too big for a photo; the maximum size is ${MAX_PHOTO_BYTES} bytes`,
    );
  }
  if (!local && bytes.length > MAX_FILE_BYTES) throw badRequest("file is too big");
  if (kind !== "photo") return;
  const size = imageSize(bytes);
  if (!size) throw badRequest("IMAGE_PROCESS_FAILED");
  const { width, height } = size;
  const tooLong = Math.max(width, height) > 20 * Math.min(width, height);
  if (width + height > 10_000 || tooLong) throw badRequest("PHOTO_INVALID_DIMENSIONS");
}

function capital(kind: string): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** The fields of a Message for this file. */
export function mediaContent(
  context: MethodContext,
  kind: MediaKind,
  file: StoredFile,
  info: MediaInfo,
): Content {
  if (kind === "photo") return { photo: photoSizes(context, file) };
  const base = {
    file_id: file.uniqueId,
    file_unique_id: file.uniqueId,
    file_size: file.size,
    ...(kind !== "voice" && kind !== "sticker" && file.name !== undefined && { file_name: file.name }),
    ...(kind !== "sticker" && file.mime !== undefined && { mime_type: file.mime }),
  };
  if (kind === "document") return { document: base };
  if (kind === "sticker") return { sticker: { ...base, ...stickerInfo(file), ...info } };
  if (kind === "voice" || kind === "audio") return { [kind]: { duration: 0, ...info, ...base } };
  const moving = { width: 320, height: 240, duration: 1, ...info, ...base };
  return kind === "animation" ? { animation: moving, document: base } : { video: moving };
}

function stickerInfo({ name = "" }: StoredFile): Content {
  const size = { width: 512, height: 512 };
  return { ...size, type: "regular", is_animated: name.endsWith(".tgs"), is_video: name.endsWith(".webm") };
}

/** Small sizes first, the largest last, each a file of its own. */
function photoSizes({ world }: MethodContext, file: StoredFile): readonly Content[] {
  const { width, height } = imageSize(file.bytes) ?? { width: 800, height: 600 };
  const side = Math.max(width, height);
  const smaller = PHOTO_SIDES.filter((limit) => limit < side).map((limit) => {
    const { uniqueId, size } = world.files.store(file.bytes, { ...sizeName(file), kind: "photo" });
    return photoSize(uniqueId, size, Math.round((width * limit) / side), Math.round((height * limit) / side));
  });
  return [...smaller, photoSize(file.uniqueId, file.size, width, height)];
}

function sizeName({ name, mime }: StoredFile) {
  return { ...(name !== undefined && { name }), ...(mime !== undefined && { mime }) };
}

function photoSize(uniqueId: string, size: number, width: number, height: number): Content {
  return {
    file_id: uniqueId,
    file_unique_id: uniqueId,
    file_size: size,
    width: Math.max(1, width),
    height: Math.max(1, height),
  };
}

/** The numbers and words among `names` that a request or an InputMedia carries. */
export function mediaInfo(source: Content, numbers: readonly string[], words: readonly string[]): MediaInfo {
  const out: Record<string, string | number> = {};
  for (const name of numbers) {
    const value = Number(source[name]);
    if (source[name] !== undefined && source[name] !== "" && Number.isFinite(value))
      out[name] = Math.trunc(value);
  }
  for (const name of words) {
    const value = source[name];
    if (typeof value === "string" && value !== "") out[name] = value;
  }
  return out;
}
