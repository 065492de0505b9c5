// Takes raw updates from every source: on disk with all that follows from them first, then acknowledged.

import type { Clock } from "../model/clock.ts";
import type { RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { ConversationRef } from "../model/refs.ts";
import type { BridgeTable } from "./bridge-table.ts";
import { createOutgoing, type Outgoing } from "./outgoing.ts";
import type { Platform } from "./platform.ts";
import type { Log } from "./ports.ts";
import { route } from "./route.ts";
import type { Store, StoreTx } from "./store-port.ts";

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
  const { table, platform, clock } = parts;
  for (const event of events ?? []) {
    await route(event, { tx, table, platform, outgoing, now: clock.now() });
  }
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
