// Tells whether parsed events hold what the model says; `parse.ts` refuses those that do not.

import type { BridgeEvent } from "../../../model/event.ts";

/** What is text wherever it stands in an event. */
const TEXTS: ReadonlySet<string> = new Set([
  ...["account", "id", "thread", "key", "name", "username", "label", "fallback", "href", "style"],
  ...["text", "language", "excerpt", "topic", "album", "via", "title", "performer", "emoji", "alt"],
  ...["source", "stable", "mime", "description", "phone", "question", "option"],
  ...["locale", "press", "action", "act", "access"],
]);

/** What is a number wherever it stands. */
const FIGURES: ReadonlySet<string> = new Set([
  ...["at", "bytes", "seconds", "width", "height", "closesAt", "level", "start", "count", "until"],
]);

/** What holds entries under names of their own. */
const TABLES: ReadonlySet<string> = new Set(["values", "votes", "counts"]);

/** Bot API 10.1, Rich Message Limits: 16 levels; each takes two of an event's, three in a list. */
const MAX_DEPTH = 100;

/**
 * False when a value is of another type than the model says: Telegram never sent such, but what a renderer stumbles
 * over would stop its lane for good, while the journal keeps what is refused. False, too, when it is nested deeper than
 * Telegram allows.
 */
export function areSound(events: readonly BridgeEvent[]): boolean {
  return isSound(events, "", 0);
}

function isSound(value: unknown, name: string, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (value === undefined) return name !== "text";
  if (typeof value === "number") return FIGURES.has(name) && Number.isFinite(value);
  if (FIGURES.has(name)) return false;
  if (typeof value === "string") return true;
  if (TEXTS.has(name) || value === null) return false;
  if (typeof value === "boolean") return true;
  if (TABLES.has(name) && !Array.isArray(value)) return Object.values(value).every(isEntry(name));
  return Object.entries(value).every(([key, inner]) => isSound(inner, key, depth + 1));
}

/** Votes are counted; what a notice says may be words, too. */
function isEntry(table: string) {
  return (value: unknown): boolean =>
    Number.isFinite(value) || (table === "values" && typeof value === "string");
}
