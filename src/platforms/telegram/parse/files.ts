// Makes files of what a Telegram message carries, and of custom emoji that stand alone; `attachments.ts` calls it.

import type { Message, PhotoSize, Sticker } from "@grammyjs/types";
import type { FileAttachment, FileKind, SmallerFile } from "../../../model/attachment.ts";
import type { AccountId } from "../../../model/refs.ts";
import type { Node, RichText } from "../../../model/rich-text.ts";
import type { FieldOf } from "../kinds.ts";

/** The message a file belongs to. */
export interface FilePlace {
  readonly account: AccountId;
  /** Opens the message. */
  readonly href?: string | undefined;
}

export type FileField = FieldOf<"file">;
type Content = { readonly [F in FileField]: NonNullable<Message[F]> };
type Readers = { readonly [F in FileField]: (content: Content[F], place: FilePlace) => FileAttachment };

/** What Telegram's files have in common, as far as they have it. */
interface File {
  readonly file_id: string;
  readonly file_unique_id: string;
  readonly file_size?: number;
  readonly file_name?: string;
  readonly mime_type?: string;
  readonly duration?: number;
  readonly width?: number;
  readonly height?: number;
  readonly title?: string;
  readonly performer?: string;
  readonly thumbnail?: PhotoSize;
  readonly cover?: readonly PhotoSize[];
}

const READERS: Readers = {
  photo: (sizes, place) => photo(sizes, place),
  live_photo: (live, place) => (live.photo ? photo(live.photo, place) : fileOf("video", live, place)),
  video: (video, place) => fileOf("video", video, place),
  animation: (animation, place) => fileOf("animation", animation, place),
  // Bot API 10.1, VideoNote and Voice: MPEG-4, and Ogg with Opus.
  video_note: (note, place) => {
    const square = { width: note.length, height: note.length, mime_type: "video/mp4" };
    return fileOf("video-note", { ...square, ...note }, place);
  },
  voice: (voice, place) => fileOf("voice", { mime_type: "audio/ogg", ...voice }, place),
  audio: (audio, place) => fileOf("audio", audio, place),
  document: (document, place) => fileOf("document", document, place),
  sticker: (sticker, place) => stickerOf(sticker, place),
};

export const FILE_FIELDS = Object.keys(READERS) as readonly FileField[];

export function fileIn<F extends FileField>(field: F, content: Content[F], place: FilePlace): FileAttachment {
  return READERS[field](content, place);
}

function fileOf(kind: FileKind, from: File, { account, href }: FilePlace): FileAttachment {
  const stills = [...(from.cover ?? []), ...(from.thumbnail ? [from.thumbnail] : [])];
  return {
    kind,
    account,
    ...said("source", from.file_id),
    ...said("stable", from.file_unique_id),
    ...said("name", from.file_name),
    ...said("mime", from.mime_type),
    ...said("bytes", from.file_size),
    ...said("seconds", from.duration),
    ...said("width", from.width || undefined),
    ...said("height", from.height || undefined),
    ...said("title", from.title),
    ...said("performer", from.performer),
    ...(stills.length > 0 ? { smaller: smallerOf(stills) } : {}),
    ...said("href", href),
  };
}

function said<K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };
}

/** The largest size stands for the photo. Telegram makes JPEG of every one. */
function photo(sizes: readonly PhotoSize[], place: FilePlace): FileAttachment {
  const [largest, ...rest] = largestFirst(sizes);
  if (!largest) return { kind: "photo", account: place.account, ...said("href", place.href) };
  return {
    ...fileOf("photo", { mime_type: "image/jpeg", ...largest }, place),
    ...(rest.length > 0 ? { smaller: smallerOf(rest) } : {}),
  };
}

function largestFirst(sizes: readonly PhotoSize[]): readonly PhotoSize[] {
  return sizes.toSorted((a, b) => b.width * b.height - a.width * a.height);
}

function smallerOf(sizes: readonly PhotoSize[]): readonly SmallerFile[] {
  return largestFirst(sizes).map(({ file_id, file_unique_id, file_size, width, height }) => ({
    source: file_id,
    ...said("stable", file_unique_id),
    ...said("bytes", file_size),
    ...said("width", width),
    ...said("height", height),
  }));
}

/** Bot API 10.1, Sticker: which of the three formats it has. */
function stickerOf(sticker: Sticker, place: FilePlace): FileAttachment {
  const moving = sticker.is_animated ? "application/x-tgsticker" : undefined;
  const mime_type = sticker.is_video ? "video/webm" : (moving ?? "image/webp");
  return {
    ...fileOf("sticker", { ...sticker, mime_type }, place),
    ...said("name", sticker.set_name),
    ...said("emoji", sticker.emoji),
  };
}

type Emoji = Extract<Node, { kind: "emoji" }>;

const MOST_EMOJI = 3;

/**
 * A text of one to three custom emoji and nothing else, as the big pictures that Telegram shows; else undefined. Which
 * format they have is not told.
 */
export function bigEmoji(
  body: RichText,
  { account, href }: FilePlace,
): readonly FileAttachment[] | undefined {
  const emoji: Emoji[] = [];
  for (const node of body) {
    if (node.kind === "emoji" && node.id) emoji.push(node);
    else if (node.kind !== "text" || node.text.trim() !== "") return undefined;
  }
  if (emoji.length === 0 || emoji.length > MOST_EMOJI) return undefined;
  return emoji.map(({ id, fallback }) => ({
    kind: "sticker",
    account,
    source: `custom_emoji:${id}`,
    stable: `custom_emoji:${id}`,
    emoji: fallback,
    ...said("href", href),
  }));
}
