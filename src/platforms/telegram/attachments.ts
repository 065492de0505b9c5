// Describes every kind of Telegram content that is not text; `parse-content.ts` and `parse-rich.ts` call it.

import type { Message, PhotoSize } from "@grammyjs/types";
import type { Attachment } from "../../model/message.ts";
import { chatName, userName } from "./authors.ts";
import type { FieldOf } from "./message-fields.ts";

type ContentField = FieldOf<"content">;

/** The most that an attachment's name or description shows, in code points. */
const MAX_LABEL = 300;

type Content = { readonly [F in ContentField]: NonNullable<Message[F]> };
type Readers = { readonly [F in ContentField]: (content: Content[F]) => Attachment };

interface File {
  readonly file_id: string;
  readonly file_size?: number;
  readonly duration?: number;
  readonly mime_type?: string;
  readonly file_name?: string;
}

const READERS: Readers = {
  photo: (sizes) => photo(sizes),
  live_photo: (live) => (live.photo ? photo(live.photo) : { ...file(live), kind: "photo" }),
  video: (video) => ({ kind: "video", ...file(video) }),
  animation: (animation) => ({ kind: "animation", ...file(animation) }),
  video_note: (note) => ({ kind: "video-note", ...file(note) }),
  voice: (voice) => ({ kind: "voice", ...file(voice) }),
  document: (document) => ({ kind: "document", ...file(document) }),
  audio: (audio) => ({
    kind: "audio",
    ...file(audio),
    ...label("name", joined([audio.performer, audio.title], " - ") || audio.file_name),
  }),
  sticker: (sticker) => ({
    kind: "sticker",
    ...label("name", joined([sticker.emoji, sticker.set_name], " ")),
    ...(sticker.file_size === undefined ? {} : { bytes: sticker.file_size }),
    source: sticker.file_id,
  }),
  poll: (poll) => ({
    kind: "poll",
    ...label("name", poll.question),
    ...label("description", joined(poll.options?.map((option) => option.text) ?? [], " / ")),
  }),
  venue: (venue) => ({
    kind: "venue",
    ...label("name", joined([venue.title, venue.address], ", ")),
    ...label("description", mapLink(venue.location)),
  }),
  location: (location) => ({
    kind: "location",
    name: `${location.latitude}, ${location.longitude}`,
    ...label("description", mapLink(location)),
  }),
  // The phone number stays on Telegram: who shared it shared it with this group.
  contact: (contact) => ({
    kind: "contact",
    ...label("name", joined([contact.first_name, contact.last_name], " ")),
  }),
  dice: (dice) => ({ kind: "dice", name: `${dice.emoji} ${dice.value}` }),
  game: (game) => ({ kind: "game", ...label("name", game.title), ...label("description", game.description) }),
  invoice: (invoice) => ({
    kind: "invoice",
    ...label("name", invoice.title),
    ...label("description", invoice.description),
  }),
  story: (story) => ({ kind: "story", ...label("name", chatName(story.chat)) }),
  paid_media: (paid) => ({ kind: "paid-media", name: `⭐ ${paid.star_count}` }),
  checklist: (list) => ({
    kind: "checklist",
    ...label("name", list.title),
    ...label("description", joined(list.tasks?.map(task) ?? [], " / ")),
  }),
  giveaway: (giveaway) => ({ kind: "giveaway", ...label("name", giveaway.prize_description) }),
  giveaway_winners: (giveaway) => ({
    kind: "giveaway",
    ...label("name", giveaway.prize_description),
    ...label("description", joined(giveaway.winners?.map(userName) ?? [], ", ")),
  }),
};

/** Every field that can hold content. */
export const CONTENT_FIELDS = Object.keys(READERS) as readonly ContentField[];

/** The attachment that `field` of the message stands for; a shape unlike the documented one is named only. */
export function attachmentOf(field: ContentField, message: Message): Attachment {
  const content = message[field];
  if (typeof content !== "object" || content === null) return { kind: "unsupported", name: field };
  const attachment = (READERS[field] as (content: object) => Attachment)(content);
  return message.has_media_spoiler ? { ...attachment, spoiler: true } : attachment;
}

function file(from: File): Omit<Attachment, "kind"> {
  return {
    ...label("name", from.file_name),
    ...(from.file_size === undefined ? {} : { bytes: from.file_size }),
    ...(from.duration === undefined ? {} : { seconds: from.duration }),
    ...(from.mime_type === undefined ? {} : { mime: from.mime_type }),
    source: from.file_id,
  };
}

/** The largest size stands for the photo. */
function photo(sizes: readonly PhotoSize[]): Attachment {
  const [largest] = sizes.toSorted((a, b) => b.width * b.height - a.width * a.height);
  return largest ? { kind: "photo", ...file(largest) } : { kind: "photo" };
}

function task({ text, completion_date }: { text: string; completion_date?: number }): string {
  return `${completion_date ? "☑" : "☐"} ${text}`;
}

/** OpenStreetMap: open to anyone, without an account or a key. */
function mapLink({ latitude, longitude }: { latitude: number; longitude: number }): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}

function joined(parts: readonly (string | undefined)[], separator: string): string {
  return parts.filter((part) => part !== undefined && part !== "").join(separator);
}

function label<K extends "name" | "description">(
  key: K,
  value: string | undefined,
): { readonly [P in K]?: string } {
  const points = [...(value ?? "").replace(/\s+/g, " ").trim()];
  if (points.length === 0) return {};
  const short = points.length > MAX_LABEL ? `${points.slice(0, MAX_LABEL - 1).join("")}…` : points.join("");
  return { [key]: short } as { readonly [P in K]?: string };
}
