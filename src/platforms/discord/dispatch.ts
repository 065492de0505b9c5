// Chooses the Gateway events that cross the bridge and names them for the journal; pure, `index.ts` calls it.

import { createHash } from "node:crypto";
import type { ConversationRef } from "../../model/refs.ts";
import type { Directory } from "./directory.ts";

/** A Gateway event as the socket gave it. */
export interface Dispatch {
  readonly t: string;
  readonly s: number;
  readonly d: unknown;
}

/** What is read of a message event here; the rest is the parser's business. */
interface MessageData {
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly channel_id?: string;
  readonly type?: number;
  readonly webhook_id?: string;
  readonly application_id?: string;
  readonly author?: { readonly id: string; readonly bot?: boolean };
  readonly content?: string;
}

const carried: ReadonlySet<string> = new Set([
  "MESSAGE_CREATE",
  "MESSAGE_UPDATE",
  "MESSAGE_DELETE",
  "MESSAGE_DELETE_BULK",
]);

/** The journal's key of an event that must be stored; undefined for one that concerns no bridge. */
export function journalKey(
  event: Dispatch,
  session: string,
  bridged: readonly ConversationRef[],
  directory: Directory,
): string | undefined {
  if (!carried.has(event.t)) return undefined;
  const data = event.d as MessageData;
  if (!isBridged(data.channel_id, bridged, directory) || isOwnEcho(data, directory)) return undefined;
  switch (event.t) {
    case "MESSAGE_CREATE":
      return createKey(String(data.channel_id), String(data.id));
    case "MESSAGE_DELETE":
      return `delete:${data.id}`;
    case "MESSAGE_DELETE_BULK":
      return `bulk:${createHash("sha256")
        .update((data.ids ?? []).join())
        .digest("base64url")}`;
    default:
      // The same message is updated again and again, and its timestamps are no version (api-docs #8281).
      return `${session}:${event.s}`;
  }
}

/** The key of a message; what the journal knows of a channel is found by its beginning. */
export function createKey(channel: string, id: string): string {
  return `create:${channel}/${id}`;
}

/** True for a channel that is a member and its threads; where a thread is the member, for that thread alone. */
export function isBridged(
  channel: string | undefined,
  bridged: readonly ConversationRef[],
  directory: Directory,
): boolean {
  if (channel === undefined) return false;
  const { channels, threads } = indexOf(bridged);
  const parent = directory.channel(channel)?.parent;
  return threads.has(channel) || channels.has(channel) || (parent !== undefined && channels.has(parent));
}

interface Index {
  readonly channels: ReadonlySet<string>;
  readonly threads: ReadonlySet<string>;
}

/** Every event asks, and there can be thousands of bridges; the list is the same until a conversation moves. */
const indexes = new WeakMap<readonly ConversationRef[], Index>();

function indexOf(bridged: readonly ConversationRef[]): Index {
  const known = indexes.get(bridged);
  if (known) return known;
  const index: Index = {
    channels: new Set(bridged.flatMap(({ id, thread }) => (thread === undefined ? [id] : []))),
    threads: new Set(bridged.flatMap(({ thread }) => thread ?? [])),
  };
  indexes.set(bridged, index);
  return index;
}

/**
 * What we said ourselves comes back before the answer to our request may: it is known by who spoke, never by its id.
 */
function isOwnEcho(data: MessageData, directory: Directory): boolean {
  const { userId, applicationId } = directory.self;
  if (data.author !== undefined && data.author.id === userId) return true;
  if (data.webhook_id === undefined) return false;
  return data.application_id === applicationId || directory.isOwnWebhook(data.webhook_id);
}

const contents = [
  "attachments",
  "embeds",
  "components",
  "sticker_items",
  "poll",
  "message_snapshots",
  "activity",
] as const;

/** True for a person's message that says nothing at all: how MESSAGE_CONTENT looks when it is switched off. */
export function isBlank(event: Dispatch): boolean {
  if (event.t !== "MESSAGE_CREATE") return false;
  const data = event.d as MessageData & Readonly<Record<string, unknown>>;
  // Discord, resources/message: 0 is a plain message, 19 a reply; system messages may have no content.
  if ((data.type !== 0 && data.type !== 19) || data.author?.bot || data.webhook_id) return false;
  return !data.content && contents.every((field) => !data[field] || isEmptyList(data[field]));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
