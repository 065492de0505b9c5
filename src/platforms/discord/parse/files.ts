// Makes files of a message's attachments, stickers, emoji and GIF picks; the parsers of messages and components call it.

import type { CardAttachment, FileAttachment, FileKind } from "../../../model/attachment.ts";
import type { AccountId } from "../../../model/refs.ts";
import type { Node, RichText } from "../../../model/rich-text.ts";
import { writeSource } from "../files/file-source.ts";
import {
  type AttachmentPayload,
  type EmbedPayload,
  hasFlag,
  type MediaPayload,
  type StickerPayload,
} from "./payload.ts";

/** The message a file belongs to. */
export interface FilePlace {
  readonly account: AccountId;
  readonly channel: string;
  readonly message: string;
  /** Opens the message. */
  readonly href?: string | undefined;
}

// Discord, resources/message, Attachment Flags.
const SPOILER = 1 << 3;
const ANIMATED = 1 << 5;

const spoilerName = /^SPOILER_/;

export function fileOf(file: AttachmentPayload, voice: boolean, place: FilePlace): FileAttachment {
  const kind = kindOf(file.content_type, { voice, animated: hasFlag(file, ANIMATED) });
  const name = kind === "voice" ? undefined : nameOf(file);
  const isHidden = hasFlag(file, SPOILER) || spoilerName.test(file.filename ?? "");
  return {
    ...common(kind, file, place),
    ...attachmentSource(file, place),
    ...(name ? { name } : {}),
    ...(file.size === undefined ? {} : { bytes: file.size }),
    ...(file.duration_secs === undefined ? {} : { seconds: file.duration_secs }),
    ...(file.waveform && kind === "voice" ? { waveform: file.waveform } : {}),
    ...(isHidden ? { spoiler: true } : {}),
  };
}

/** Discord makes file names plain and keeps what was typed as the title. */
function nameOf({ filename, title }: AttachmentPayload): string | undefined {
  const plain = filename?.replace(spoilerName, "");
  const ending = /\.\w{1,8}$/.exec(plain ?? "")?.[0] ?? "";
  if (!title) return plain;
  return title.toLowerCase().endsWith(ending.toLowerCase()) ? title : `${title}${ending}`;
}

export function kindOf(
  type: string | null | undefined,
  { voice = false, animated = false }: { readonly voice?: boolean; readonly animated?: boolean } = {},
): FileKind {
  const [mime = ""] = (type ?? "").split(";");
  if (mime === "image/gif" || (animated && mime.startsWith("image/"))) return "animation";
  // No picture to Discord either.
  if (mime === "image/svg+xml") return "document";
  switch (mime.split("/")[0]) {
    case "image":
      return "photo";
    case "video":
      return "video";
    case "audio":
      return voice ? "voice" : "audio";
    default:
      return "document";
  }
}

function common(
  kind: FileKind,
  file: Pick<MediaPayload, "content_type" | "width" | "height" | "description">,
  { account, href }: FilePlace,
): FileAttachment {
  return {
    kind,
    account,
    ...(file.content_type ? { mime: file.content_type } : {}),
    ...(file.width && file.height ? { width: file.width, height: file.height } : {}),
    ...(file.description ? { alt: file.description } : {}),
    ...(href ? { href } : {}),
  };
}

function attachmentSource(
  { id, url }: { readonly id?: string; readonly url?: string },
  { channel, message }: FilePlace,
): Pick<FileAttachment, "source" | "stable"> {
  if (!id || !url) return {};
  const source = writeSource({ kind: "attachment", channel, message, id, url });
  return { source, stable: `attachment:${id}` };
}

/** A picture or video of an embed or a component: an attachment of the message, or Discord's copy of another site's. */
export function mediaOf(
  media: MediaPayload,
  place: FilePlace,
  more: Partial<FileAttachment> = {},
): FileAttachment {
  const { attachment_id: id, url, proxy_url: copy } = media;
  const address = copy || url;
  const proxied = address ? { source: writeSource({ kind: "proxy", url: address }) } : {};
  const source = id && url ? attachmentSource({ id, url }, place) : proxied;
  return { ...common(kindOf(media.content_type ?? guessedType(url)), media, place), ...source, ...more };
}

function guessedType(url: string | undefined): string {
  return /\.gif$/i.test(URL.parse(url ?? "")?.pathname ?? "") ? "image/gif" : "image/";
}

interface StickerFormat {
  readonly mime: string;
  readonly host: "cdn" | "media";
  readonly ending: string;
}

// Discord, resources/sticker, Sticker Format Types; reference, CDN Endpoints: GIFs are on the media host.
const STICKER_FORMATS: ReadonlyMap<number, StickerFormat> = new Map([
  [1, { mime: "image/png", host: "cdn", ending: "png" }],
  [2, { mime: "image/apng", host: "cdn", ending: "png" }],
  [3, { mime: "application/vnd.lottie+json", host: "cdn", ending: "json" }],
  [4, { mime: "image/gif", host: "media", ending: "gif" }],
]);

export function stickerOf(sticker: StickerPayload, place: FilePlace): FileAttachment | CardAttachment {
  const { id, name, format_type: type = 1 } = sticker;
  const format = STICKER_FORMATS.get(type);
  if (!format) {
    return { kind: "unsupported", name: `sticker format ${type}`, ...(name ? { description: name } : {}) };
  }
  const path = `/stickers/${id}.${format.ending}`;
  return {
    ...common("sticker", { content_type: format.mime }, place),
    source: writeSource({ kind: format.host, path }),
    stable: `sticker:${id}`,
    ...(name ? { name } : {}),
  };
}

type Emoji = Extract<Node, { kind: "emoji" }>;

const MOST_EMOJI = 3;

/** A text of one to three custom emoji and nothing else, as the big pictures that Discord shows; else undefined. */
export function bigEmoji(body: RichText, place: FilePlace): readonly FileAttachment[] | undefined {
  const emoji: Emoji[] = [];
  for (const node of body) {
    if (node.kind === "emoji" && node.id) emoji.push(node);
    else if (node.kind !== "text" || node.text.trim() !== "") return undefined;
  }
  if (emoji.length === 0 || emoji.length > MOST_EMOJI) return undefined;
  return emoji.map(({ id, name, animated, fallback }) => ({
    ...common("sticker", { content_type: "image/webp" }, place),
    // Discord, reference, Image Formatting: some emoji can be had as WebP only.
    source: writeSource({ kind: "cdn", path: `/emojis/${id}.webp${animated ? "?animated=true" : ""}` }),
    stable: `emoji:${id}`,
    name,
    emoji: fallback,
  }));
}

/** The GIF somebody picked (Tenor, Giphy): Discord sends its link and nothing else; undefined for other texts. */
export function gifPick(
  content: string,
  embeds: readonly EmbedPayload[],
  place: FilePlace,
): FileAttachment | undefined {
  const [embed] = embeds;
  if (embeds.length !== 1 || embed?.type !== "gifv" || !embed.video) return undefined;
  if (!embed.url || content.trim() !== embed.url) return undefined;
  const { url } = embed.video;
  const video = { content_type: "video/mp4", ...embed.video };
  // The address of a GIF in their collections never shows another one.
  const stable = url ? { stable: `url:${url}` } : {};
  return mediaOf(video, { ...place, href: embed.url }, { kind: "animation", ...stable });
}
