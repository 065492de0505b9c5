// Watches one process: does it start in time, does it answer, how much memory does it take; `life.ts` ends it when told.

import type { Clock, Timer } from "../model/clock.ts";
import { afterReading } from "./calls.ts";
import type { FallReason } from "./fall.ts";
import { MIB, type PluginLimits } from "./limits.ts";
import { residentBytes } from "./memory.ts";

/** A timer of ours that comes this much too late: then we stood still, and the plugin is not to blame. */
const STOOD_STILL_MS = 250;
/** A process that does nothing but collect garbage is not hanging: it is full. */
const NEARLY_FULL = 0.8;

export interface WatchParts {
  readonly clock: Clock;
  readonly limits: PluginLimits;
  readonly pid: number | undefined;
  /** False: it cannot be asked yet. */
  ping(n: number): boolean;
  fall(reason: FallReason, detail?: string): void;
}

export interface Watch {
  /** It falls for `reason` when nothing has `arrived` by then; a later one takes the place of an earlier one. */
  await(reason: FallReason, ms: number): void;
  arrived(): void;
  pong(n: number, rss: number): void;
  stop(): void;
}

export function startWatch({ clock, limits, pid, ping, fall }: WatchParts): Watch {
  let isStopped = false;
  let answered = 0;
  let asked = 0;
  let awaited: Timer | undefined;
  let nextPing: Timer | undefined;
  let patience: Timer | undefined;
  const scale = startScale({ clock, limits, pid, fall });

  const isSilent = () => !isStopped && answered < asked;
  const expect = () => {
    const due = clock.now() + limits.pongMs;
    patience = afterReading(clock, limits.pongMs, isSilent, () => {
      if (clock.now() - due > STOOD_STILL_MS) return expect();
      if (scale.isNearlyFull()) scale.weigh(Number.POSITIVE_INFINITY);
      else fall("hang", String(limits.pongMs / 1_000));
    });
  };
  const knock = () => {
    if (ping(asked + 1)) {
      asked++;
      expect();
    } else nextPing = clock.after(limits.pingMs, knock);
  };
  knock();
  return {
    await(reason, ms) {
      awaited?.cancel();
      awaited = afterReading(
        clock,
        ms,
        () => !isStopped && awaited !== undefined,
        () => fall(reason),
      );
    },
    arrived() {
      awaited?.cancel();
      awaited = undefined;
    },
    pong(n, rss) {
      if (n !== asked || answered === asked) return;
      answered = n;
      patience?.cancel();
      if (process.platform !== "linux") scale.weigh(rss);
      if (!isStopped) nextPing = clock.after(limits.pingMs, knock);
    },
    stop() {
      isStopped = true;
      for (const timer of [awaited, nextPing, patience]) timer?.cancel();
      scale.stop();
    },
  };
}

/** Looks at the memory again and again. */
function startScale({ clock, limits, pid, fall }: Omit<WatchParts, "ping">) {
  let resident = 0;
  let isStopped = false;
  const weigh = (bytes: number) => {
    resident = bytes;
    if (bytes > limits.maxBytes) fall("memory", String(Math.round(limits.maxBytes / MIB)));
  };
  const look = () => {
    const bytes = pid === undefined ? undefined : residentBytes(pid);
    if (bytes !== undefined) weigh(bytes);
    if (!isStopped) next = clock.after(limits.lookMs, look);
  };
  let next = clock.after(limits.lookMs, look);
  return {
    weigh,
    isNearlyFull: () => resident > NEARLY_FULL * limits.maxBytes,
    stop() {
      isStopped = true;
      next.cancel();
    },
  };
}
