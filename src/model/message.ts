// A message as every platform understands it: who wrote it, what it says, what it carries, what it answers.

import type { MessageRef, UserRef } from "./refs.ts";
import type { RichText } from "./rich-text.ts";

/** `anonymous` is a Telegram admin writing as the group; `channel` a channel writing under its own name. */
export type AuthorKind = "person" | "bot" | "channel" | "anonymous";

export interface Author {
  readonly kind: AuthorKind;
  readonly name: string;
  readonly user?: UserRef;
  readonly username?: string;
}

export type AttachmentKind =
  | "photo"
  | "video"
  | "animation"
  | "audio"
  | "voice"
  | "video-note"
  | "document"
  | "sticker"
  | "poll"
  | "location"
  | "venue"
  | "contact"
  | "dice"
  | "game"
  | "invoice"
  | "story"
  | "paid-media"
  | "checklist"
  | "giveaway"
  | "embed"
  | "unsupported";

/** Something a message carries beside its text. `name` is the file's name, the poll's question, the place, … */
export interface Attachment {
  readonly kind: AttachmentKind;
  readonly name?: string;
  readonly bytes?: number;
  readonly seconds?: number;
  readonly mime?: string;
  readonly description?: string;
  readonly spoiler?: boolean;
  /** What the source platform needs to open it (a file id, a CDN URL). Never shown, never logged. */
  readonly source?: string;
}

/** What a message answers. `ref` is absent when the target is unknown; `author` and `excerpt` then still tell. */
export interface Reply {
  readonly ref?: MessageRef;
  readonly author?: string;
  readonly excerpt?: string;
  readonly quote?: RichText;
}

export interface Forward {
  readonly from: string;
  readonly href?: string;
}

export interface Message {
  readonly ref: MessageRef;
  readonly author: Author;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
  readonly reply?: Reply;
  readonly forward?: Forward;
  /** Sent without a notification. */
  readonly silent?: boolean;
  /** False when the author switched link previews off. */
  readonly previews?: boolean;
  /** The bot a user spoke through ("via @gif"). */
  readonly via?: string;
}
