// Makes the sendMessage request of one piece of text, and the hash that tells whether an edit changes it; the renderers call it.

import { createHash } from "node:crypto";
import type { Json, Part } from "../../model/delivery.ts";
import type { ConversationRef } from "../../model/refs.ts";
import type { EntityText } from "./entities-render.ts";
import type { TelegramRequest } from "./request.ts";

/** Bot API 10.1, sendMessage: 1-4096 code points after entities parsing. */
export const MAX_TEXT = 4096;

export type Payload = TelegramRequest["payload"];

/** Never parse_mode: entities need no escaping. */
export function sendPart(piece: EntityText, to: ConversationRef, more: Payload): Part {
  return {
    hash: hashOf(piece),
    request: request("sendMessage", {
      ...target(to),
      text: piece.text,
      entities: entitiesJson(piece),
      ...more,
    }),
  };
}

export function request(method: string, payload: Payload): Json {
  const made: TelegramRequest = { method, payload };
  return { ...made };
}

export function entitiesJson(piece: EntityText): readonly Json[] {
  return piece.entities.map((entity) => ({ ...entity }) as Json);
}

export function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count += 1;
  return count;
}

/** The general topic (1) is named by leaving it out: else "message thread not found" [tdlib Client.cpp]. */
function target(to: ConversationRef): Payload {
  const chat = { chat_id: Number(to.id) };
  return to.thread === undefined || to.thread === "1"
    ? chat
    : { ...chat, message_thread_id: Number(to.thread) };
}

/** Of what is seen alone: a reply or a topic does not make an edit necessary. */
function hashOf(piece: EntityText): string {
  return createHash("sha256")
    .update(JSON.stringify([piece.text, piece.entities]))
    .digest("hex")
    .slice(0, 32);
}
