// Small updates, events and deliveries for the tests of the store.

import type { Poll } from "../../src/model/attachment.ts";
import type { Call, Delivery, RawUpdate } from "../../src/model/delivery.ts";
import type { BridgeEvent } from "../../src/model/event.ts";
import type { ConversationRef, MessageRef } from "../../src/model/refs.ts";

export const group: ConversationRef = { account: "telegram", id: "-1001234567890" };
export const topic: ConversationRef = { ...group, thread: "42" };
export const channel: ConversationRef = { account: "discord", id: "123456789012345678" };
export const room: ConversationRef = { account: "third", id: "room" };

export function message(conversation: ConversationRef, id: string): MessageRef {
  return { conversation, id };
}

export function raw(key: string, more: Partial<RawUpdate> = {}): RawUpdate {
  return { account: "telegram", key, body: `{"update_id":"${key}"}`, receivedAt: 1_000, ...more };
}

export function created(ref: MessageRef, words = "Olá"): BridgeEvent {
  return {
    kind: "message.created",
    message: {
      ref,
      author: { kind: "person", name: "Ana" },
      at: 1_000,
      body: [{ kind: "text", text: words }],
      attachments: [],
    },
  };
}

export function edited(ref: MessageRef): BridgeEvent {
  const event = created(ref, "Olá!");
  return event.kind === "message.created" ? { ...event, kind: "message.edited" } : event;
}

export function notice(key: string): BridgeEvent {
  return { kind: "notice", conversation: group, notice: { key } };
}

export function delivery(key: string, to: ConversationRef = channel): Delivery {
  return { event: notice(key), to };
}

/** Which notice a delivery carries. */
export function keyOf({ event }: Delivery): string {
  return event.kind === "notice" ? event.notice.key : event.kind;
}

export function call(part: number): Call {
  return { op: "create", part, hash: `hash ${part}`, request: { content: `part ${part}` } };
}

export function poll(question: string): Poll {
  const options = ["Sim", "Não"].map((text, i) => ({ id: `${i}`, text }));
  return { question, options, multiple: false, anonymous: false, closed: false };
}
