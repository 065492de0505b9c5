// Reads what the components of a message hold: texts, files, links; attachments.ts and message.ts call it.

import type { Attachment } from "../../../model/attachment.ts";
import { type Node, type RichText, text } from "../../../model/rich-text.ts";
import { COMPONENT_TYPES, type Kind } from "../kinds.ts";
import { type FilePlace, kindOf, mediaOf } from "./files.ts";
import { joinLines } from "./lines.ts";
import { emojiWords, richText, type Scene } from "./names.ts";
import type { ComponentPayload, ContentPayload, GalleryItemPayload } from "./payload.ts";

// Discord, components/reference, Component Types.
const ACTION_ROW = 1;
const BUTTON = 2;
const TEXT_DISPLAY = 10;
const THUMBNAIL = 11;
const MEDIA_GALLERY = 12;
const FILE = 13;

const KINDS: ReadonlyMap<string, Kind> = new Map(Object.entries(COMPONENT_TYPES));

function inside({ components = [], accessory }: ComponentPayload): readonly ComponentPayload[] {
  return accessory ? [...components, accessory] : components;
}

/** The texts in order, each on lines of its own, and the buttons that open a page as links. */
export function componentText(from: ContentPayload, scene: Scene): RichText {
  return joinLines((from.components ?? []).map((component) => textOf(component, from, scene)));
}

function textOf(component: ComponentPayload, from: ContentPayload, scene: Scene): RichText {
  switch (component.type) {
    case TEXT_DISPLAY:
      return richText(component.content?.trim() ?? "", from, scene);
    case BUTTON:
      return link(component);
    case ACTION_ROW: {
      const links = inside(component).map((each) => textOf(each, from, scene));
      return links
        .filter((each) => each.length > 0)
        .flatMap((each, i) => (i === 0 ? each : [text(" · "), ...each]));
    }
    default: {
      const own = KINDS.has(`${component.type}`) ? [] : richText(component.content ?? "", from, scene);
      const lines = joinLines([own, ...inside(component).map((each) => textOf(each, from, scene))]);
      return component.spoiler && lines.length > 0 ? [{ kind: "spoiler", children: lines }] : lines;
    }
  }
}

function link({ url, label, emoji }: ComponentPayload): readonly Node[] {
  if (!url) return [];
  const words = [emoji ? emojiWords(emoji) : "", label ?? ""].filter((part) => part !== "").join(" ");
  return [{ kind: "link", href: url, children: [text(words || url)] }];
}

/** The files in order; a component nobody knows is named. */
export function componentFiles(component: ComponentPayload, place: FilePlace): readonly Attachment[] {
  switch (component.type) {
    case THUMBNAIL:
      return pictureOf(component, place);
    case MEDIA_GALLERY:
      return (component.items ?? []).flatMap((item) => pictureOf(item, place));
    case FILE:
      return fileOf(component, place);
  }
  const inner = inside(component).flatMap((each) => componentFiles(each, place));
  const files = component.spoiler ? inner.map(hidden) : inner;
  if (KINDS.has(`${component.type}`)) return files;
  return [{ kind: "unsupported", name: `component ${component.type}` }, ...files];
}

function hidden(attachment: Attachment): Attachment {
  return "account" in attachment ? { ...attachment, spoiler: true } : attachment;
}

function pictureOf(
  { media, description, spoiler }: GalleryItemPayload,
  place: FilePlace,
): readonly Attachment[] {
  if (!media) return [];
  return [
    mediaOf(media, place, {
      ...(description ? { alt: description } : {}),
      ...(spoiler ? { spoiler: true } : {}),
    }),
  ];
}

function fileOf({ file, name, size, spoiler }: ComponentPayload, place: FilePlace): readonly Attachment[] {
  if (!file) return [];
  return [
    mediaOf(file, place, {
      kind: kindOf(file.content_type),
      ...(name ? { name } : {}),
      ...(size === undefined ? {} : { bytes: size }),
      ...(spoiler ? { spoiler: true } : {}),
    }),
  ];
}
