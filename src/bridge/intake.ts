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
import type { RobotTask, Store, StoreTx } from "./store-port.ts";

/** What the robot makes of an event. */
export interface Heard {
  /** To be stored with it. */
  readonly tasks: readonly RobotTask[];
  /** What crosses in its place; absent: nothing of it. */
  readonly carried?: BridgeEvent | undefined;
}

/** The robot, as it stands beside the way of the messages. */
export interface Listener {
  /** Quick; within the transaction, which may run twice. */
  hear(event: BridgeEvent, raw: RawUpdate, index: number): Heard;
  /** There are tasks on disk. */
  wake(): void;
  /** Before the transaction: other events in the place of one, in its order. Never rejects; absent when nobody wants that. */
  before?(event: BridgeEvent): Promise<readonly BridgeEvent[]>;
}

export interface IntakeParts {
  readonly store: Store;
  readonly table: BridgeTable;
  readonly platform: (account: string) => Platform;
  readonly clock: Clock;
  readonly log: Log;
  /** Called once for each lane that gets something, within the transaction: what the lane reads comes after it. */
  readonly wake: (lane: ConversationRef) => void;
  /** Absent: nobody hears, and all is carried. */
  readonly robot?: Listener;
}

export interface Intake {
  /** Resolves once the update and all that follows from it is on disk. */
  accept(raw: RawUpdate): Promise<void>;
  /** Parses buried updates again, as an admin asked; what is understood now goes its way, late but whole. */
  carryAgain(tx: StoreTx): Promise<void>;
}

interface Waiting {
  readonly raw: RawUpdate;
  /** What was made of it beforehand. */
  readonly events?: readonly BridgeEvent[];
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
        // Before the commit: a lane's own transaction comes behind this one, and may share its disk flush.
        for (const lane of await follow(tx, batch, parts)) parts.wake(lane);
      });
      for (const { resolve } of batch ?? []) resolve();
    } catch (error) {
      for (const { reject } of [...(batch ?? []), ...take()]) reject(error);
    }
  };

  const enqueue = (raw: RawUpdate, events?: readonly BridgeEvent[]) =>
    new Promise<void>((resolve, reject) => {
      queue.push({ raw, resolve, reject, ...(events && { events }) });
      if (scheduled) return;
      scheduled = true;
      void commit();
    });
  let turn = Promise.resolve();

  return {
    accept(raw) {
      const { before } = parts.robot ?? {};
      if (!before) return enqueue(raw);
      // One after the other: what takes long must not be overtaken.
      const changed = turn.then(() => changedBy(before, raw, parts));
      turn = changed.then(() => {});
      return changed.then((events) => enqueue(raw, events));
    },
    carryAgain: (tx) => carryAgain(tx, parts),
  };
}

/** Journal, parse, plan, outbox: everything between the bytes and the lanes, within one transaction. */
async function follow(
  tx: StoreTx,
  batch: readonly Waiting[],
  parts: IntakeParts,
): Promise<readonly ConversationRef[]> {
  const outgoing = createOutgoing(tx, parts.clock.now());
  const events = new Map(batch.map((waiting) => [waiting.raw, waiting.events]));
  for (const raw of await tx.journal.insert(batch.map(({ raw }) => raw)))
    await carry(tx, raw, parts, outgoing, events.get(raw));
  return outgoing.store();
}

/** Undefined when it cannot be understood: the transaction says so. */
async function changedBy(
  before: NonNullable<Listener["before"]>,
  raw: RawUpdate,
  { platform }: IntakeParts,
): Promise<readonly BridgeEvent[] | undefined> {
  let events: readonly BridgeEvent[];
  try {
    events = platform(raw.account).parse(raw);
  } catch {
    return undefined;
  }
  const changed: BridgeEvent[] = [];
  for (const event of events) changed.push(...(await before(event)));
  return changed;
}

async function carryAgain(tx: StoreTx, parts: IntakeParts): Promise<void> {
  const outgoing = createOutgoing(tx, parts.clock.now());
  for (const raw of await tx.journal.again()) {
    if (await carry(tx, raw, parts, outgoing)) await tx.journal.settle(raw.account, raw.key);
  }
  for (const lane of await outgoing.store()) parts.wake(lane);
}

/** False when the update could not be understood. */
async function carry(
  tx: StoreTx,
  raw: RawUpdate,
  parts: IntakeParts,
  outgoing: Outgoing,
  changed?: readonly BridgeEvent[],
): Promise<boolean> {
  const events = changed ?? (await parse(tx, raw, parts));
  const { table, platform, clock, robot } = parts;
  for (const [index, event] of (events ?? []).entries()) {
    const { tasks, carried }: Heard = robot?.hear(event, raw, index) ?? { tasks: [], carried: event };
    for (const task of tasks) await tx.tasks.add(task);
    // The tasks are read by a transaction of their own, which comes behind this one.
    if (tasks.length > 0) robot?.wake();
    if (carried) await route(carried, { tx, table, platform, outgoing, now: clock.now() });
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
