// All lanes together: starts those with something to send, wakes the right one, stops them; `app.ts` owns it.

import type { Attribution } from "../model/bridge.ts";
import type { Delivery } from "../model/delivery.ts";
import { type ConversationRef, conversationKey } from "../model/refs.ts";
import type { Texts } from "../model/texts.ts";
import { type Budget, createBudget, together } from "./budget.ts";
import { createLane, type Lane } from "./lane.ts";
import type { LaneParts } from "./lane-run.ts";
import type { Platform } from "./platform.ts";
import { createReports, post } from "./reports.ts";
import { Turn } from "./turn.ts";

export interface LanesParts
  extends Pick<LaneParts, "store" | "clock" | "random" | "log" | "texts" | "observe" | "shows"> {
  readonly platform: (account: string) => Platform;
  /** In the language of the room; the same for all, unless given. */
  readonly textsIn?: (room: ConversationRef) => Texts;
  /** The platform of an account, as people call it. */
  readonly platformWord?: (account: string) => string;
  /** How who speaks is shown there. */
  readonly attributionIn?: (room: ConversationRef) => Attribution | undefined;
  readonly halt: (account: string, reason: string) => void;
  /** Stores the move and routes by it from now on. */
  readonly moved: (from: ConversationRef, to: ConversationRef) => Promise<void>;
}

export interface Lanes {
  /** The account is connected: its lanes take up what was left on disk, and from now on what arrives. */
  start(account: string): Promise<void>;
  wake(lane: ConversationRef): void;
  /** Wakes every lane that has something to send: somebody else put it there. */
  wakeAll(): Promise<void>;
  /** An obstacle may be gone: the lanes to this chat (or all of the account) try at once. */
  recovered(account: string, to?: ConversationRef): void;
  /** No lane of this account sends anything any more. */
  halt(account: string): void;
  /** Finishes what is in flight; after `graceMs` it is cut off (and looked for at the next start). */
  stop(graceMs: number): Promise<void>;
}

interface Entry {
  readonly to: ConversationRef;
  readonly lane: Lane;
}

export function createLanes(parts: LanesParts): Lanes {
  const lanes = new Map<string, Entry>();
  const connected = new Set<string>();
  const cutOff = new AbortController();

  const wake = (to: ConversationRef) => {
    // What arrives for an account that is not connected waits on disk; `start` finds it there.
    if (!connected.has(to.account)) return;
    const key = conversationKey(to);
    const entry = lanes.get(key) ?? { to, lane: createLane(to, partsFor(to), cutOff.signal) };
    lanes.set(key, entry);
    entry.lane.wake();
  };
  const partsFor = createPartsFor(parts, wake);
  const wakeWhere = async (wanted: (account: string) => boolean) => {
    const waiting = await parts.store.transaction((tx) => tx.outbox.lanes());
    for (const lane of waiting) if (wanted(lane.account)) wake(lane);
  };

  return {
    async start(account) {
      connected.add(account);
      await wakeWhere((name) => name === account);
    },
    wake,
    wakeAll: () => wakeWhere(() => true),
    recovered(account, to) {
      for (const entry of lanes.values()) {
        if (entry.to.account === account && (!to || entry.to.id === to.id)) entry.lane.nudge();
      }
    },
    halt(account) {
      connected.delete(account);
    },
    async stop(graceMs) {
      const timer = parts.clock.after(graceMs, () => cutOff.abort());
      await Promise.all([...lanes.values()].map(({ lane }) => lane.stop()));
      timer.cancel();
    },
  };
}

/** What a lane shares with the others of its chat and of its account. */
function createPartsFor(parts: LanesParts, wake: (lane: ConversationRef) => void) {
  const { store, clock, log, texts } = parts;
  const budgets = new Map<string, Budget>();
  const turns = new Map<string, Turn>();
  const reports = createReports(clock, texts, (delivery: Delivery) => {
    store
      .transaction((tx) => post(tx, delivery, wake))
      .catch((error: unknown) => log.warn({ err: error }, "a report could not be stored"));
  });

  return (to: ConversationRef): LaneParts => {
    const platform = parts.platform(to.account);
    const chat = `${to.account}:${to.id}`;
    const accountBudget = kept(budgets, to.account, () =>
      createBudget(clock, (share) => platform.rates(share)),
    );
    const own = kept(budgets, chat, () => createBudget(clock, (share) => platform.rates(share, to)));
    const turn = platform.capabilities.threadsShareIds ? kept(turns, chat, () => new Turn()) : new Turn();
    const spoken: Texts = (key, values) => (parts.textsIn?.(to) ?? texts)(key, values);
    return {
      ...parts,
      texts: spoken,
      attribution: () => parts.attributionIn?.(to),
      platformWord: (account) => parts.platformWord?.(account) ?? account,
      ...{ platform, accountBudget, reports, turn, wake },
      budget: together(own, accountBudget),
      halt: (reason) => parts.halt(to.account, reason),
      move: async (from, next) => {
        await parts.moved(from, next);
        wake(next);
      },
    };
  };
}

function kept<T>(all: Map<string, T>, key: string, make: () => T): T {
  const known = all.get(key) ?? make();
  all.set(key, known);
  return known;
}
