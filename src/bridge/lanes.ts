// All lanes together: starts those with something to send, wakes the right one, stops them; `app.ts` owns it.

import { type ConversationRef, conversationKey } from "../model/refs.ts";
import { createLane, type Lane } from "./lane.ts";
import type { LaneParts } from "./lane-run.ts";
import type { Platform } from "./platform.ts";

export interface LanesParts extends Omit<LaneParts, "platform" | "halt" | "move"> {
  readonly platform: (account: string) => Platform;
  readonly halt: (account: string, reason: string) => void;
  /** Stores the move and routes by it from now on. */
  readonly moved: (from: ConversationRef, to: ConversationRef) => Promise<void>;
}

export interface Lanes {
  /** The account is connected: its lanes take up what was left on disk, and from now on what arrives. */
  start(account: string): Promise<void>;
  wake(lane: ConversationRef): void;
  /** No lane of this account sends anything any more. */
  halt(account: string): void;
  /** Finishes what is in flight; after `graceMs` it is cut off (and sent again at the next start). */
  stop(graceMs: number): Promise<void>;
}

export function createLanes(parts: LanesParts): Lanes {
  const lanes = new Map<string, Lane>();
  const connected = new Set<string>();
  const cutOff = new AbortController();

  const wake = (to: ConversationRef) => {
    // What arrives for an account that is not connected waits on disk; `start` finds it there.
    if (!connected.has(to.account)) return;
    const key = conversationKey(to);
    const lane = lanes.get(key) ?? createLane(to, laneParts(to), cutOff.signal);
    lanes.set(key, lane);
    lane.wake();
  };

  const laneParts = (to: ConversationRef): LaneParts => ({
    ...parts,
    platform: parts.platform(to.account),
    halt: (reason) => parts.halt(to.account, reason),
    move: async (from, next) => {
      await parts.moved(from, next);
      wake(next);
    },
  });

  return {
    async start(account) {
      connected.add(account);
      const waiting = await parts.store.transaction((tx) => tx.outbox.lanes());
      for (const lane of waiting) if (lane.account === account) wake(lane);
    },
    wake,
    halt(account) {
      connected.delete(account);
    },
    async stop(graceMs) {
      const timer = parts.clock.after(graceMs, () => cutOff.abort());
      await Promise.all([...lanes.values()].map((lane) => lane.stop()));
      timer.cancel();
    },
  };
}
