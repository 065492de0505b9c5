// Keys of refs as they stand in the tables, and the way back from a key to the whole ref; all queries use them.

import { type ConversationRef, parseConversation } from "../../model/refs.ts";

/** The conversation a key was made of. @throws Error when the key has another shape */
export function conversationFrom(key: string): ConversationRef {
  const ref = parseConversation(key);
  if (ref === undefined) throw new Error("a conversation key in the database cannot be read");
  return ref;
}

/** The conversation without its thread: copies are found by it. */
export function placeKey(ref: ConversationRef): string {
  return `${ref.account}:${ref.id}`;
}
