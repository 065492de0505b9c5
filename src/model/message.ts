// A message as every platform understands it: who wrote it, what it says, what it carries, what it answers.

import type { Attachment, FileAttachment } from "./attachment.ts";
import type { Keyboard } from "./buttons.ts";
import type { MessageRef, UserRef } from "./refs.ts";
import type { RichText } from "./rich-text.ts";

/**
 * `anonymous` is a Telegram admin writing as the group; `channel` a channel writing under its own name; `relay` may speak
 * for others, as another bridge would (a webhook of somebody else's, another bot on Telegram); `robot` is MateBot itself, whose words stand under no name on any platform.
 */
export type AuthorKind = "person" | "bot" | "channel" | "anonymous" | "relay" | "robot";

export interface Author {
  readonly kind: AuthorKind;
  readonly name: string;
  /** Who it is; for a channel or a group that writes, its own id. `Platform.face` finds the picture by it. */
  readonly user?: UserRef;
  readonly username?: string;
  /** Their page on the platform, for people. */
  readonly href?: string;
  /** Changes whenever the picture does, where the platform says so in passing (Discord's hash). */
  readonly face?: string;
  /** Whose picture they wear in the place of their own, as they wish; `none`: their first letter. */
  readonly portrait?: UserRef | "none";
  /** As the person's app is set, `pt-br`, where the platform says so in passing. */
  readonly locale?: string;
}

/** What a message answers. `ref` is absent when the target is unknown; `author` and `excerpt` then still tell. */
export interface Reply {
  readonly ref?: MessageRef;
  readonly author?: string;
  readonly excerpt?: string;
  readonly quote?: RichText;
  /** Who wrote it, as far as the update tells. */
  readonly user?: UserRef;
  /** What it says and carries, only where a command (`/…`) answers it. */
  readonly about?: {
    readonly text?: string;
    readonly files: readonly FileAttachment[];
  };
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
  /** The same for all messages of one album, which come one by one; the bridge puts them together. */
  readonly album?: string;
  /** The name of the topic or thread the message stands in, as far as the update tells. */
  readonly topic?: string;
  /** Only of the robot's. */
  readonly buttons?: Keyboard;
}
