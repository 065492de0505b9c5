// Remembers who joined a room lately, on disk, and says when so many come that they are welcomed together; `welcome.ts` calls it.

import type { StoreTx } from "../../bridge/store-port.ts";
import type { Json } from "../../model/delivery.ts";
import type { Author } from "../../model/message.ts";
import { type ConversationRef, conversationKey, type UserRef } from "../../model/refs.ts";

const JOINS = "welcome-joins";
const GROUPS = "welcome-group";

/** More joiners than this within `WITHIN_MS` are welcomed together. */
const MOST_SINGLE = 5;
const WITHIN_MS = 60_000;
/** They are welcomed when nobody joined for so long. */
export const QUIET_MS = 60_000;
/** A welcome that could not be said for so long is none any more. */
const KEPT_MS = 7 * 86_400_000;

/** As much of an author as a welcome needs. */
export interface Joiner extends Author {
  /** The robot has taken their voice until they accept. */
  readonly isMuted?: boolean;
}

/** Many who joined one after another. */
export interface Group {
  readonly room: ConversationRef;
  /** When the group began, and when the last of it was heard of; milliseconds since 1970. */
  readonly since: number;
  readonly last: number;
  readonly people: readonly Joiner[];
}

interface Joins {
  /** One for each joiner: who, when by the platform's word, when it was heard first. */
  readonly recent: readonly { readonly who: string; readonly at: number; readonly heard: number }[];
  readonly group?: Group;
}

export type Joined =
  | { readonly kind: "single" }
  /** `began`: with this one; so many joined by then. */
  | { readonly kind: "grouped"; readonly began?: number };

export interface Joining {
  readonly room: ConversationRef;
  readonly people: readonly Joiner[];
  /** By the platform's word; milliseconds since 1970. */
  readonly at: number;
  readonly now: number;
}

/** Hearing the same twice counts once. */
export async function noteJoin(tx: StoreTx, joining: Joining): Promise<Joined> {
  const key = chatKey(joining.room);
  const { joins, joined } = afterJoin(await joinsOf(tx, key), joining);
  const until = joining.now + (joins.group ? KEPT_MS : WITHIN_MS);
  await tx.records.put(JOINS, key, joins as unknown as Json, until);
  return joined;
}

function afterJoin(
  { recent, group }: Joins,
  { room, people, at, now }: Joining,
): { joins: Joins; joined: Joined } {
  const fresh = recent.filter(({ heard }) => now - heard < WITHIN_MS);
  const isKnown = (who: string) => fresh.some((one) => one.who === who && one.at === at);
  const news = people.map(whoOf).filter((who) => !isKnown(who));
  const all = [...fresh, ...news.map((who) => ({ who, at, heard: now }))];
  if (group) {
    const others = group.people.filter((one) => !people.some((person) => whoOf(person) === whoOf(one)));
    const next = { ...group, last: now, people: [...others, ...people] };
    return { joins: { recent: all, group: next }, joined: { kind: "grouped" } };
  }
  if (all.length <= MOST_SINGLE) return { joins: { recent: all }, joined: { kind: "single" } };
  return {
    joins: { recent: all, group: { room, since: now, last: now, people } },
    joined: { kind: "grouped", began: all.length },
  };
}

/** Who went is not welcomed any more. True while many are joining. */
export async function noteLeft(
  tx: StoreTx,
  room: ConversationRef,
  people: readonly Author[],
): Promise<boolean> {
  const key = chatKey(room);
  const { recent, group } = await joinsOf(tx, key);
  if (!group) return false;
  const stayed = group.people.filter((one) => !people.some((person) => whoOf(person) === whoOf(one)));
  const next = { recent, group: { ...group, people: stayed } };
  await tx.records.put(JOINS, key, next as unknown as Json, group.last + KEPT_MS);
  return true;
}

/**
 * Groups to which nobody has been added for a while, oldest first, until `endGroup`. What joins a room from then on
 * belongs to none of them.
 */
export async function quietGroups(tx: StoreTx, now: number): Promise<readonly Group[]> {
  for (const { key, value } of await tx.records.list(JOINS)) {
    const { group } = value as unknown as Joins;
    if (!group || now - group.last < QUIET_MS) continue;
    await tx.records.delete(JOINS, key);
    if (group.people.length > 0)
      await tx.records.put(GROUPS, groupKey(group), group as unknown as Json, group.last + KEPT_MS);
  }
  const groups = (await tx.records.list(GROUPS)).map(({ value }) => value as unknown as Group);
  return [...groups].sort((a, b) => a.since - b.since);
}

/** The group was welcomed. */
export async function endGroup(tx: StoreTx, group: Group): Promise<void> {
  await tx.records.delete(GROUPS, groupKey(group));
}

function groupKey({ room, since }: Group): string {
  return `${chatKey(room)} ${since}`;
}

async function joinsOf(tx: StoreTx, key: string): Promise<Joins> {
  return ((await tx.records.get(JOINS, key)) as unknown as Joins | undefined) ?? { recent: [] };
}

function whoOf({ user, name }: { readonly user?: UserRef; readonly name: string }): string {
  return user ? `${user.account}:${user.id}` : name;
}

/** Topics and threads share it. */
export function chatKey({ account, id }: ConversationRef): string {
  return conversationKey({ account, id });
}
