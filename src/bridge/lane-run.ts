// What one lane has at hand while it runs, and the small things its files share; `lanes.ts` provides the parts.

import type { Attribution } from "../model/bridge.ts";
import { type Clock, sleep } from "../model/clock.ts";
import type { Call } from "../model/delivery.ts";
import { PlatformError } from "../model/errors.ts";
import type { Shown } from "../model/event.ts";
import { type ConversationRef, conversationKey } from "../model/refs.ts";
import type { Texts } from "../model/texts.ts";
import type { Budget } from "./budget.ts";
import type { Platform, Share } from "./platform.ts";
import type { Log } from "./ports.ts";
import type { Reports } from "./reports.ts";
import { backoffMs } from "./retry.ts";
import type { Store, StoredDelivery } from "./store-port.ts";
import type { Turn } from "./turn.ts";

export interface LaneParts {
  readonly store: Store;
  readonly platform: Platform;
  readonly clock: Clock;
  /** 0 <= x < 1. */
  readonly random: () => number;
  readonly log: Log;
  readonly texts: Texts;
  readonly budget: Budget;
  /** The whole account's; a limit can be about all of it. */
  readonly accountBudget: Budget;
  readonly reports: Reports;
  /** Is this switched on for the bridge of the conversation? */
  readonly shows: (conversation: ConversationRef, what: Shown) => boolean;
  /** How who speaks is shown here. */
  readonly attribution: () => Attribution | undefined;
  /** The platform of an account, as people call it. */
  readonly platformWord: (account: string) => string;
  /** Held from the freezing of a call until its outcome is written. */
  readonly turn: Turn;
  /** There is something new in this lane. */
  readonly wake: (lane: ConversationRef) => void;
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
  /** Ends a pause early: an obstacle is gone. */
  readonly nudge: Nudge;
  /** Given when something new is in the lane. */
  readonly news: Nudge;
  /** What the lane remembers while it runs; a new process begins without it. */
  readonly memory: LaneMemory;
}

export interface LaneMemory {
  /** How many deliveries waited when that was last counted, and when. */
  depth: { count: number; at: number };
  /** How long a call takes, a moving average. */
  callMs: number;
  /** Deliveries up to this id go one by one: joined, they were refused. */
  aloneUntil: number;
  /** It was looked for what was frozen when the lane last stopped. */
  isBegun: boolean;
  /** How often in a row a right was missing. */
  blocked: number;
  /** The newest message of ours in the conversation, and when that was last written down. */
  newest?: { readonly id: string; readonly writtenAt: number };
}

/** Wakes those that pause for a long time. */
export class Nudge {
  #sleepers = new AbortController();
  get signal(): AbortSignal {
    return this.#sleepers.signal;
  }
  give(): void {
    const woken = this.#sleepers;
    this.#sleepers = new AbortController();
    woken.abort();
  }
}

export function shareOf({ op }: Call): Share {
  return op === "create" ? "text" : op === "delete" ? "delete" : "change";
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

/** Waits; `nudge`, a stop and (if asked for) news end it early. False when the lane has to stop. */
export async function idle(run: LaneRun, ms: number, untilNews?: AbortSignal): Promise<boolean> {
  const ends = [run.stopping, run.nudge.signal, ...(untilNews ? [untilNews] : [])];
  await sleep(run.clock, ms, AbortSignal.any(ends));
  return !run.stopping.aborted;
}

/** Waits before the next attempt and says why. False when the lane has to stop instead. */
export async function pause(run: LaneRun, failure: PlatformError, ms: number): Promise<boolean> {
  run.log.warn(
    { lane: conversationKey(run.to), code: failure.code, reason: failure.message, retryInMs: ms },
    "a call failed; the lane waits",
  );
  return idle(run, ms);
}

/**
 * A failure that no platform classified is a fault of our own code: trying again would block the lane for ever, so
 * it becomes a refusal and the delivery a dead letter. Storage is none: platforms read it too, and a disk that is busy
 * or full says nothing about the call.
 */
export function asPlatformError(error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const reason = error instanceof Error ? `${error.name}: ${error.message}` : "unknown failure";
  const isStorage = error instanceof Error && error.name === "StorageError";
  if (isStorage)
    return new PlatformError("storage", reason, { kind: "retry", maybeDelivered: false }, { cause: error });
  return new PlatformError("internal", reason, { kind: "refused" }, { cause: error });
}
