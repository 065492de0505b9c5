// What lies on disk between the two platforms: raw updates in the journal, deliveries and their calls in the outbox.

import type { BridgeEvent, Reaction } from "./event.ts";
import type { Message } from "./message.ts";
import type { AccountId, ConversationRef, MessageRef } from "./refs.ts";
import type { RichText } from "./rich-text.ts";

/** Any value JSON can hold. */
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json | undefined };

/** Bytes as a platform sent them, not yet understood. */
export interface RawUpdate {
  readonly account: AccountId;
  /** The same for every delivery of the same update; a second one with this key is acknowledged and dropped. */
  readonly key: string;
  /** The update as JSON text. */
  readonly body: string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** A position to store in the same transaction, such as the Gateway sequence: `{ name, value }`. */
  readonly position?: { readonly name: string; readonly value: string };
}

/** One event for one destination. */
export interface Delivery {
  readonly event: BridgeEvent;
  readonly to: ConversationRef;
}

/**
 * What one request makes of a message. `hash` tells whether an edit changes anything, and which form stands there (the
 * platform alone reads it); `more` are those of the further messages that the same request makes (an album).
 */
export interface Part {
  readonly hash: string;
  readonly more?: readonly string[];
  readonly request: Json;
}

/** One API request, ready to be frozen. `request` belongs to the platform; only its `send` reads it. */
export interface Call {
  /** `act` changes what stands there or what belongs to it (a reaction, a pin, a topic's name) and may be done twice. */
  readonly op: "create" | "edit" | "delete" | "act";
  /** Which part of the message (0 first); for deletes the part that goes. */
  readonly part: number;
  readonly hash: string;
  /** Hashes of the further messages a create makes. */
  readonly more?: readonly string[];
  readonly request: Json;
  /** The source message this call carries; absent for notices and for joined messages. */
  readonly source?: MessageRef;
  /** Who wrote that: the id in its account. */
  readonly author?: string;
  /** What a joined message holds once the call is done, in order. */
  readonly joined?: readonly JoinedSection[];
  /** The messages whose sections leave a joined message with this call. */
  readonly leaving?: readonly MessageRef[];
  /** The copies an edit or delete is about. */
  readonly targets?: readonly MessageRef[];
  /** The reactions of ours that stand there once the call is done. */
  readonly reacted?: { readonly about: MessageRef; readonly own: readonly Reaction[] };
}

/** What one joined message shows of one event: a person's message, or a line of the robot. */
export type Section =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "notice"; readonly body: RichText };

/** A section with the message it stands for; a notice stands for none. */
export interface JoinedSection {
  readonly source?: MessageRef;
  readonly section: Section;
}

/** A part that stands on the other side already. */
export interface Copy {
  readonly ref: MessageRef;
  readonly part: number;
  readonly hash: string;
  /** Which sender made it (a Discord webhook id); absent for the bot itself. */
  readonly via?: string;
  /** When it was sent, milliseconds since 1970. */
  readonly at: number;
  /** It shares its message with others: `ref` is a joined message. */
  readonly joined?: boolean;
}

/** What a platform answers to a call that made a message. */
export interface Sent {
  readonly ref: MessageRef;
  readonly via?: string;
  /** The further messages it made, in order. */
  readonly more?: readonly MessageRef[];
  /** It took another form than was frozen (a card in place of a file): this is its hash now. */
  readonly hash?: string;
  /** What updates call the poll that was made. */
  readonly poll?: string;
}
