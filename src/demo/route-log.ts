// Remembers how the last messages travelled, for the strip below the rooms; the demo hangs it on the app's observer.

import type { Observer } from "../app.ts";
import type { RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import { messageKey } from "../model/refs.ts";
import type { RouteView, Side } from "./view.ts";

const KEPT = 30;

export interface RouteLog {
  readonly observer: Observer;
  /** Newest first. */
  rows(): readonly RouteView[];
}

/** `changed` is called after every step. */
export function createRouteLog(changed: () => void): RouteLog {
  let rows: readonly RouteView[] = [];
  let next = 1;
  const arrivals = new Map<string, { readonly receivedAt: number; readonly storedAt: number }>();

  return {
    rows: () => rows,
    observer: {
      stored(raw, at) {
        const key = keyOfRaw(raw);
        if (!key) return;
        arrivals.set(key, { receivedAt: raw.receivedAt, storedAt: at });
        if (arrivals.size > 10 * KEPT) arrivals.delete(arrivals.keys().next().value ?? "");
      },
      ended({ delivery: { event }, outcome, endedAt }) {
        const facts = factsOf(event);
        const arrival = facts && arrivals.get(facts.key);
        if (!facts || !arrival) return;
        const sent = outcome === "sent" ? { sentAt: endedAt } : {};
        const row: RouteView = {
          id: next++,
          from: facts.from,
          kind: facts.kind,
          author: facts.author,
          ...arrival,
          ...sent,
        };
        rows = [row, ...rows].slice(0, KEPT);
        changed();
      },
    },
  };
}

interface Facts {
  readonly key: string;
  readonly from: Side;
  readonly kind: RouteView["kind"];
  readonly author: string;
}

function factsOf(event: BridgeEvent): Facts | undefined {
  switch (event.kind) {
    case "message.created":
    case "message.edited": {
      const { ref, author } = event.message;
      const kind = event.kind === "message.created" ? "created" : "edited";
      return {
        key: `${kind} ${messageKey(ref)}`,
        from: ref.conversation.account as Side,
        kind,
        author: author.name,
      };
    }
    case "message.deleted": {
      const [ref] = event.refs;
      if (!ref) return undefined;
      const from = event.conversation.account as Side;
      return { key: `deleted ${messageKey(ref)}`, from, kind: "deleted", author: "" };
    }
    default:
      return undefined;
  }
}

interface RawTelegram {
  readonly message?: RawTelegramMessage;
  readonly edited_message?: RawTelegramMessage;
}
interface RawTelegramMessage {
  readonly message_id: number;
  readonly chat: { readonly id: number };
}
interface RawDiscord {
  readonly t?: string;
  readonly d?: { readonly id?: string; readonly channel_id?: string };
}

const DISCORD_KINDS: Readonly<Record<string, RouteView["kind"]>> = {
  MESSAGE_CREATE: "created",
  MESSAGE_UPDATE: "edited",
  MESSAGE_DELETE: "deleted",
};

/** The same key as the event's, read off the wire. */
function keyOfRaw(raw: RawUpdate): string | undefined {
  const body = JSON.parse(raw.body) as RawTelegram & RawDiscord;
  const message = body.message ?? body.edited_message;
  if (message) {
    const kind = body.message ? "created" : "edited";
    return `${kind} ${raw.account}:${message.chat.id}#${message.message_id}`;
  }
  const kind = DISCORD_KINDS[body.t ?? ""];
  return kind && `${kind} ${raw.account}:${body.d?.channel_id}#${body.d?.id}`;
}
