// The updates of one bot that are not confirmed yet; getUpdates and the webhook both take from here.

import type { Message } from "../types.ts";

const DEFAULT_OFF = ["chat_member", "message_reaction", "message_reaction_count"] as const;

export const UPDATE_KINDS = [
  "message",
  "edited_message",
  "channel_post",
  "edited_channel_post",
  "message_reaction",
  "message_reaction_count",
  "inline_query",
  "chosen_inline_result",
  "callback_query",
  "shipping_query",
  "pre_checkout_query",
  "purchased_paid_media",
  "poll",
  "poll_answer",
  "my_chat_member",
  "chat_member",
  "chat_join_request",
  "chat_boost",
  "removed_chat_boost",
  "business_connection",
  "business_message",
  "edited_business_message",
  "deleted_business_messages",
  "guest_message",
  "managed_bot",
] as const;

export type UpdateKind = (typeof UPDATE_KINDS)[number];

export interface Update {
  readonly update_id: number;
  readonly message?: Message;
  readonly [kind: string]: unknown;
}

export interface QueuedUpdate {
  readonly id: number;
  readonly update: Update;
  /** Updates of one lane are delivered one after the other. */
  readonly lane: string;
  /** Milliseconds since 1970; dropped after it. */
  readonly expiresAt: number;
}

const MAX_UPDATES = 100_000; // tdlib TQueue.cpp

/** Owns the queue of a bot. Ids grow by one from a random start. */
export class UpdateQueue {
  #nextId: number;
  readonly #items = new Map<number, QueuedUpdate>();
  readonly #listeners = new Set<(item: QueuedUpdate) => void>();

  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** The id the next update will get. */
  get tail(): number {
    return this.#nextId;
  }

  get size(): number {
    return this.#items.size;
  }

  /** Oldest first. */
  items(): MapIterator<QueuedUpdate> {
    return this.#items.values();
  }

  push(kind: UpdateKind, payload: unknown, lane: string, expiresAt: number): void {
    const id = this.#nextId++;
    if (this.#items.size >= MAX_UPDATES) return;
    const item = { id, update: { update_id: id, [kind]: payload }, lane, expiresAt };
    this.#items.set(id, item);
    for (const listener of this.#listeners) listener(item);
  }

  /** Forgets all updates with an id below `id`. */
  confirmBelow(id: number): void {
    for (const known of this.#items.keys()) {
      if (known >= id) return;
      this.#items.delete(known);
    }
  }

  remove(id: number): void {
    this.#items.delete(id);
  }

  dropExpired(now: number): void {
    for (const item of this.#items.values()) if (item.expiresAt <= now) this.#items.delete(item.id);
  }

  clear(): void {
    this.#items.clear();
  }

  onPush(listener: (item: QueuedUpdate) => void): void {
    this.#listeners.add(listener);
  }
}

/**
 * The kinds a list of names asks for: [] or only unknown names mean the default, unknown names are skipped.
 * Client.cpp, get_allowed_update_types.
 */
export function allowedKinds(names: readonly unknown[]): ReadonlySet<UpdateKind> | undefined {
  const known = UPDATE_KINDS.filter((kind) => names.includes(kind));
  return known.length === 0 ? undefined : new Set(known);
}

export function isAllowed(kind: UpdateKind, allowed: ReadonlySet<UpdateKind> | undefined): boolean {
  return allowed ? allowed.has(kind) : !(DEFAULT_OFF as readonly string[]).includes(kind);
}
