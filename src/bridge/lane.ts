// One lane per destination conversation: takes its deliveries in order, resolves, composes and freezes them.

import type { Copy, Json } from "../model/delivery.ts";
import { PlatformError } from "../model/errors.ts";
import type { BridgeEvent } from "../model/event.ts";
import { type ConversationRef, conversationKey, type MessageRef } from "../model/refs.ts";
import { compose } from "./compose.ts";
import { deliver, giveUp, type Job, type Outcome } from "./deliver.ts";
import { asPlatformError, type LaneParts, type LaneRun, pause, untilStored } from "./lane-run.ts";
import type { Resolved } from "./platform.ts";
import type { StoreTx } from "./ports.ts";
import { decide } from "./retry.ts";

export interface Lane {
  /** There may be something to send. */
  wake(): void;
  /** Finishes what is in flight, starts nothing new. */
  stop(): Promise<void>;
}

/** `signal` ends even what is in flight. */
export function createLane(to: ConversationRef, parts: LaneParts, signal: AbortSignal): Lane {
  const stopping = new AbortController();
  const run: LaneRun = { ...parts, to, stopping: stopping.signal, signal };
  let running: Promise<void> | undefined;
  let woken = false;

  const drainAll = async () => {
    while (woken && !stopping.signal.aborted) {
      woken = false;
      await drain(run);
    }
  };
  const wake = () => {
    woken = true;
    if (stopping.signal.aborted) return;
    running ??= drainAll()
      .catch((error: unknown) => run.log.error({ lane: conversationKey(to), err: error }, "a lane failed"))
      .finally(() => {
        running = undefined;
        if (woken) wake();
      });
  };

  return {
    wake,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

/** Sends everything that waits in the lane. Returns when it is empty, stopped, halted or moved away. */
async function drain(run: LaneRun): Promise<void> {
  let outcome: Outcome | undefined;
  for (;;) {
    const job = await take(run, outcome);
    outcome = undefined;
    if (job === "stop") return;
    if (job === "next") continue;
    const ended = await deliver(run, job);
    if (ended === "stop") return;
    outcome = ended;
  }
}

/** Writes the last outcome and takes the next delivery, composed and frozen: one transaction per delivery. */
async function take(run: LaneRun, outcome: Outcome | undefined): Promise<Job | "next" | "stop"> {
  const preparing = prepare(run);
  // A destination that must be asked can be long in answering; what was just sent is written down meanwhile.
  const late = outcome !== undefined && !(await isReady(preparing));
  if (late) await untilStored(run, () => run.store.transaction(outcome));
  const prepared = await preparing;
  return await untilStored(run, () =>
    run.store.transaction(async (tx): Promise<Job | "next" | "stop"> => {
      if (!late) await outcome?.(tx);
      if (prepared === "stop" || run.stopping.aborted) return "stop";
      const head = await tx.outbox.head(run.to);
      if (!head) return "stop";
      const frozenAt = run.clock.now();
      if (prepared instanceof PlatformError) {
        await giveUp(run, { delivery: head, calls: [], frozenAt }, prepared)(tx);
        return "next";
      }
      // A retry sends what was frozen, even after an upgrade that would render it in another way.
      if (head.calls) return { delivery: head, calls: head.calls, frozenAt };
      const calls = await composeHead(run, tx, head.event, prepared.value);
      if (calls.length === 0) {
        await tx.outbox.finish(head.id);
        return "next";
      }
      await tx.outbox.freeze(head.id, calls);
      return { delivery: head, calls, frozenAt };
    }),
  );
}

function isReady(promise: Promise<unknown>): Promise<boolean> {
  return Promise.race([
    promise.then(() => true),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(false))),
  ]);
}

async function composeHead(run: LaneRun, tx: StoreTx, event: BridgeEvent, prepared: Json) {
  const { copies, replyTo } = await resolve(tx, event, run.to);
  const known: Resolved = {
    prepared,
    now: run.clock.now(),
    texts: run.texts,
    ...(replyTo && { replyTo }),
  };
  return compose(event, run.to, run.platform, known, copies);
}

/** The refs an event speaks of, as they are known in the destination. */
async function resolve(
  tx: StoreTx,
  event: BridgeEvent,
  to: ConversationRef,
): Promise<{ readonly copies: readonly Copy[]; readonly replyTo?: MessageRef }> {
  switch (event.kind) {
    case "message.created":
    case "message.edited": {
      const { ref, reply } = event.message;
      const copies = event.kind === "message.edited" ? await tx.map.copies(ref, to) : [];
      const replyTo = reply?.ref && (await tx.map.find(reply.ref, to));
      return replyTo ? { copies, replyTo } : { copies };
    }
    case "message.deleted": {
      const copies: Copy[] = [];
      for (const ref of event.refs) copies.push(...(await tx.map.copies(ref, to)));
      return { copies };
    }
    default:
      return { copies: [] };
  }
}

/** What the renderer needs to know of the destination; a refusal is handed back, so that the head can be buried. */
async function prepare(run: LaneRun): Promise<{ readonly value: Json } | PlatformError | "stop"> {
  for (let attempts = 0; ; attempts += 1) {
    try {
      return { value: await run.platform.prepare(run.to, run.signal) };
    } catch (error) {
      const failure = asPlatformError(error);
      const decision = decide(failure.fate, attempts, 0, run.random());
      if (decision.verdict === "halt") run.halt(failure.message);
      if (decision.verdict === "halt") return "stop";
      if (decision.verdict !== "again") return failure;
      if (!(await pause(run, failure, decision.inMs))) return "stop";
    }
  }
}
