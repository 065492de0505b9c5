// Finds the files, polls and cards of a message; `content.ts` and `rich.ts` call it.

import type { Message, PollMedia } from "@grammyjs/types";
import { type Attachment, type FileAttachment, isFile } from "../../../model/attachment.ts";
import { isSafeHref } from "../entities/rules.ts";
import { CARD_FIELDS, type CardField, cardIn } from "./cards.ts";
import { FILE_FIELDS, type FileField, type FilePlace, fileIn } from "./files.ts";
import { pollOf } from "./poll.ts";

export type ContentField = FileField | CardField | "poll";

/** Every field that can hold content. */
export const CONTENT_FIELDS: readonly ContentField[] = [...FILE_FIELDS, ...CARD_FIELDS, "poll"];

const FILES: ReadonlySet<string> = new Set(FILE_FIELDS);
/** What Telegram lets a sender hide. */
const COVERED: ReadonlySet<string> = new Set(["photo", "video", "animation"]);

/** What `field` of the message stands for; a shape unlike the documented one is named only. */
export function attachmentsOf(
  field: ContentField,
  message: Message,
  place: FilePlace,
): readonly Attachment[] {
  const content = message[field];
  if (typeof content !== "object" || content === null) return [{ kind: "unsupported", name: field }];
  if (field === "poll") return pollIn(message, place);
  if (!isFileField(field)) return [cardIn(field, content as never, place.href, message)];
  const file = fileIn(field, content as never, place);
  return [message.has_media_spoiler ? hidden(file) : file];
}

function isFileField(field: ContentField): field is FileField {
  return FILES.has(field);
}

export function hidden(file: FileAttachment): FileAttachment {
  return COVERED.has(file.kind) ? { ...file, spoiler: true } : file;
}

/** The poll, and what was put to its question and its options. */
function pollIn({ poll, date }: Message, place: FilePlace): readonly Attachment[] {
  if (!poll) return [];
  const pictures = poll.options.flatMap(({ media, text }) =>
    mediaIn(media, place).map((each) => (isFile(each) && text ? { ...each, alt: text } : each)),
  );
  return [pollOf(poll, date), ...mediaIn(poll.media, place), ...pictures];
}

function mediaIn(media: PollMedia | undefined, place: FilePlace): readonly Attachment[] {
  if (typeof media !== "object" || media === null) return [];
  const shown = shownFields(media).flatMap((field) => attachmentsOf(field, media as Message, place));
  const href = media.link?.url;
  return href && isSafeHref(href) ? [...shown, { kind: "embed", name: href, href }] : shown;
}

/** The older twin of a field, which the server sends beside it [Bot API 10.1, Message]. */
const TWINS: ReadonlyMap<string, string> = new Map([
  ["animation", "document"],
  ["live_photo", "photo"],
  ["venue", "location"],
]);

/** The fields with content, without the twins. */
export function shownFields(message: object): readonly ContentField[] {
  const twins = new Set([...TWINS].filter(([field]) => field in message).map(([, twin]) => twin));
  return CONTENT_FIELDS.filter((field) => field in message && !twins.has(field));
}
