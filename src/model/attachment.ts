// What a message carries beside its text: files that are sent on, polls, and cards, which are words with a link.

import type { AccountId } from "./refs.ts";
import type { RichText } from "./rich-text.ts";

export type Attachment = FileAttachment | PollAttachment | CardAttachment;
export type AttachmentKind = Attachment["kind"];

export const FILE_KINDS = [
  "photo",
  "video",
  "animation",
  "audio",
  "voice",
  "video-note",
  "document",
  "sticker",
] as const;
/** How a file is shown: a GIF is an `animation` even when it is an MP4. */
export type FileKind = (typeof FILE_KINDS)[number];

/** A file of the source platform. Names and types are what the sender claims: `media` looks at the bytes. */
export interface FileAttachment {
  readonly kind: FileKind;
  /** The account that can open it. */
  readonly account: AccountId;
  /** What that account needs to open it (a file id, a CDN URL). Absent: it cannot be had. Never shown, never logged. */
  readonly source?: string;
  /** The same for the same content for ever, unique within the account: what caches go by. */
  readonly stable?: string;
  readonly name?: string;
  readonly mime?: string;
  readonly bytes?: number;
  readonly seconds?: number;
  readonly width?: number;
  readonly height?: number;
  /** What it shows, in words, for those who cannot see it. */
  readonly alt?: string;
  readonly spoiler?: boolean;
  /** Of music. */
  readonly title?: string;
  readonly performer?: string;
  /** Loudness of a voice message over its time: base64 of one byte a step, 256 steps at most. */
  readonly waveform?: string;
  /** The emoji a sticker or a custom emoji stands for. */
  readonly emoji?: string;
  /** The same picture smaller, largest first; for moving pictures a still one. */
  readonly smaller?: readonly SmallerFile[];
  /** Opens the original for people who may see it; without secrets. */
  readonly href?: string;
}

export interface SmallerFile {
  readonly source: string;
  readonly stable?: string;
  readonly mime?: string;
  readonly bytes?: number;
  readonly width?: number;
  readonly height?: number;
}

export interface PollOption {
  /** What the platform calls it in votes. */
  readonly id: string;
  readonly text: string;
  readonly emoji?: string;
}

export interface Poll {
  readonly question: string;
  readonly options: readonly PollOption[];
  readonly multiple: boolean;
  /** Nobody can see who voted for what. */
  readonly anonymous: boolean;
  /** It has a right answer; only Telegram has such. */
  readonly quiz?: boolean;
  readonly closed: boolean;
  /** Milliseconds since 1970. */
  readonly closesAt?: number;
  /** What is known of the votes cast where it was made: option id -> votes. */
  readonly votes?: Readonly<Record<string, number>>;
}

export interface PollAttachment {
  readonly kind: "poll";
  /** What the platform's updates call it when they do not name its message. */
  readonly id?: string;
  readonly poll: Poll;
}

export const CARD_KINDS = [
  "location",
  "live-location",
  "venue",
  "contact",
  "dice",
  "game",
  "invoice",
  "story",
  "paid-media",
  "checklist",
  "giveaway",
  "gift",
  "command",
  "activity",
  "event",
  "embed",
  "unsupported",
] as const;
export type CardKind = (typeof CARD_KINDS)[number];

/** Words in place of what has no form on the other side: a head line with the kind, and what else is to be read. */
export interface CardAttachment {
  readonly kind: CardKind;
  /** The place, the title, the person, …; plain text. */
  readonly name?: string;
  /** A second fact: an address, a price. */
  readonly description?: string;
  /** Where the head line leads: a map, the page of an embed. */
  readonly href?: string;
  /** Shown only where the bridge shows phone numbers. */
  readonly phone?: string;
  /** What stands below the head line: tasks, the text and fields of an embed. */
  readonly body?: RichText;
}

const FILES: ReadonlySet<string> = new Set(FILE_KINDS);

export function isFile(attachment: Attachment): attachment is FileAttachment {
  return FILES.has(attachment.kind);
}

export function isPoll(attachment: Attachment): attachment is PollAttachment {
  return attachment.kind === "poll";
}
