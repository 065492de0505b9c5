// What one lane has at hand while it runs, and the small things its files share; `lanes.ts` provides the parts.

import { type Clock, sleep } from "../model/clock.ts";
import { PlatformError } from "../model/errors.ts";
import { type ConversationRef, conversationKey } from "../model/refs.ts";
import type { Texts } from "../model/texts.ts";
import type { Platform } from "./platform.ts";
import type { Log, Store, StoredDelivery } from "./ports.ts";
import { backoffMs } from "./retry.ts";

export interface LaneParts {
  readonly store: Store;
  readonly platform: Platform;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly texts: Texts;
  /** The account is refused: its lanes must stop. */
  readonly halt: (reason: string) => void;
  /** The conversation has another id now; its deliveries go to that lane. */
  readonly move: (from: ConversationRef, to: ConversationRef) => Promise<void>;
  /** Told of every delivery that ended; the demo's strip and the bench listen. */
  readonly observe?: (step: LaneStep) => void;
}

export interface LaneStep {
  readonly delivery: StoredDelivery;
  readonly outcome: "sent" | "dead";
  /** Milliseconds since 1970. */
  readonly frozenAt: number;
  readonly endedAt: number;
}

export interface LaneRun extends LaneParts {
  readonly to: ConversationRef;
  /** Aborted when nothing new may start. */
  readonly stopping: AbortSignal;
  /** Aborted when even what is in flight must end. */
  readonly signal: AbortSignal;
}

/** Storage that cannot write (a full disk) ends no lane: it tries again until it can, or until it must stop. */
export async function untilStored<T>(run: LaneRun, work: () => Promise<T>): Promise<T | "stop"> {
  for (let attempts = 0; ; attempts += 1) {
    try {
      return await work();
    } catch (error) {
      run.log.error({ lane: conversationKey(run.to), err: error }, "storage refused a write; trying again");
      if (run.stopping.aborted) return "stop";
      await sleep(run.clock, backoffMs(attempts, run.random()), run.stopping);
    }
  }
}

/** Waits before the next attempt and says why. False when the lane has to stop instead. */
export async function pause(run: LaneRun, failure: PlatformError, ms: number): Promise<boolean> {
  run.log.warn(
    { lane: conversationKey(run.to), code: failure.code, reason: failure.message, retryInMs: ms },
    "a call failed; the lane waits",
  );
  await sleep(run.clock, ms, run.stopping);
  return !run.stopping.aborted;
}

/**
 * A failure that no platform classified is a fault of our own code: trying again would block the lane for ever, so
 * it becomes a refusal and the delivery a dead letter.
 */
export function asPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : "unknown failure";
  return new PlatformError("internal", reason, { kind: "refused" }, { cause: error });
}
