// Makes the media fields of a message from an uploaded file or a file id; the senders of media share it.

import { detectedKind, formatOf, shownAs } from "../files/file-format.ts";
import type { StoredFile } from "../files/files.ts";
import { imageSize } from "../files/image-size.ts";
import { badRequest, sandboxError } from "../http/api-error.ts";
import type { FilePart } from "../http/multipart.ts";
import { uniqueIdOf } from "../messages.ts";
import type { Content } from "../types.ts";
import type { World } from "../world.ts";
import type { MethodContext } from "./method.ts";

export type MediaKind =
  | "photo"
  | "video"
  | "animation"
  | "audio"
  | "voice"
  | "video_note"
  | "document"
  | "sticker";

/** What the sender says of the file: `duration`, `width`, `title`, … */
export type MediaInfo = Readonly<Record<string, string | number>>;

const MAX_PHOTO_BYTES = 10 << 20; // Bot API, Sending files
const MAX_FILE_BYTES = 50 << 20;
/** The longer sides of the sizes Telegram makes of a photo. */
const PHOTO_SIDES = [90, 320, 800, 1280];

/**
 * The file a parameter names, with the kind it is shown as: an upload, or a file id of this bot. `asFile` keeps the kind of
 * a document from being found out. @throws ApiError
 */
export function inputFile(
  context: MethodContext,
  kind: MediaKind,
  value: string,
  part: FilePart | undefined,
  asFile = false,
): StoredFile & { readonly kind: MediaKind } {
  const { world, bot } = context;
  if (part) {
    checkUpload(kind, part, world.local);
    const { bytes, filename: name, mime } = part;
    const detects = kind === "document" && !asFile;
    const shown = detects ? detectedKind(bytes) : shownAs(kind, bytes);
    return { ...world.files.store(bytes, { name, mime, kind: shown }), kind: shown };
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
  return { ...file, kind };
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

/** `video_note` is VideoNote, in the names of types and methods. */
export function capital(kind: string): string {
  return kind.replace(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The fields of a Message for this file. `thumb` is the picture uploaded with it. */
export function mediaContent(
  world: World,
  file: StoredFile & { readonly kind: MediaKind },
  info: MediaInfo,
  thumb?: FilePart,
): Content {
  const { kind } = file;
  if (kind === "photo") return { photo: photoSizes(world, file) };
  const { length: side, emoji: _emoji, ...about } = info;
  const thumbnail = thumb && thumbnailOf(world, thumb);
  const picture = thumbnail && { thumbnail };
  if (kind === "video_note") {
    const { uniqueId, size } = file;
    const ids = { file_id: uniqueId, file_unique_id: uniqueId, file_size: size };
    return { video_note: { ...ids, length: side ?? 240, duration: about.duration ?? 0, ...picture } };
  }
  return { ...fileContent(file, kind === "sticker" ? info : about, picture) };
}

function fileContent(
  file: StoredFile & { readonly kind: MediaKind },
  info: MediaInfo,
  picture: Content | undefined,
): Content {
  const { kind } = file;
  const base = {
    file_id: file.uniqueId,
    file_unique_id: file.uniqueId,
    file_size: file.size,
    ...(kind !== "voice" && kind !== "sticker" && file.name !== undefined && { file_name: file.name }),
    ...(kind !== "sticker" && file.mime !== undefined && { mime_type: file.mime }),
  };
  if (kind === "document") return { document: { ...base, ...picture } };
  if (kind === "sticker") return { sticker: { ...base, ...stickerInfo(file), ...only(info, ["emoji"]) } };
  if (kind === "voice") return { voice: { duration: 0, ...only(info, ["duration"]), ...base } };
  if (kind === "audio") {
    const about = only(info, ["duration", "performer", "title"]);
    return { audio: { duration: 0, ...about, ...base, ...picture } };
  }
  const about = only(info, ["width", "height", "duration", "start_timestamp"]);
  const moving = { width: 320, height: 240, duration: 1, ...about, ...base, ...picture };
  return kind === "animation" ? { animation: moving, document: { ...base, ...picture } } : { video: moving };
}

function only(info: MediaInfo, names: readonly string[]): MediaInfo {
  return Object.fromEntries(Object.entries(info).filter(([name]) => names.includes(name)));
}

/** Bot API 10.1: a thumbnail is a JPEG below 200 kB and at most 320 x 320; what is none is ignored. */
function thumbnailOf(world: World, { bytes, filename, mime }: FilePart): Content | undefined {
  const size = imageSize(bytes);
  if (!size || formatOf(bytes) !== "jpeg" || bytes.length > 200_000) return undefined;
  if (Math.max(size.width, size.height) > 320) return undefined;
  const file = world.files.store(bytes, { name: filename, mime });
  return photoSize(file.uniqueId, file.size, size.width, size.height);
}

function stickerInfo({ bytes }: StoredFile): Content {
  const size = imageSize(bytes) ?? { width: 512, height: 512 };
  const format = formatOf(bytes);
  return { ...size, type: "regular", is_animated: format === "gzip", is_video: format === "webm" };
}

/** Small sizes first, the largest last, each a file of its own; always the same for the same photo. */
export function photoSizes(world: World, file: StoredFile): readonly Content[] {
  const known = world.photoSizes.get(file.uniqueId);
  if (known) return known;
  const { width, height } = imageSize(file.bytes) ?? { width: 800, height: 600 };
  const side = Math.max(width, height);
  const smaller = PHOTO_SIDES.filter((limit) => limit < side).map((limit) => {
    const { uniqueId, size } = world.files.store(file.bytes, { ...sizeName(file), kind: "photo" });
    return photoSize(uniqueId, size, Math.round((width * limit) / side), Math.round((height * limit) / side));
  });
  const sizes = [...smaller, photoSize(file.uniqueId, file.size, width, height)];
  world.photoSizes.set(file.uniqueId, sizes);
  return sizes;
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
