// Takes raw updates from every source: on disk with all that follows from them first, then acknowledged.

import type { Clock } from "../model/clock.ts";
import type { Delivery, RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import { type ConversationRef, conversationKey, type MessageRef, messageKey } from "../model/refs.ts";
import type { BridgeTable } from "./bridge-table.ts";
import { plan } from "./plan.ts";
import type { Platform } from "./platform.ts";
import type { HeldDelivery, Log, Store, StoreTx } from "./ports.ts";

/** How long an edit or delete waits for the message it overtook. */
export const HOLD_MS = 10_000;

export interface IntakeParts {
  readonly store: Store;
  readonly table: BridgeTable;
  readonly platform: (account: string) => Platform;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once for each lane that gets something, within the transaction: what the lane reads comes after it. */
  readonly wake: (lane: ConversationRef) => void;
}

interface Waiting {
  readonly raw: RawUpdate;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * `accept` resolves when the update and its deliveries are committed, in the order of the calls. When a commit fails,
 * it rejects for all that were waiting, so that a source never stores a later position before an earlier update.
 */
export function createIntake(parts: IntakeParts): { accept(raw: RawUpdate): Promise<void> } {
  let queue: Waiting[] = [];
  let scheduled = false;

  const commit = async () => {
    let batch: readonly Waiting[] | undefined;
    const take = () => {
      scheduled = false;
      const taken = queue;
      queue = [];
      return taken;
    };
    try {
      await parts.store.transaction(async (tx) => {
        batch ??= take();
        const raws = batch.map(({ raw }) => raw);
        // Before the commit: a lane's own transaction comes behind this one, and may share its disk flush.
        for (const lane of await follow(tx, raws, parts)) parts.wake(lane);
      });
      for (const { resolve } of batch ?? []) resolve();
    } catch (error) {
      for (const { reject } of [...(batch ?? []), ...take()]) reject(error);
    }
  };

  return {
    accept: (raw) =>
      new Promise((resolve, reject) => {
        queue.push({ raw, resolve, reject });
        if (scheduled) return;
        scheduled = true;
        void commit();
      }),
  };
}

/** Journal, parse, plan, outbox: everything between the bytes and the lanes, within one transaction. */
async function follow(
  tx: StoreTx,
  raws: readonly RawUpdate[],
  parts: IntakeParts,
): Promise<readonly ConversationRef[]> {
  const created = new Set<string>();
  const deliveries: Delivery[] = [];
  for (const raw of await tx.journal.insert(raws)) {
    for (const event of await parse(tx, raw, parts)) {
      deliveries.push(...(await route(tx, event, parts, created)));
    }
  }
  if (deliveries.length > 0) await tx.outbox.append(deliveries);
  return [...new Map(deliveries.map(({ to }) => [conversationKey(to), to])).values()];
}

async function parse(tx: StoreTx, raw: RawUpdate, parts: IntakeParts): Promise<readonly BridgeEvent[]> {
  try {
    return parts.platform(raw.account).parse(raw);
  } catch (error) {
    // Stored and acknowledged: a poison update must not block its chat, and can be replayed after an upgrade.
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
    parts.log.error({ account: raw.account, key: raw.key, reason }, "an update could not be understood");
    await tx.journal.bury(raw, reason);
    return [];
  }
}

async function route(
  tx: StoreTx,
  event: BridgeEvent,
  parts: IntakeParts,
  created: Set<string>,
): Promise<readonly Delivery[]> {
  if (event.kind === "conversation.moved") {
    await moveConversation(tx, event.from, event.to, parts.table);
    return [];
  }
  const planned = plan(event, parts.table, (account) => parts.platform(account).capabilities);
  switch (event.kind) {
    case "message.created": {
      if (planned.length === 0) return [];
      created.add(messageKey(event.message.ref));
      return [...planned, ...(await tx.held.release([event.message.ref]))];
    }
    case "message.edited":
      return keepKnown(tx, planned, created, parts.clock, [event.message.ref], () => event);
    case "message.deleted":
      return keepKnown(tx, planned, created, parts.clock, event.refs, (refs) => ({ ...event, refs }));
    default:
      return planned;
  }
}

/** Stores the new id of a conversation, takes its lane along, and routes by it from now on. */
export async function moveConversation(
  tx: StoreTx,
  from: ConversationRef,
  to: ConversationRef,
  table: BridgeTable,
): Promise<void> {
  await tx.moves.add(from, to);
  await tx.outbox.move(from, to);
  table.move(from, to);
}

/** Lets through what is about messages that were carried; the rest waits for its message for a while. */
async function keepKnown(
  tx: StoreTx,
  planned: readonly Delivery[],
  created: ReadonlySet<string>,
  clock: Clock,
  refs: readonly MessageRef[],
  about: (refs: readonly MessageRef[]) => BridgeEvent,
): Promise<readonly Delivery[]> {
  const out: Delivery[] = [];
  const held: HeldDelivery[] = [];
  for (const { to } of planned) {
    const known: MessageRef[] = [];
    for (const ref of refs) {
      if (created.has(messageKey(ref)) || (await isCarried(tx, ref, to))) known.push(ref);
      else held.push({ waitsFor: ref, delivery: { event: about([ref]), to }, until: clock.now() + HOLD_MS });
    }
    if (known.length > 0) out.push({ event: about(known), to });
  }
  if (held.length > 0) await tx.held.hold(held);
  return out;
}

async function isCarried(tx: StoreTx, ref: MessageRef, to: ConversationRef): Promise<boolean> {
  return (await tx.outbox.carries(ref, to)) || (await tx.map.copies(ref, to)).length > 0;
}
