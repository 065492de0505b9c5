// Keeps who reacted to a message and who voted in its poll, and says which conversations must show it anew; `intake.ts` calls it.

import type { Poll } from "../model/attachment.ts";
import type { BridgeEvent, PollTarget, Reaction, ReactionChange, VoteChange } from "../model/event.ts";
import type { Author } from "../model/message.ts";
import {
  type ConversationRef,
  conversationKey,
  isSamePlace,
  type MessageRef,
  messageKey,
  subjectOf,
} from "../model/refs.ts";
import type { BridgeTable } from "./bridge-table.ts";
import { type Mark, type MarkKind, type MarkRow, SELF, type StoreTx } from "./store-port.ts";

type EventOf<K extends BridgeEvent["kind"]> = Extract<BridgeEvent, { kind: K }>;

/** A message wherever it stands: its original, and every conversation that holds it. */
export interface Subject {
  readonly about: MessageRef;
  /** False while nothing of it was carried: then `places` says nothing. */
  readonly isCarried: boolean;
  readonly places: readonly ConversationRef[];
}

/** `ref` is an original, a copy, or the small line about one. */
export async function subjectFor(tx: StoreTx, ref: MessageRef): Promise<Subject> {
  const origin = await tx.map.origin(ref);
  const named = subjectOf(origin ?? ref);
  const rows = await tx.map.rows(named);
  // Reactions do not name the thread; the map knows it.
  const about = rows.find(({ source }) => messageKey(source) === messageKey(named))?.source ?? named;
  const places = new Map([[conversationKey(about.conversation), about.conversation]]);
  for (const { copy } of rows) places.set(conversationKey(copy.conversation), copy.conversation);
  return { about, isCarried: rows.length > 0, places: [...places.values()] };
}

/** The conversation of `ref` with its thread, which it may not name. */
export function placeOf({ places }: Subject, ref: MessageRef): ConversationRef {
  return places.find((place) => isSamePlace(place, ref.conversation)) ?? ref.conversation;
}

/** Where it must be shown anew when something changed in `place`: everywhere else, as far as it is bridged still. */
export function elsewhere(
  { places }: Subject,
  place: ConversationRef,
  table: BridgeTable,
): readonly ConversationRef[] {
  const bridged = new Set(table.others(place).map(({ account, id }) => `${account}:${id}`));
  return places.filter(({ account, id }) => bridged.has(`${account}:${id}`));
}

/** The message of a poll; undefined when nobody knows the poll. */
export async function pollMessage(tx: StoreTx, target: PollTarget): Promise<MessageRef | undefined> {
  return "conversation" in target ? target : tx.polls.messageOf(target.account, target.poll);
}

/** False when nothing changed. */
export async function keepReaction(
  tx: StoreTx,
  about: MessageRef,
  { target, by, change }: EventOf<"reaction.changed">,
  at: number,
): Promise<boolean> {
  const scene: Scene = { tx, about, kind: "reaction", place: target.conversation, at };
  const rows = (await tx.marks.of(about, "reaction")).filter(({ place }) =>
    isSamePlace(place, target.conversation),
  );
  if (change.kind === "clear") return clear(scene, rows, change.reaction);
  const old = rows.find(({ user }) => user === userOf(by))?.marks ?? [];
  // Totals say all there is: what was known of single people is in them.
  if (change.kind === "counts") await dropPeople(scene, rows);
  return put(scene, by, rows, changed(old, change));
}

/** False when nothing changed, or nobody knows the poll. `isOriginal`: it happened where the poll was made. */
export async function keepVote(
  tx: StoreTx,
  { about, poll, message }: { about: MessageRef; poll: Poll; message: MessageRef },
  { by, change }: Pick<EventOf<"vote.changed">, "by" | "change">,
  at: number,
): Promise<boolean> {
  const place = message.conversation;
  const scene: Scene = { tx, about, kind: "vote", place, at };
  const rows = (await tx.marks.of(about, "vote")).filter((row) => isSamePlace(row.place, place));
  const isOriginal = isSamePlace(place, about.conversation);
  const old = rows.find(({ user }) => user === userOf(by))?.marks ?? [];
  if (change.kind === "counts") await dropPeople(scene, rows);
  return put(scene, by, rows, votes(old, change, poll, isOriginal));
}

interface Scene {
  readonly tx: StoreTx;
  readonly about: MessageRef;
  readonly kind: MarkKind;
  readonly place: ConversationRef;
  readonly at: number;
}

async function put(
  { tx, ...scene }: Scene,
  by: Author | undefined,
  rows: readonly MarkRow[],
  marks: readonly Mark[],
): Promise<boolean> {
  const user = userOf(by);
  const old = rows.find((row) => row.user === user);
  if (JSON.stringify(old?.marks ?? []) === JSON.stringify(marks)) return false;
  await tx.marks.put({ ...scene, user, name: by?.name || old?.name || "", marks });
  return true;
}

async function dropPeople({ tx }: Scene, rows: readonly MarkRow[]): Promise<void> {
  for (const row of rows) {
    if (row.user !== "" && row.user !== SELF) await tx.marks.put({ ...row, marks: [] });
  }
}

async function clear(
  scene: Scene,
  rows: readonly MarkRow[],
  reaction: Reaction | undefined,
): Promise<boolean> {
  const { tx, about, kind, place } = scene;
  if (rows.length === 0) return false;
  if (!reaction) {
    await tx.marks.clear(about, kind, place);
    return true;
  }
  const touched = rows.filter(({ marks }) => marks.some((mark) => isOf(mark, reaction)));
  for (const row of touched) {
    await tx.marks.put({ ...row, marks: row.marks.filter((mark) => !isOf(mark, reaction)) });
  }
  return touched.length > 0;
}

function changed(old: readonly Mark[], change: Exclude<ReactionChange, { kind: "clear" }>): readonly Mark[] {
  switch (change.kind) {
    case "set":
      return change.reactions.map((reaction) => markOf(reaction, 1));
    case "counts":
      return change.counts.map(({ count, ...reaction }) => markOf(reaction, count));
    case "add":
      return old.some((mark) => isOf(mark, change.reaction)) ? old : [...old, markOf(change.reaction, 1)];
    case "remove":
      return old.filter((mark) => !isOf(mark, change.reaction));
  }
}

/** Options go by their place in the list, which is the same wherever the poll stands. */
function votes(old: readonly Mark[], change: VoteChange, poll: Poll, isOriginal: boolean): readonly Mark[] {
  const ids = poll.options.map(({ id }) => id);
  if (change.kind === "counts") {
    // The options of a copy have ids of their own, but stand in the order of the original.
    return change.counts.flatMap(({ option, count }, order): readonly Mark[] => {
      const place = isOriginal ? ids.indexOf(option) : order;
      return count > 0 && place >= 0 && place < ids.length ? [{ key: `${place}`, count }] : [];
    });
  }
  // Discord numbers the answers of a poll from 1 [discord.md 3.2]; a copy's were made in the same order.
  const index = isOriginal ? ids.indexOf(change.option) : Number(change.option) - 1;
  if (!Number.isInteger(index) || index < 0) return old;
  const rest = old.filter(({ key }) => key !== `${index}`);
  return change.kind === "add" ? [...rest, { key: `${index}`, count: 1 }] : rest;
}

function markOf({ emoji, id }: Reaction, count: number): Mark {
  return { key: emoji, ...(id !== undefined && { id }), count };
}

function isOf({ key, id }: Mark, reaction: Reaction): boolean {
  return key === reaction.emoji && id === reaction.id;
}

function userOf(by: Author | undefined): string {
  return by?.user?.id ?? "";
}
