// Lists what a Discord message carries beside its text: files, stickers, polls, embeds; parse-message.ts calls it.

import { excerptOf } from "../../model/excerpt.ts";
import type { Attachment, AttachmentKind } from "../../model/message.ts";
import { plainText } from "../../model/rich-text.ts";
import { richText, type Scene } from "./parse-names.ts";
import {
  type AttachmentPayload,
  type ComponentPayload,
  type ContentPayload,
  type EmbedPayload,
  FLAGS,
  hasFlag,
  type MediaPayload,
  type StickerPayload,
} from "./parse-payload.ts";

const EXCERPT = 80;
// Discord, resources/message, Attachment Flags: IS_SPOILER.
const SPOILER = 1 << 3;

/** Previews that Discord made of links are left out: the other side makes its own. */
export function attachmentsOf(from: ContentPayload, scene: Scene): readonly Attachment[] {
  const voice = hasFlag(from, FLAGS.voice);
  return [
    ...(from.attachments ?? []).map((file) => fileOf(file, voice)),
    ...(from.sticker_items ?? []).map(stickerOf),
    ...(from.poll ? [pollOf(from.poll.question?.text)] : []),
    ...(from.embeds ?? [])
      .filter((embed) => !isPreview(embed, from.content ?? ""))
      .map((embed) => embedOf(embed, scene)),
    ...(from.components ?? []).flatMap(mediaOf),
  ];
}

function kindOf(type: string | null | undefined, voice: boolean): AttachmentKind {
  if (type === "image/gif") return "animation";
  switch (type?.split("/")[0]) {
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

function fileOf(file: AttachmentPayload, voice: boolean): Attachment {
  const kind = kindOf(file.content_type, voice);
  const hidden = hasFlag(file, SPOILER) || file.filename?.startsWith("SPOILER_") === true;
  const name = kind === "voice" ? undefined : file.filename?.replace(/^SPOILER_/, "");
  return {
    kind,
    ...(name ? { name } : {}),
    ...(file.size === undefined ? {} : { bytes: file.size }),
    ...(file.duration_secs === undefined ? {} : { seconds: file.duration_secs }),
    ...(file.content_type ? { mime: file.content_type } : {}),
    ...(file.description ? { description: file.description } : {}),
    ...(hidden ? { spoiler: true } : {}),
    ...(file.url ? { source: file.url } : {}),
  };
}

// Discord, resources/sticker, Sticker Format Types: 1 PNG, 2 APNG, 3 LOTTIE, 4 GIF.
const STICKER_FILES: Readonly<Record<number, string>> = { 1: "png", 2: "png", 3: "json", 4: "gif" };

function stickerOf(sticker: StickerPayload): Attachment {
  const file = STICKER_FILES[sticker.format_type ?? 1] ?? "png";
  // A path below the CDN (below the media proxy for GIFs), which both can be configured.
  const source = `/stickers/${sticker.id}.${file}`;
  return { kind: "sticker", ...(sticker.name ? { name: sticker.name } : {}), source };
}

function pollOf(question: string | undefined): Attachment {
  return question ? { kind: "poll", name: question } : { kind: "poll" };
}

/** Every type but `rich` was made of a link, and so was a `rich` one whose address the text names. */
function isPreview(embed: EmbedPayload, content: string): boolean {
  if (embed.type !== undefined && embed.type !== "rich") return true;
  return embed.url !== undefined && content.includes(embed.url);
}

function embedOf(embed: EmbedPayload, scene: Scene): Attachment {
  const field = embed.fields?.[0];
  const titles = [
    embed.title,
    embed.author?.name,
    embed.description,
    field && `${field.name}: ${field.value}`,
  ];
  const [name, more] = titles
    .filter((part): part is string => part !== undefined && part.trim() !== "")
    .map((part) => excerptOf(plainText(richText(part, {}, scene)), EXCERPT));
  return { kind: "embed", ...(name ? { name } : {}), ...(more ? { description: more } : {}) };
}

// Discord, components/reference: 11 thumbnail, 12 media gallery, 13 file.
function mediaOf(component: ComponentPayload): readonly Attachment[] {
  const inner = (component.components ?? []).flatMap(mediaOf);
  if (component.type === 11) return [pictureOf(component)];
  if (component.type === 12) return (component.items ?? []).map(pictureOf);
  if (component.type !== 13) return inner;
  return [
    {
      kind: kindOf(component.file?.content_type, false),
      ...(component.name ? { name: component.name } : {}),
      ...(component.size === undefined ? {} : { bytes: component.size }),
      ...(component.spoiler ? { spoiler: true } : {}),
      ...(component.file?.url ? { source: component.file.url } : {}),
    },
  ];
}

function pictureOf({ media, description, spoiler }: MediaPayload): Attachment {
  return {
    kind: kindOf(media?.content_type ?? "image/", false),
    ...(description ? { description } : {}),
    ...(spoiler ? { spoiler: true } : {}),
    ...(media?.url ? { source: media.url } : {}),
  };
}

/** The text of a message made of components (flag IS_COMPONENTS_V2), which has no content. */
export function componentText(components: readonly ComponentPayload[]): string {
  return components
    .flatMap((component) => [
      component.type === 10 ? (component.content ?? "") : "",
      componentText(component.components ?? []),
    ])
    .filter((piece) => piece !== "")
    .join("\n");
}
