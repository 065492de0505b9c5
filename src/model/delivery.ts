// What lies on disk between the two platforms: raw updates in the journal, deliveries and their calls in the outbox.

import type { BridgeEvent } from "./event.ts";
import type { AccountId, ConversationRef, MessageRef } from "./refs.ts";

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

/** One piece of a message as the destination will hold it. `hash` tells whether an edit changes anything. */
export interface Part {
  readonly hash: string;
  readonly request: Json;
}

/** One API request, ready to be frozen. `request` belongs to the platform; only its `send` reads it. */
export interface Call {
  readonly op: "create" | "edit" | "delete";
  /** Which part of the message (0 first); for deletes the part that goes. */
  readonly part: number;
  readonly hash: string;
  readonly request: Json;
  /** The source message this call carries; absent for notices. */
  readonly source?: MessageRef;
  /** The copies an edit or delete is about. */
  readonly targets?: readonly MessageRef[];
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
}

/** What a platform answers to a call that made a message. */
export interface Sent {
  readonly ref: MessageRef;
  readonly via?: string;
}
