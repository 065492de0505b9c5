// Chooses the Gateway events that cross the bridge and names them for the journal; pure, `index.ts` calls it.

import { createHash } from "node:crypto";
import type { ConversationRef } from "../../../model/refs.ts";
import type { Directory } from "../account/directory.ts";
import { isStored } from "../kinds-events.ts";
import { FLAGS, hasFlag } from "../parse/payload.ts";

/** A Gateway event as the socket gave it. */
export interface Dispatch {
  readonly t: string;
  readonly s: number;
  readonly d: unknown;
}

/** What is new in an event, as far as the account remembers what was before (`recall.ts`). */
export interface News {
  /** A channel or thread as it was. */
  readonly before?: { readonly name: string; readonly topic: string; readonly closed?: boolean };
  /** The message was pinned. */
  readonly unpinned?: boolean;
  /** The message is the answer that a command had only announced; false when it was there before. */
  readonly filled?: boolean;
}

/** What is read of an event here; the rest is the parser's business. */
interface EventData {
  readonly id?: string;
  readonly ids?: readonly string[];
  readonly channel_id?: string;
  readonly parent_id?: string | null;
  readonly owner_id?: string;
  readonly user_id?: string;
  readonly newly_created?: boolean;
  readonly name?: string | null;
  readonly topic?: string | null;
  readonly type?: number;
  readonly flags?: number;
  readonly edited_timestamp?: string | null;
  readonly poll?: { readonly results?: { readonly is_finalized?: boolean } };
  readonly webhook_id?: string;
  readonly application_id?: string;
  readonly author?: { readonly id: string; readonly bot?: boolean };
  readonly content?: string;
}

/** The journal's key of an event that must be stored; undefined for one that concerns no bridge. */
export function journalKey(
  event: Dispatch & News,
  session: string,
  bridged: readonly ConversationRef[],
  directory: Directory,
): string | undefined {
  if (!isStored(event.t)) return undefined;
  const data = event.d as EventData;
  const places = [data.channel_id ?? data.id, data.parent_id ?? undefined];
  if (!places.some((place) => isBridged(place, bridged, directory))) return undefined;
  // The same thing happens again and again, and nothing in these events tells them apart (api-docs #8281).
  const place = `${session}:${event.s}`;
  switch (event.t) {
    case "MESSAGE_CREATE":
      return isOwnEcho(data, directory) || hasFlag(data, FLAGS.loading) ? undefined : createKeyOf(data);
    case "MESSAGE_UPDATE":
      if (isOwnEcho(data, directory)) return tellsOfOurs(event, data) ? place : undefined;
      return fills(event, data) ? createKeyOf(data) : place;
    case "MESSAGE_DELETE":
      return `delete:${data.id}`;
    case "MESSAGE_DELETE_BULK":
      return `bulk:${createHash("sha256")
        .update((data.ids ?? []).join())
        .digest("base64url")}`;
    case "THREAD_CREATE":
      return data.newly_created && !isOwn(data.owner_id, directory) ? `thread:${data.id}` : undefined;
    case "THREAD_DELETE":
      return `thread-end:${data.id}`;
    case "THREAD_UPDATE":
      return place;
    case "CHANNEL_UPDATE":
      return hasNewHead(event, data) ? place : undefined;
    default:
      return isOwn(data.user_id, directory) ? undefined : place;
  }
}

/**
 * An update that brings the answer a command had only announced stands for the message itself: the announcement was not
 * stored. Without a memory of it, an answer that nobody has edited yet is taken for one; if its message was stored, the
 * key is known.
 */
export function fills(
  { filled, unpinned }: News,
  data: Pick<EventData, "type" | "flags" | "edited_timestamp">,
): boolean {
  if (unpinned || hasFlag(data, FLAGS.loading)) return false;
  return filled ?? (isAnswer(data) && !data.edited_timestamp);
}

// Discord, resources/message, Message Types: CHAT_INPUT_COMMAND, CONTEXT_MENU_COMMAND.
export function isAnswer({ type }: { readonly type?: number }): boolean {
  return type === 20 || type === 23;
}

/** Channels change for many reasons that nobody sees. */
function hasNewHead({ before }: News, { name, topic }: EventData): boolean {
  return before !== undefined && (before.name !== (name ?? "") || before.topic !== (topic ?? ""));
}

/** Of our own messages it matters when others unpin one, and how a poll ended. */
function tellsOfOurs({ unpinned }: News, { poll }: EventData): boolean {
  return unpinned === true || poll?.results?.is_finalized === true;
}

function isOwn(user: string | undefined, directory: Directory): boolean {
  return user !== undefined && (user === directory.self.userId || directory.isOwnWebhook(user));
}

function createKeyOf({ channel_id: channel, id }: EventData): string {
  return createKey(String(channel), String(id));
}

/** Somebody writes to the bot alone: there is no guild, and no bridge. */
export function isPrivateTalk({ t, d }: Dispatch, directory: Directory): boolean {
  const data = d as EventData & { readonly guild_id?: string };
  const isPerson = data.author?.bot !== true && data.webhook_id === undefined;
  const isKnown = data.channel_id === undefined || directory.channel(data.channel_id) !== undefined;
  return t === "MESSAGE_CREATE" && data.guild_id === undefined && !isKnown && isPerson;
}

export function privateKey({ d }: Dispatch): string {
  return createKeyOf(d as EventData);
}

/** The key of an event that tells the robot something and the bridge nothing. */
export function heardKey({ t, s, d }: Dispatch, session: string): string {
  return t === "GUILD_AUDIT_LOG_ENTRY_CREATE" ? `audit:${(d as EventData).id}` : `${session}:${s}`;
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
function isOwnEcho(data: EventData, directory: Directory): boolean {
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
  "shared_client_theme",
] as const;

/** True for a person's message that says nothing at all: how MESSAGE_CONTENT looks when it is switched off. */
export function isBlank(event: Dispatch): boolean {
  if (event.t !== "MESSAGE_CREATE") return false;
  const data = event.d as EventData & Readonly<Record<string, unknown>>;
  // Discord, resources/message: 0 is a plain message, 19 a reply; system messages may have no content.
  if ((data.type !== 0 && data.type !== 19) || data.author?.bot || data.webhook_id) return false;
  return !data.content && contents.every((field) => !data[field] || isEmptyList(data[field]));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
