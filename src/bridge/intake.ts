// Takes raw updates from every source: on disk with all that follows from them first, then acknowledged.

import type { Clock } from "../model/clock.ts";
import type { Delivery, RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { ConversationRef, MessageRef } from "../model/refs.ts";
import type { BridgeTable } from "./bridge-table.ts";
import { createOutgoing, type Outgoing } from "./outgoing.ts";
import { plan } from "./plan.ts";
import type { Platform } from "./platform.ts";
import type { Log } from "./ports.ts";
import type { Store, StoreTx } from "./store-port.ts";

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

export interface Intake {
  /** Resolves once the update and all that follows from it is on disk. */
  accept(raw: RawUpdate): Promise<void>;
  /** Parses buried updates again, as an admin asked; what is understood now goes its way, late but whole. */
  carryAgain(tx: StoreTx): Promise<void>;
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
export function createIntake(parts: IntakeParts): Intake {
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
    carryAgain: (tx) => carryAgain(tx, parts),
  };
}

/** Journal, parse, plan, outbox: everything between the bytes and the lanes, within one transaction. */
async function follow(
  tx: StoreTx,
  raws: readonly RawUpdate[],
  parts: IntakeParts,
): Promise<readonly ConversationRef[]> {
  const outgoing = createOutgoing(tx, parts.clock.now());
  for (const raw of await tx.journal.insert(raws)) await carry(tx, raw, parts, outgoing);
  return outgoing.store();
}

async function carryAgain(tx: StoreTx, parts: IntakeParts): Promise<void> {
  const outgoing = createOutgoing(tx, parts.clock.now());
  for (const raw of await tx.journal.again()) {
    if (await carry(tx, raw, parts, outgoing)) await tx.journal.settle(raw.account, raw.key);
  }
  for (const lane of await outgoing.store()) parts.wake(lane);
}

/** False when the update could not be understood. */
async function carry(tx: StoreTx, raw: RawUpdate, parts: IntakeParts, outgoing: Outgoing): Promise<boolean> {
  const events = await parse(tx, raw, parts);
  for (const event of events ?? []) await route(tx, event, parts, outgoing);
  return events !== undefined;
}

async function parse(
  tx: StoreTx,
  raw: RawUpdate,
  parts: IntakeParts,
): Promise<readonly BridgeEvent[] | undefined> {
  try {
    return parts.platform(raw.account).parse(raw);
  } catch (error) {
    // Stored and acknowledged: a poison update must not block its chat, and can be parsed again after an upgrade.
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : "unknown";
    parts.log.error({ account: raw.account, key: raw.key, reason }, "an update could not be understood");
    await tx.journal.bury(raw, reason);
    return undefined;
  }
}

async function route(tx: StoreTx, event: BridgeEvent, parts: IntakeParts, outgoing: Outgoing): Promise<void> {
  if (event.kind === "conversation.moved")
    return await moveConversation(tx, event.from, event.to, parts.table);
  const planned = plan(event, parts.table, (account) => parts.platform(account).capabilities);
  for (const delivery of planned) await routeOne(tx, delivery, parts, outgoing);
  if (event.kind !== "message.created" || planned.length === 0) return;
  for (const held of await tx.held.release([event.message.ref])) await routeOne(tx, held, parts, outgoing);
}

/** Edits and deletes of what was not carried wait for their message for a while: they may have overtaken it. */
async function routeOne(
  tx: StoreTx,
  delivery: Delivery,
  parts: IntakeParts,
  outgoing: Outgoing,
): Promise<void> {
  const { event, to } = delivery;
  const hold = (waitsFor: MessageRef, about: BridgeEvent) =>
    tx.held.hold([{ waitsFor, delivery: { event: about, to }, until: parts.clock.now() + HOLD_MS }]);
  switch (event.kind) {
    case "message.edited":
      if (!(await outgoing.edit(event.message, to))) await hold(event.message.ref, event);
      return;
    case "message.deleted": {
      const refs: MessageRef[] = [];
      for (const ref of event.refs) {
        const left = await outgoing.cancel(ref, to);
        if (left === "delete") refs.push(ref);
        if (left === "unknown") await hold(ref, { ...event, refs: [ref] });
      }
      if (refs.length > 0) outgoing.add({ event: { ...event, refs }, to });
      return;
    }
    default:
      outgoing.add(delivery);
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
