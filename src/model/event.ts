// The canonical facts that cross a bridge; a platform's parser makes them, `plan` turns them into deliveries.

import type { Author, Message } from "./message.ts";
import type { ConversationRef, MessageRef } from "./refs.ts";

/**
 * What happened that has no twin of its own yet, named by a key of locales/<language>/bridge.json under `notice`.
 * `values` fill the ICU message; they are plain text.
 */
export interface Notice {
  readonly key: string;
  readonly values?: Readonly<Record<string, string | number>>;
}

export type BridgeEvent =
  | { readonly kind: "message.created"; readonly message: Message }
  | { readonly kind: "message.edited"; readonly message: Message }
  | {
      readonly kind: "message.deleted";
      readonly conversation: ConversationRef;
      readonly refs: readonly MessageRef[];
    }
  | {
      readonly kind: "notice";
      readonly conversation: ConversationRef;
      readonly notice: Notice;
      readonly by?: Author;
    }
  /** A Telegram group became a supergroup: every stored use of `from` now means `to`. */
  | { readonly kind: "conversation.moved"; readonly from: ConversationRef; readonly to: ConversationRef };

export type EventKind = BridgeEvent["kind"];

/** The conversation an event happened in. */
export function conversationOf(event: BridgeEvent): ConversationRef {
  switch (event.kind) {
    case "message.created":
    case "message.edited":
      return event.message.ref.conversation;
    case "message.deleted":
    case "notice":
      return event.conversation;
    case "conversation.moved":
      return event.from;
  }
}
