// Remembers how the last messages travelled, for the strip below the rooms; the demo hangs it on the app's observer.

import type { Observer } from "../app.ts";
import type { RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import { messageKey } from "../model/refs.ts";
import type { RouteView, Side } from "./view.ts";

const KEPT = 30;
const MOST_REMEMBERED = 1000;

export interface RouteLog {
  readonly observer: Observer;
  /** Newest first. */
  rows(): readonly RouteView[];
  onChange(listener: () => void): void;
}

export function createRouteLog(): RouteLog {
  const listeners: (() => void)[] = [];
  let rows: readonly RouteView[] = [];
  let next = 1;
  const arrivals = new Map<string, Arrival>();
  /** Who wrote what: a delete does not say. */
  const authors = new Map<string, string>();

  return {
    rows: () => rows,
    onChange: (listener) => void listeners.push(listener),
    observer: {
      stored(raw, at) {
        const key = keyOfRaw(raw);
        if (key) remember(arrivals, key, { receivedAt: raw.receivedAt, storedAt: at });
      },
      ended({ delivery: { event }, outcome, endedAt }) {
        const facts = factsOf(event);
        const arrival = facts && arrivals.get(`${facts.kind} ${facts.message}`);
        if (!facts || !arrival) return;
        const { message, from, kind } = facts;
        const author = facts.author ?? authors.get(message) ?? "";
        remember(authors, message, author);
        const sent = outcome === "sent" ? { sentAt: endedAt } : {};
        rows = [{ id: next++, from, kind, author, ...arrival, ...sent }, ...rows].slice(0, KEPT);
        for (const listener of listeners) listener();
      },
    },
  };
}

interface Arrival {
  readonly receivedAt: number;
  readonly storedAt: number;
}

/** Keeps the last ones; a demo that runs for days must not grow. */
function remember<T>(known: Map<string, T>, key: string, value: T): void {
  known.set(key, value);
  if (known.size > MOST_REMEMBERED) known.delete(known.keys().next().value ?? "");
}

interface Facts {
  readonly message: string;
  readonly from: Side;
  readonly kind: RouteView["kind"];
  readonly author?: string;
}

function factsOf(event: BridgeEvent): Facts | undefined {
  switch (event.kind) {
    case "message.created":
    case "message.edited": {
      const { ref, author } = event.message;
      // The robot's own words come from no platform.
      if (author.kind === "robot") return undefined;
      const kind = event.kind === "message.created" ? "created" : "edited";
      return {
        message: messageKey(ref),
        from: ref.conversation.account as Side,
        kind,
        author: author.name,
      };
    }
    case "message.deleted": {
      const [ref] = event.refs;
      if (!ref) return undefined;
      const from = event.conversation.account as Side;
      return { message: messageKey(ref), from, kind: "deleted" };
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
