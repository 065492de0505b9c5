// Reads the history of one channel or thread since a time and tells what was missed there; `backfill.ts` calls it.

import { createKey } from "../gateway/dispatch.ts";
import type { MessagePayload } from "../parse/payload.ts";
import { compareIds, idAt, isAfter, newest, timeOfId } from "../snowflake.ts";
import { type History, pageLength, walkBack } from "./history.ts";

/** The bounds of a gap: the newest message on disk, and up to which all was dealt with before. */
export interface Since {
  readonly seen?: string;
  readonly floor?: string;
}

export interface Caps {
  /** So many messages are carried at most, and none older than so many hours. */
  readonly messages: number;
  readonly hours: number;
}

export interface PlaceParts {
  readonly history: History;
  readonly channel: string;
  readonly guild: string | undefined;
  readonly since: Since;
  readonly caps: Caps;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Ids of messages in the journal, as far back as edits and deletions are looked for. */
  readonly known: readonly string[];
  /** Would its event cross a bridge? */
  readonly crosses: (message: MessagePayload) => boolean;
  /** False while the right to read is missing: Discord then answers that there is nothing. */
  readonly readable: () => boolean;
}

/** An event as the Gateway would have told it, with its key in the journal. */
export interface Missed {
  readonly key: string;
  readonly t: "MESSAGE_CREATE" | "MESSAGE_UPDATE" | "MESSAGE_DELETE" | "GAP";
  readonly d: Partial<MessagePayload> | Gap;
}

/** What is told of messages that were left behind; without a count they may have been missed. */
export interface Gap {
  readonly channel_id: string;
  readonly guild_id?: string;
  readonly count?: number;
  /** There are more than were counted. */
  readonly more?: boolean;
  readonly first?: string | undefined;
}

/** What Discord tells of one place may be late against another, and its clocks differ: all this is read again. */
const marginMs = 10 * 60_000;
/** Edits and deletions are looked for among so many messages. */
const recent = 500;
const countedPages = 10;

/** From where messages may be missing in a place whose journal holds `known`; `oldest` is as far as it reaches back. */
export function startOf({ seen, floor = "0" }: Since, known: readonly string[], oldest: string): string {
  const anchor = seen !== undefined && isAfter(seen, floor) ? seen : floor;
  // Beyond it an earlier run has begun to carry this gap, oldest first: up to its last message all is dealt with.
  const carried = newest(known.filter((id) => isAfter(id, anchor)));
  if (carried !== undefined || seen === undefined) return carried ?? floor;
  const margin = idAt(timeOfId(seen) - marginMs);
  // What is older than the journal cannot be told from what is new.
  const from = isAfter(oldest, margin) ? seen : margin;
  return isAfter(floor, from) ? floor : from;
}

/** @throws DiscordError when the place cannot be read */
export async function findMissed(parts: PlaceParts, signal: AbortSignal): Promise<readonly Missed[]> {
  const { history, channel, caps } = parts;
  const oldest = idAt(parts.now - caps.hours * 3_600_000);
  const from = startOf(parts.since, parts.known, oldest);
  const pile = createPile(parts, oldest);
  // Newest first: a gap of any length costs no more pages than are carried, and a few for counting the rest.
  const whole = await walkBack(history, channel, { floor: from }, pile.take, signal);
  const changes = await findChanges(parts, pile.read, whole ? from : undefined, signal);
  const gap = pile.left.length === 0 ? [] : [await gapOf(parts, pile.left, { from, whole }, signal)];
  const creates = pile.fresh.toReversed().map((message) => created(parts, message));
  // In the order in which they must be stored.
  return [...changes, ...gap, ...creates];
}

/** Sorts what is read, newest first, into what is carried and what is left behind. */
function createPile({ caps, known, crosses }: PlaceParts, oldest: string) {
  const before = new Set(known);
  const read = new Map<string, MessagePayload>();
  const fresh: MessagePayload[] = [];
  const left: string[] = [];
  let spare = countedPages * pageLength;
  return {
    ...{ read, fresh, left },
    /** False when enough are counted. */
    take(message: MessagePayload): boolean {
      read.set(message.id, message);
      const missed = !before.has(message.id) && crosses(message);
      const room = left.length === 0 && fresh.length < caps.messages && isAfter(message.id, oldest);
      if (missed) room ? fresh.push(message) : left.push(message.id);
      return left.length === 0 || --spare > 0;
    },
  };
}

/** Edits and deletions of what was known before; `read` holds all that is newer than `from`, and takes in the others. */
async function findChanges(
  { history, channel, guild, since, known, crosses, readable }: PlaceParts,
  read: Map<string, MessagePayload>,
  from: string | undefined,
  signal: AbortSignal,
): Promise<readonly Missed[]> {
  const window = known.toSorted(compareIds).slice(-recent);
  const unread = window.filter((id) => (from === undefined ? !read.has(id) : !isAfter(id, from)));
  const [first, last] = [unread[0], unread.at(-1)];
  if (first !== undefined && last !== undefined) {
    const range = { before: String(BigInt(last) + 1n), floor: String(BigInt(first) - 1n) };
    const take = (message: MessagePayload) => read.set(message.id, message) !== undefined;
    await walkBack(history, channel, range, take, signal);
  }
  const witness = window.at(-1);
  if (witness === undefined || !readable()) return [];
  // Nothing comes back where the right to read has just been taken away, too.
  if (read.size === 0 && !(await history.readable(channel, witness, signal))) return [];
  const editedSince = since.seen === undefined ? 0 : timeOfId(since.seen) - marginMs;
  return window.flatMap((id): readonly Missed[] => {
    const message = read.get(id);
    if (message === undefined) {
      return [{ key: `delete:${id}`, t: "MESSAGE_DELETE", d: { id, ...placeOf(channel, guild) } }];
    }
    const edited = message.edited_timestamp;
    if (!edited || Date.parse(edited) < editedSince || !crosses(message)) return [];
    return [
      { key: `update:${id}:${edited}`, t: "MESSAGE_UPDATE", d: { ...message, ...placeOf(channel, guild) } },
    ];
  });
}

function created({ channel, guild }: PlaceParts, message: MessagePayload): Missed {
  return {
    key: createKey(channel, message.id),
    t: "MESSAGE_CREATE",
    d: { ...message, ...placeOf(channel, guild) },
  };
}

/** The line that says how many messages were left behind. */
async function gapOf(
  { history, channel, guild, known, crosses }: PlaceParts,
  left: readonly string[],
  { from, whole }: { readonly from: string; readonly whole: boolean },
  signal: AbortSignal,
): Promise<Missed> {
  const edge = whole ? [] : await history.after(channel, from, signal);
  const first = edge.findLast((each) => !known.includes(each.id) && crosses(each))?.id ?? left.at(-1);
  const d: Gap = { ...placeOf(channel, guild), count: left.length, more: !whole, first };
  // The count is in the key: a run that was killed before the first message may find more to leave behind.
  return { key: `gap:${channel}/${first}/${left.length}`, t: "GAP", d };
}

/** REST leaves the guild out. */
export function placeOf(channel: string, guild: string | undefined) {
  return { channel_id: channel, ...(guild === undefined ? {} : { guild_id: guild }) };
}
