// Tells the people of a conversation, in one short line now and then, what could not be carried; the lanes call it.

import type { Clock } from "../model/clock.ts";
import type { Delivery } from "../model/delivery.ts";
import type { PlatformError } from "../model/errors.ts";
import { type BridgeEvent, conversationOf } from "../model/event.ts";
import { type ConversationRef, conversationKey } from "../model/refs.ts";
import type { Texts } from "../model/texts.ts";
import type { StoreTx } from "./store-port.ts";

/** One line for each conversation and destination in this time, with the count of what came meanwhile. */
const QUIET_MS = 10 * 60_000;

export interface Reports {
  /**
   * The line that says that `event` did not reach `to`: to be delivered now, or undefined when it is counted and said
   * later. `waits`: it is kept and will be tried again.
   */
  failed(
    event: BridgeEvent,
    to: ConversationRef,
    failure: PlatformError,
    waits: boolean,
  ): Delivery | undefined;
}

interface Told {
  readonly line: Line;
  more: number;
}

interface Line {
  readonly key: string;
  readonly source: ConversationRef;
  readonly to: ConversationRef;
  readonly reason: string;
}

/** `later` delivers a line whose time has come. */
export function createReports(clock: Clock, texts: Texts, later: (delivery: Delivery) => void): Reports {
  const told = new Map<string, Told>();

  const tellLater = (key: string) => {
    clock.after(QUIET_MS, () => {
      const { line, more } = told.get(key) ?? { more: 0 };
      told.delete(key);
      if (!line || more === 0) return;
      told.set(key, { line, more: 0 });
      tellLater(key);
      later(deliveryOf(line, more));
    });
  };

  return {
    failed(event, to, failure, waits) {
      // A report that cannot be delivered is not reported.
      if (isReport(event)) return undefined;
      const source = conversationOf(event);
      // Nobody said it: there is nobody to tell.
      if (source === undefined || event.kind === "marks.changed") return undefined;
      const reason = texts(failure.words ?? "bridge.failure.no-reason", { code: failure.code });
      const line = { key: waits ? "bridge.failure.waits" : "bridge.failure.refused", source, to, reason };
      const key = `${line.key} ${conversationKey(source)} ${conversationKey(to)}`;
      const known = told.get(key);
      if (known) {
        known.more += 1;
        return undefined;
      }
      told.set(key, { line, more: 0 });
      tellLater(key);
      return deliveryOf(line, 1);
    },
  };
}

/** Puts a line into its lane, if there is one to be said now. */
export async function post(
  tx: StoreTx,
  line: Delivery | undefined,
  wake: (lane: ConversationRef) => void,
): Promise<void> {
  if (!line) return;
  await tx.outbox.append([line]);
  wake(line.to);
}

function deliveryOf({ key, source, to, reason }: Line, count: number): Delivery {
  const notice = { key, values: { count, place: to.account, reason } };
  return { event: { kind: "notice", conversation: to, notice }, to: source };
}

function isReport(event: BridgeEvent): boolean {
  return event.kind === "notice" && event.notice.key.startsWith("bridge.failure.");
}
