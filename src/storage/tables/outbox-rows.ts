// Rows of the outbox and the deliveries they stand for; the queries of the outbox use it.

import { type Selectable, sql } from "kysely";
import type { StoredDelivery } from "../../bridge/store-port.ts";
import type { Call, Delivery } from "../../model/delivery.ts";
import type { BridgeEvent, EventKind } from "../../model/event.ts";
import { asideOf, conversationKey, messageKey } from "../../model/refs.ts";
import { conversationFrom } from "./keys.ts";
import type { OutboxTable } from "./schema.ts";

export const deliveryColumns = [
  "id",
  "lane",
  "event",
  "state",
  "attempts",
  "failing_since",
  "calls",
  "done",
  "created_at",
  "frozen_at",
  "mark",
] as const;

// Written into the statement, not given as a value: only then may the engines use their partial indexes.
export const alive = sql<boolean>`state <> 'dead'`;
export const dead = sql<boolean>`state = 'dead'`;

type DeliveryRow = Pick<Selectable<OutboxTable>, (typeof deliveryColumns)[number]>;

interface EventColumns {
  readonly kind: EventKind;
  readonly event: string;
  readonly source: string | null;
}

export type NewRow = Readonly<Pick<OutboxTable, "lane" | "created_at">> & EventColumns;

export function newRow({ event, to }: Delivery, now: number): NewRow {
  return { ...eventColumns(event), lane: conversationKey(to), created_at: now };
}

export function eventColumns(event: BridgeEvent): EventColumns {
  return {
    kind: event.kind,
    event: JSON.stringify(event),
    source: sourceOf(event),
  };
}

/** What `pending` finds it by. */
function sourceOf(event: BridgeEvent): string | null {
  if ("message" in event) return messageKey(event.message.ref);
  return event.kind === "marks.changed" ? messageKey(asideOf(event.about)) : null;
}

export function stored(row: DeliveryRow): StoredDelivery {
  return {
    id: row.id,
    event: JSON.parse(row.event) as BridgeEvent,
    to: conversationFrom(row.lane),
    state: row.state,
    attempts: row.attempts,
    ...(row.failing_since !== null && { failingSince: row.failing_since }),
    ...(row.calls !== null && { calls: JSON.parse(row.calls) as readonly Call[] }),
    done: row.done,
    createdAt: row.created_at,
    ...(row.frozen_at !== null && { frozenAt: row.frozen_at }),
    ...(row.mark !== null && { mark: row.mark }),
  };
}
