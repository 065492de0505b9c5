// What a batch of updates adds to the lanes, with edits and deletes folded into what still waits; `intake.ts` fills it.

import type { Delivery } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { type ConversationRef, conversationKey, type MessageRef, messageKey } from "../model/refs.ts";
import type { StoredDelivery, StoreTx, TraceStep } from "./store-port.ts";

export interface Outgoing {
  add(delivery: Delivery): void;
  /**
   * The message has another text: put into its own delivery while that waits, else into an edit that waits, else at
   * the end of the lane. False when the message is neither on its way to `to` nor there.
   */
  edit(message: Message, to: ConversationRef): Promise<boolean>;
  /** Cancels what waits for the message. What is left to be done about it. */
  cancel(ref: MessageRef, to: ConversationRef): Promise<"nothing" | "delete" | "unknown">;
  /** The lanes in which the message itself waits, whatever threads they lead to. */
  lanesOf(ref: MessageRef): Promise<readonly ConversationRef[]>;
  /** Puts all of it at the end of the lanes, in order; these lanes have something to do. */
  store(): Promise<readonly ConversationRef[]>;
}

type Planned = { delivery: Delivery | undefined };

export function createOutgoing(tx: StoreTx, now: number): Outgoing {
  const planned: Planned[] = [];
  const byMessage = new Map<string, Planned[]>();
  const trace: TraceStep[] = [];
  const inBatch = (ref: MessageRef, to: ConversationRef) =>
    (byMessage.get(keyOf(ref, to)) ?? []).filter(({ delivery }) => delivery !== undefined);
  const note = (about: MessageRef, to: ConversationRef, step: string) =>
    trace.push({ about, to, at: now, step });

  const add = (delivery: Delivery) => {
    const entry: Planned = { delivery };
    planned.push(entry);
    if (!("message" in delivery.event)) return;
    const key = keyOf(delivery.event.message.ref, delivery.to);
    byMessage.set(key, [...(byMessage.get(key) ?? []), entry]);
  };

  return {
    add,
    async edit(message, to) {
      const own = inBatch(message.ref, to).at(-1);
      if (own?.delivery) {
        own.delivery = { event: folded(own.delivery.event, message), to };
        return true;
      }
      const pending = await tx.outbox.pending(message.ref, to);
      const waiting = pending.findLast(isWaiting);
      if (waiting) {
        await tx.outbox.rewrite(waiting.id, folded(waiting.event, message));
        note(message.ref, to, "folded");
        return true;
      }
      if (pending.length === 0 && (await tx.map.copies(message.ref, to)).length === 0) return false;
      add({ event: { kind: "message.edited", message }, to });
      return true;
    },
    async cancel(ref, to) {
      const own = inBatch(ref, to);
      const wasNew = own.some(({ delivery }) => delivery?.event.kind === "message.created");
      for (const entry of own) entry.delivery = undefined;
      if (wasNew) return "nothing";
      const pending = await tx.outbox.pending(ref, to);
      const waiting = pending.filter(isWaiting);
      for (const { id } of waiting) await tx.outbox.finish(id);
      if (waiting.some(({ event }) => event.kind === "message.created")) {
        note(ref, to, "cancelled");
        return "nothing";
      }
      if (pending.length > waiting.length) return "delete";
      return (await tx.map.copies(ref, to)).length > 0 ? "delete" : "unknown";
    },
    lanesOf: async (ref) => [...(await tx.outbox.lanesOf(ref)), ...lanesIn(planned, ref)],
    async store() {
      const deliveries = planned.flatMap(({ delivery }) => delivery ?? []);
      if (deliveries.length > 0) await tx.outbox.append(deliveries);
      if (trace.length > 0) await tx.trace.note(trace);
      return [...new Map(deliveries.map(({ to }) => [conversationKey(to), to])).values()];
    },
  };
}

function lanesIn(planned: readonly Planned[], ref: MessageRef): readonly ConversationRef[] {
  const key = messageKey(ref);
  return planned.flatMap(({ delivery }) => {
    if (delivery?.event.kind !== "message.created") return [];
    return messageKey(delivery.event.message.ref) === key ? [delivery.to] : [];
  });
}

/** Nothing of it was frozen: it can still become another. */
function isWaiting({ state, calls }: StoredDelivery): boolean {
  return state === "waiting" && calls === undefined;
}

/** The new text in the place of the old one; an edit seldom says what is answered, so the first word on it holds. */
function folded(event: BridgeEvent, message: Message): BridgeEvent {
  if (event.kind !== "message.created") return { kind: "message.edited", message };
  const reply = message.reply ?? event.message.reply;
  return { kind: "message.created", message: { ...message, ...(reply && { reply }) } };
}

function keyOf(ref: MessageRef, to: ConversationRef): string {
  return `${messageKey(ref)} ${conversationKey(to)}`;
}
