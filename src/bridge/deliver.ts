// Sends the frozen calls of one delivery and says what to write about it; `lane.ts` calls it.

import type { Call, Sent } from "../model/delivery.ts";
import { PlatformError } from "../model/errors.ts";
import { conversationKey } from "../model/refs.ts";
import { asPlatformError, idle, type LaneRun, pause, shareOf, untilStored } from "./lane-run.ts";
import type { Doubt } from "./platform.ts";
import { newestOf, record, traceOf } from "./record.ts";
import { post } from "./reports.ts";
import { type Decision, decide } from "./retry.ts";
import type { StoredDelivery, StoreTx } from "./store-port.ts";

export interface Job {
  readonly delivery: StoredDelivery;
  readonly calls: readonly Call[];
  /** Milliseconds since 1970. */
  readonly frozenAt: number;
  /** It was frozen earlier: nobody knows whether its next call was sent. */
  readonly inDoubt?: boolean;
}

/** What is still to be written about an ended delivery; it joins the transaction that takes the next one. */
export type Outcome = (tx: StoreTx) => Promise<void>;

/** After a lost answer the request may still be on its way; nobody is asked about it sooner. */
const SETTLE_MS = 1_000;
/** Of failed questions about a call; after that many they are asked no more seldom. */
const MOST_LOOKS = 3;
/** One call that took longer, or a clock that was set, does not mean that the next ones will. */
const SLOW_CALL_MS = 5_000;

/** Sends what is not done yet, call by call; progress is stored between them. "stop": the lane must end here. */
export async function deliver(run: LaneRun, job: Job): Promise<Outcome | "stop"> {
  const { delivery, calls } = job;
  const rest = calls.slice(delivery.done);
  for (const [index, call] of rest.entries()) {
    const result = await sendUntilDecided(run, job, call, index === 0 && job.inDoubt === true);
    if (result === "stop") return "stop";
    if (result instanceof PlatformError && call.op !== "act") {
      const done = delivery.done + index;
      return giveUp(run, { ...job, delivery: { ...delivery, done } }, result);
    }
    const sentAt = run.clock.now();
    const write = (tx: StoreTx) =>
      result instanceof PlatformError
        ? leaveOut(run, tx, delivery, result)
        : record(run, tx, call, result.sent, sentAt);
    if (index === rest.length - 1) {
      run.observe?.({ delivery, outcome: "sent", frozenAt: job.frozenAt, endedAt: sentAt });
      return async (tx) => {
        await write(tx);
        await tx.outbox.finish(delivery.id);
      };
    }
    const stored = await untilStored(run, () =>
      run.store.transaction(async (tx) => {
        await write(tx);
        await tx.outbox.progress(delivery.id, delivery.done + index + 1);
      }),
    );
    if (stored === "stop") return "stop";
  }
  return (tx) => tx.outbox.finish(delivery.id);
}

/**
 * The delivery becomes a dead letter, or, when it was joined with others, each of them has to go alone; unless a part of
 * it stands there already, for then all of them would stand there twice.
 */
export function giveUp(run: LaneRun, { delivery, calls, frozenAt }: Job, failure: PlatformError): Outcome {
  const lane = conversationKey(run.to);
  const event = delivery.event.kind;
  const isNew = event === "message.created" || event === "notice";
  const isJoint = isNew && calls.some(({ op, joined }) => op === "create" && joined);
  if (isJoint && delivery.done === 0) {
    run.log.warn({ lane, code: failure.code }, "a joined message was refused; its parts go one by one");
    const parts = calls.flatMap(({ joined = [] }) => joined).length;
    return async (tx) => {
      await tx.outbox.thaw(delivery.id);
      const waiting = await tx.outbox.front(run.to, parts);
      run.memory.aloneUntil = waiting.at(-1)?.id ?? delivery.id;
    };
  }
  run.log.error(
    { lane, event, code: failure.code, reason: failure.message },
    isJoint
      ? "the rest of an album was given up; what was sent of it stands"
      : "a delivery was given up; it is kept as a dead letter",
  );
  run.observe?.({ delivery, outcome: "dead", frozenAt, endedAt: run.clock.now() });
  const report = run.reports.failed(delivery.event, run.to, failure, false);
  // The key comes first: the commands say it in the language of whoever asks.
  const reason = failure.words === undefined ? failure.message : `${failure.words}: ${failure.message}`;
  return async (tx) => {
    if (isJoint) await tx.outbox.finish(delivery.id);
    else await tx.outbox.bury(delivery.id, reason);
    await tx.trace.note(traceOf(delivery, run.clock.now(), "dead", failure.code));
    await post(tx, report, run.wake);
  };
}

/** A reaction, a pin or a name that cannot be set holds up nothing and nobody; what can be said instead is said. */
async function leaveOut(
  run: LaneRun,
  tx: StoreTx,
  delivery: StoredDelivery,
  failure: PlatformError,
): Promise<void> {
  const { event, to } = delivery;
  run.log.warn(
    { lane: conversationKey(to), event: event.kind, code: failure.code, reason: failure.message },
    "something beside a message could not be done; it is left out",
  );
  await tx.trace.note(traceOf(delivery, run.clock.now(), "left-out", failure.code));
  if ((event.kind !== "pin.changed" && event.kind !== "thread.changed") || !event.notice) return;
  const { notice, by } = event;
  await post(tx, { event: { kind: "notice", conversation: to, notice, ...(by && { by }) }, to }, run.wake);
}

type Result = { readonly sent: Sent | undefined } | PlatformError | "stop";

/** One call, tried until it is done, given up (the error), or the lane has to stop. */
async function sendUntilDecided(run: LaneRun, job: Job, call: Call, doubtful: boolean): Promise<Result> {
  const { delivery } = job;
  let inDoubt = doubtful && call.op === "create";
  let { attempts, failingSince } = delivery;
  let looks = 0;
  for (;;) {
    if (!(await allowed(run, call))) return "stop";
    try {
      const found = inDoubt ? await lookFor(run, job, call) : undefined;
      if (found === "stop") return "stop";
      if (found) return { sent: found };
      inDoubt = false;
      return { sent: await send(run, call) };
    } catch (error) {
      const failure = asPlatformError(error);
      const looked = inDoubt;
      inDoubt ||= call.op === "create" && failure.fate.kind === "retry" && failure.fate.maybeDelivered;
      const now = run.clock.now();
      const since = failure.fate.kind === "blocked" ? delivery.createdAt : (failingSince ?? now);
      // A question that got no answer is no attempt of the call, and half known already: it is asked again soon.
      const before = looked ? Math.min(looks, MOST_LOOKS) : attempts;
      const decision = decide(failure.fate, before, now - since, run.random());
      if (decision.verdict === "again" && decision.counted) {
        if (looked) looks += 1;
        else attempts += 1;
        failingSince ??= now;
        await countFailure(run, delivery, attempts, failingSince, failure);
      }
      if (call.op === "act" && decision.verdict === "blocked") return failure;
      const next = await obey(run, delivery, failure, decision, inDoubt);
      if (next !== "again") return next;
    }
  }
}

async function obey(
  run: LaneRun,
  delivery: StoredDelivery,
  failure: PlatformError,
  decision: Decision,
  inDoubt: boolean,
): Promise<Result | "again"> {
  switch (decision.verdict) {
    case "done":
      return { sent: undefined };
    case "bury":
      return failure;
    case "move":
      // It was refused, so nobody has to look for it in the new place.
      if (!inDoubt && delivery.done === 0) {
        await untilStored(run, () => run.store.transaction((tx) => tx.outbox.thaw(delivery.id)));
      }
      await run.move(run.to, { ...run.to, id: decision.to });
      return "stop";
    case "halt":
      run.halt(failure.message);
      return "stop";
    case "blocked":
      return (await waitForRight(run, delivery, failure)) ? "again" : "stop";
    case "again": {
      if (failure.fate.kind === "wait") {
        const budget = failure.fate.account ? run.accountBudget : run.budget;
        budget.limited(failure.fate.ms);
      }
      const inMs = inDoubt ? Math.max(SETTLE_MS, decision.inMs) : decision.inMs;
      return (await pause(run, failure, inMs)) ? "again" : "stop";
    }
  }
}

async function send(run: LaneRun, call: Call): Promise<Sent | undefined> {
  const { memory, clock } = run;
  // Each message of an album counts.
  for (let made = 0; made <= (call.more?.length ?? 0); made += 1) run.budget.spend(shareOf(call));
  const startedAt = clock.now();
  const sent = await run.platform.send(call, run.to, run.signal);
  memory.callMs += (Math.min(SLOW_CALL_MS, clock.now() - startedAt) - memory.callMs) / 8;
  if (memory.blocked > 0) run.log.info({ lane: conversationKey(run.to) }, "the lane goes on");
  memory.blocked = 0;
  return sent;
}

/** Waits until the budget has room for the call. False when the lane has to stop. */
async function allowed(run: LaneRun, call: Call): Promise<boolean> {
  for (;;) {
    if (run.stopping.aborted) return false;
    const waitMs = run.budget.waitMs(shareOf(call));
    if (waitMs <= 0) return true;
    await idle(run, waitMs);
  }
}

/** The message a create without an answer has made; undefined when there is none, or nobody can tell. */
async function lookFor(
  run: LaneRun,
  { delivery, frozenAt }: Job,
  call: Call,
): Promise<Sent | "stop" | undefined> {
  if (!run.platform.reconcile) return undefined;
  const settled = frozenAt + SETTLE_MS - run.clock.now();
  if (settled > 0 && !(await idle(run, settled))) return "stop";
  const newest = await newestOf(run);
  const doubt: Doubt = {
    since: frozenAt,
    ...(delivery.mark !== undefined && { mark: delivery.mark }),
    ...(newest !== undefined && { newest }),
    known: (refs) => run.store.transaction((tx) => tx.map.known(refs)),
  };
  const found = await run.platform.reconcile(call, run.to, doubt, run.signal).catch(unknownIfRefused);
  const outcome = typeof found === "string" ? found : "found";
  run.log.info({ lane: conversationKey(run.to), outcome }, "a call without an answer was looked for");
  await untilStored(run, () =>
    run.store.transaction((tx) => tx.trace.note(traceOf(delivery, run.clock.now(), `doubt.${outcome}`))),
  );
  // What nobody can tell apart from a lost message must not be looked for again.
  if (outcome !== "absent") delete run.memory.newest;
  return typeof found === "string" ? undefined : found;
}

/** A question that is refused says nothing about the call. */
function unknownIfRefused(error: unknown): "unknown" {
  const { kind } = asPlatformError(error).fate;
  if (kind === "refused" || kind === "gone") return "unknown";
  throw error;
}

/** Says once that a right is missing and pauses; the lane goes on by itself. False when it has to stop. */
export async function waitForRight(
  run: LaneRun,
  delivery: StoredDelivery,
  failure: PlatformError,
): Promise<boolean> {
  const decision = decide(failure.fate, run.memory.blocked, 0, run.random());
  const inMs = decision.verdict === "blocked" ? decision.inMs : 0;
  const report =
    run.memory.blocked === 0 ? run.reports.failed(delivery.event, run.to, failure, true) : undefined;
  run.memory.blocked += 1;
  const stored = await untilStored(run, () =>
    run.store.transaction(async (tx) => {
      await tx.trace.note(traceOf(delivery, run.clock.now(), "blocked", failure.code));
      await post(tx, report, run.wake);
    }),
  );
  return stored !== "stop" && (await pause(run, failure, inMs));
}

async function countFailure(
  run: LaneRun,
  delivery: StoredDelivery,
  attempts: number,
  since: number,
  failure: PlatformError,
): Promise<void> {
  await untilStored(run, () =>
    run.store.transaction(async (tx) => {
      await tx.outbox.failed(delivery.id, attempts, since);
      await tx.trace.note(traceOf(delivery, run.clock.now(), "failed", failure.code));
    }),
  );
}
