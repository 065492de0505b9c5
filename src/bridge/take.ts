// Takes the next delivery of a lane, with the rest of its album or joined with its neighbours, and freezes its calls.

import type { Call, Json } from "../model/delivery.ts";
import { PlatformError } from "../model/errors.ts";
import { type BridgeEvent, conversationOf } from "../model/event.ts";
import { type ConversationRef, type MessageRef, messageKey } from "../model/refs.ts";
import { gatherAlbum, mergeAlbum } from "./album.ts";
import { compose, composeAlbum } from "./compose.ts";
import { giveUp, type Job, type Outcome } from "./deliver.ts";
import { BEHIND_MS, canJoin, join } from "./digest.ts";
import { asPlatformError, type LaneRun, untilStored } from "./lane-run.ts";
import type { Resolved, Share } from "./platform.ts";
import { prepare } from "./prepare.ts";
import { resolve } from "./resolve.ts";
import { decide } from "./retry.ts";
import type { StoredDelivery, StoreTx } from "./store-port.ts";

export type Taken = Job | Waiting | "next" | "stop";

/** Nothing can go now: the budget has no room, or the destination a right too few. */
export type Waiting =
  | {
      readonly pauseMs: number;
      /** What comes may make an end of the waiting. */
      readonly untilNews?: AbortSignal;
    }
  | { readonly blocked: PlatformError; readonly delivery: StoredDelivery };

/** In the order in which they go when all of them may. */
const SHARES: readonly Share[] = ["text", "delete", "change"];
/** How often the waiting deliveries are counted, at most; in between one is taken off for each that was sent. */
const COUNT_EVERY_MS = 250;
const COUNT_UP_TO = 1_000;
/** More than one message can hold. */
const LOOK_AHEAD = 500;
/** A lane that waits for its budget looks again after this time: an edit has a share of its own. */
const LOOK_AGAIN_MS = 1_000;

/** Writes the last outcome and takes the next delivery, composed and frozen: one transaction per delivery. */
export async function take(run: LaneRun, outcome: Outcome | undefined): Promise<Taken> {
  const preparing = prepare(run);
  // A destination that must be asked can be long in answering; what was just sent is written down meanwhile.
  const late = outcome !== undefined && !(await isReady(preparing));
  if (late) await untilStored(run, () => run.store.transaction(outcome));
  const prepared = await preparing;
  return await untilStored(run, () =>
    run.store.transaction(async (tx): Promise<Taken> => {
      if (!late) await outcome?.(tx);
      if (prepared === "stop" || run.stopping.aborted) return "stop";
      const front = await lookAt(run, tx);
      const head = front[0];
      if (!head) return "stop";
      if (prepared instanceof PlatformError) return refuse(run, tx, head, prepared);
      // A retry sends what was frozen, even after an upgrade that would render it in another way.
      if (head.calls) return { ...frozenJob(head, head.calls), inDoubt: true };
      const chosen = choose(run, front);
      if ("pauseMs" in chosen) return chosen;
      const album =
        chosen.id <= run.memory.aloneUntil ? undefined : gatherAlbum(front, chosen, run.clock.now());
      if (album && album.waitMs > 0) return { pauseMs: album.waitMs, untilNews: run.news.signal };
      if (album && album.members.length > 1) return freezeAlbum(run, tx, album.members, prepared.value);
      return freezeNext(run, tx, front, chosen, prepared.value);
    }),
  );
}

/** The destination cannot even be prepared for. */
async function refuse(
  run: LaneRun,
  tx: StoreTx,
  delivery: StoredDelivery,
  failure: PlatformError,
): Promise<Taken> {
  const now = run.clock.now();
  const { verdict } = decide(failure.fate, 0, now - delivery.createdAt, 0);
  if (verdict === "blocked") return { blocked: failure, delivery };
  await giveUp(run, { delivery, calls: [], frozenAt: now }, failure)(tx);
  return "next";
}

function isReady(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

function frozenJob(delivery: StoredDelivery, calls: readonly Call[]): Job {
  return { delivery, calls, frozenAt: delivery.frozenAt ?? delivery.createdAt };
}

/** The head alone, or, when the lane is behind, what stands behind it as well. */
async function lookAt(run: LaneRun, tx: StoreTx): Promise<readonly StoredDelivery[]> {
  const { memory, budget, to } = run;
  const begun = memory.isBegun ? undefined : await findBegun(run, tx);
  if (begun) return [begun];
  const front = await tx.outbox.front(to, 1);
  if (front.length === 0) return front;
  const now = run.clock.now();
  const isOld = now - memory.depth.at >= COUNT_EVERY_MS || now < memory.depth.at;
  if (isOld || memory.depth.count < 1) {
    memory.depth = { count: await tx.outbox.depth(to, COUNT_UP_TO), at: now };
  }
  const waits = SHARES.some((share) => budget.waitMs(share) > 0);
  const isAlbum = front[0]?.event.kind === "message.created" && front[0].event.message.album !== undefined;
  return waits || isAlbum || isBehind(run, front) ? tx.outbox.front(to, LOOK_AHEAD) : front;
}

/**
 * What was frozen before the lane last stopped goes first: text may have passed a change, and nothing new may be made
 * while nobody knows whether the old one was.
 */
async function findBegun({ memory, to }: LaneRun, tx: StoreTx): Promise<StoredDelivery | undefined> {
  memory.isBegun = true;
  return (await tx.outbox.front(to, LOOK_AHEAD)).find(({ calls }) => calls !== undefined);
}

/** The head has waited too long, or the last one will have. */
function isBehind({ memory, budget, clock }: LaneRun, [head]: readonly StoredDelivery[]): boolean {
  const { count } = memory.depth;
  if (!head || count < 2) return false;
  if (clock.now() - head.createdAt > BEHIND_MS) return true;
  return Math.max(budget.forecastMs("text", count), count * memory.callMs) > BEHIND_MS;
}

/**
 * The head when it may go now. Otherwise text goes before changes that wait for their share, and a change whose share
 * is free before text that waits: what is changed was sent long ago, or its change would have been folded into it.
 */
function choose(
  run: LaneRun,
  front: readonly StoredDelivery[],
): StoredDelivery | { readonly pauseMs: number } {
  const first = (share: Share) =>
    front.find((delivery) => shareOfEvent(delivery.event) === share && !isAboutWaiting(delivery, front));
  const candidates = SHARES.flatMap((share) => {
    const delivery = first(share);
    return delivery ? [{ delivery, waitMs: run.budget.waitMs(share) }] : [];
  });
  const ready = candidates.filter(({ waitMs }) => waitMs <= 0).map(({ delivery }) => delivery);
  const chosen = ready.find((delivery) => delivery === front[0]) ?? ready[0];
  if (chosen) return chosen;
  return { pauseMs: Math.min(LOOK_AGAIN_MS, ...candidates.map(({ waitMs }) => waitMs)) };
}

/** An edit that came while its message was on its way, which then had to wait again. */
function isAboutWaiting({ id, event }: StoredDelivery, front: readonly StoredDelivery[]): boolean {
  const refs = new Set(subjectsOf(event).map(messageKey));
  if (refs.size === 0) return false;
  return front.some(
    (other) =>
      other.id < id &&
      other.event.kind === "message.created" &&
      refs.has(messageKey(other.event.message.ref)),
  );
}

/** The older messages an event is about. */
function subjectsOf(event: BridgeEvent): readonly MessageRef[] {
  switch (event.kind) {
    case "message.edited":
      return [event.message.ref];
    case "message.deleted":
      return event.refs;
    case "marks.changed":
      return [event.about];
    case "pin.changed":
      return [event.target];
    case "poll.closed":
      return "conversation" in event.target ? [event.target] : [];
    default:
      return [];
  }
}

function shareOfEvent({ kind }: BridgeEvent): Share {
  if (kind === "message.deleted") return "delete";
  return kind === "message.created" || kind === "notice" ? "text" : "change";
}

async function freezeNext(
  run: LaneRun,
  tx: StoreTx,
  front: readonly StoredDelivery[],
  chosen: StoredDelivery,
  prepared: Json,
): Promise<Job | "next"> {
  const { at, mark, known } = moment(run, prepared, conversationOf(chosen.event));
  const joined = isBehind(run, front) ? attempt(() => joinFrom(run, front, chosen, known)) : undefined;
  const more = { at, ...(mark !== undefined && { mark }) };
  const frozen: StoredDelivery = { ...chosen, frozenAt: at, ...more };
  if (joined && !(joined instanceof PlatformError)) {
    const [, ...others] = joined.ids;
    await tx.outbox.freeze(chosen.id, [joined.call], { ...more, joined: others });
    run.memory.depth.count -= joined.ids.length;
    return frozenJob(frozen, [joined.call]);
  }
  const resolved = await resolve(tx, chosen.event, run.to);
  const calls = attempt(() =>
    compose(chosen.event, run.to, run.platform, { ...known, ...resolved.known }, resolved.standing),
  );
  run.memory.depth.count -= 1;
  if (calls instanceof PlatformError) {
    await giveUp(run, { delivery: chosen, calls: [], frozenAt: at }, calls)(tx);
    return "next";
  }
  if (calls.length === 0) {
    await tx.outbox.finish(chosen.id);
    return "next";
  }
  await tx.outbox.freeze(chosen.id, calls, more);
  return frozenJob(frozen, calls);
}

/** The album in one go, or as much of it as can stand together; its first delivery carries the others. */
async function freezeAlbum(
  run: LaneRun,
  tx: StoreTx,
  members: readonly StoredDelivery[],
  prepared: Json,
): Promise<Job | "next"> {
  const { at, mark, known } = moment(run, prepared, members[0] && conversationOf(members[0].event));
  const messages = members.flatMap(({ event }) => (event.kind === "message.created" ? [event.message] : []));
  const [first, ...others] = messages;
  const [head, ...rest] = members;
  if (!first || !head) return "next";
  const whole = mergeAlbum([first, ...others]);
  const resolved = await resolve(tx, { kind: "message.created", message: whole }, run.to);
  const composed = attempt(() =>
    composeAlbum([first, ...others], run.to, run.platform, { ...known, ...resolved.known }),
  );
  if (!composed || composed instanceof PlatformError) {
    run.memory.aloneUntil = members.at(-1)?.id ?? head.id;
    return "next";
  }
  const { calls, count } = composed;
  const more = { at, ...(mark !== undefined && { mark }) };
  await tx.outbox.freeze(head.id, calls, { ...more, joined: rest.slice(0, count - 1).map(({ id }) => id) });
  run.memory.depth.count -= count;
  return frozenJob({ ...head, frozenAt: at, ...more }, calls);
}

/** What our own code stumbles over is given up alone: it must not stop what stands behind it. */
function attempt<T>(make: () => T): T | PlatformError {
  try {
    return make();
  } catch (error) {
    return asPlatformError(error);
  }
}

/** `of`: where what is told comes from. */
function moment(run: LaneRun, prepared: Json, of: ConversationRef | undefined) {
  const { clock, platform, to, texts, shows, attribution, platformWord } = run;
  const at = clock.now();
  const style = attribution();
  const known: Resolved = {
    ...{ prepared, now: at, texts, phones: shows(to, "phones") },
    ...(style && { attribution: style, ...(of && { platform: platformWord(of.account) }) }),
  };
  return { at, mark: platform.mark?.(to), known };
}

/** Text that waits behind `chosen` goes with it; the changes between them are about what was sent before. */
function joinFrom(run: LaneRun, front: readonly StoredDelivery[], chosen: StoredDelivery, known: Resolved) {
  if (!canJoin(chosen.event) || chosen.id <= run.memory.aloneUntil) return undefined;
  const text = front.filter(({ id, event }) => id >= chosen.id && shareOfEvent(event) === "text");
  return join(text, run.platform, known);
}
