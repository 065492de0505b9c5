// Sends the frozen calls of one delivery and says what to write about it; `lane.ts` calls it.

import type { Call, Sent } from "../model/delivery.ts";
import { PlatformError } from "../model/errors.ts";
import { conversationKey } from "../model/refs.ts";
import { asPlatformError, type LaneRun, pause, untilStored } from "./lane-run.ts";
import type { MapRow, StoredDelivery, StoreTx } from "./ports.ts";
import { decide } from "./retry.ts";

export interface Job {
  readonly delivery: StoredDelivery;
  readonly calls: readonly Call[];
  /** Milliseconds since 1970. */
  readonly frozenAt: number;
}

/** What is still to be written about an ended delivery; it joins the transaction that takes the next one. */
export type Outcome = (tx: StoreTx) => Promise<void>;

/** Sends what is not done yet, call by call; progress is stored between them. "stop": the lane must end here. */
export async function deliver(run: LaneRun, job: Job): Promise<Outcome | "stop"> {
  const { delivery, calls } = job;
  const rest = calls.slice(delivery.done);
  for (const [index, call] of rest.entries()) {
    const result = await sendUntilDecided(run, delivery, call);
    if (result === "stop") return "stop";
    if (result instanceof PlatformError) return giveUp(run, job, result);
    const sentAt = run.clock.now();
    if (index === rest.length - 1) {
      run.observe?.({ delivery, outcome: "sent", frozenAt: job.frozenAt, endedAt: sentAt });
      return async (tx) => {
        await record(tx, call, result.sent, sentAt);
        await tx.outbox.finish(delivery.id);
      };
    }
    const stored = await untilStored(run, () =>
      run.store.transaction(async (tx) => {
        await record(tx, call, result.sent, sentAt);
        await tx.outbox.progress(delivery.id, delivery.done + index + 1);
      }),
    );
    if (stored === "stop") return "stop";
  }
  return (tx) => tx.outbox.finish(delivery.id);
}

/** The delivery becomes a dead letter; said at once, written with the outcome. */
export function giveUp(run: LaneRun, { delivery, frozenAt }: Job, failure: PlatformError): Outcome {
  run.log.error(
    {
      lane: conversationKey(run.to),
      event: delivery.event.kind,
      code: failure.code,
      reason: failure.message,
    },
    "a delivery was given up; it is kept as a dead letter",
  );
  run.observe?.({ delivery, outcome: "dead", frozenAt, endedAt: run.clock.now() });
  return (tx) => tx.outbox.bury(delivery.id, failure.message);
}

/** One call, tried until it is done, given up (the error), or the lane has to stop. */
async function sendUntilDecided(
  run: LaneRun,
  delivery: StoredDelivery,
  call: Call,
): Promise<{ readonly sent: Sent | undefined } | PlatformError | "stop"> {
  let attempts = delivery.attempts;
  let failingSince = delivery.failingSince;
  for (;;) {
    try {
      return { sent: await run.platform.send(call, run.to, run.signal) };
    } catch (error) {
      const failure = asPlatformError(error);
      const now = run.clock.now();
      const decision = decide(failure.fate, attempts, now - (failingSince ?? now), run.random());
      switch (decision.verdict) {
        case "done":
          return { sent: undefined };
        case "bury":
          return failure;
        case "move":
          await run.move(run.to, { ...run.to, id: decision.to });
          return "stop";
        case "halt":
          run.halt(failure.message);
          return "stop";
        case "again": {
          if (decision.counted) {
            attempts += 1;
            failingSince ??= now;
            await countFailure(run, delivery.id, attempts, failingSince);
          }
          if (!(await pause(run, failure, decision.inMs))) return "stop";
        }
      }
    }
  }
}

async function countFailure(run: LaneRun, id: number, attempts: number, since: number): Promise<void> {
  await untilStored(run, () => run.store.transaction((tx) => tx.outbox.failed(id, attempts, since)));
}

/** What the message map learns from a call that succeeded (or whose target was gone already). */
async function record(tx: StoreTx, call: Call, sent: Sent | undefined, at: number): Promise<void> {
  switch (call.op) {
    case "create": {
      if (!sent || !call.source) return;
      const row: MapRow = { source: call.source, copy: sent.ref, part: call.part, hash: call.hash, at };
      return tx.map.record([sent.via === undefined ? row : { ...row, via: sent.via }]);
    }
    case "edit":
      for (const target of call.targets ?? []) await tx.map.rehash(target, call.hash);
      return;
    case "delete":
      return tx.map.forget(call.targets ?? []);
  }
}
