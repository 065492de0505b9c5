// What joins which rooms: as people chose it and as it works now, in memory and as records; the flows of `bridges.ts` share one.

import type { StoreTx } from "../../bridge/store-port.ts";
import type { Bridge } from "../../model/bridge.ts";
import type { Json } from "../../model/delivery.ts";
import { type ConversationRef, conversationKey, isSamePlace, sameConversation } from "../../model/refs.ts";
import type { RobotWorld } from "../world.ts";

/**
 * Kinds of records: bridges made in the chats, and what was told of each, by name; rooms that cannot be reached, and how
 * joined rooms are called, by conversation key.
 */
export const BRIDGE = "bridge";
export const OUT = "bridge.out";
export const TOLD = "bridge.told";
export const ROOM_NAME = "bridge.room-name";

/** Why a room takes no part at the moment. */
export type Out = "none" | "mute";

/** So long what is said waits for a room that cannot be reached, as the lanes wait; then it is brought nothing more. */
export const WAIT_MS = 24 * 3_600_000;

/** What the rooms of a bridge were told about which of them cannot be reached, and when (milliseconds since 1970). */
export interface Told {
  readonly out: Readonly<Record<string, Out>>;
  readonly times: readonly number[];
}

/** Bridges as people chose them: `paused` is only what they paused themselves. */
export interface Roster {
  readonly chosen: Map<string, Bridge>;
  /** Rooms that cannot be reached, by conversation key. */
  readonly out: Map<string, Out>;
  /** Since when; milliseconds since 1970. */
  readonly since: Map<string, number>;
  /** How long what is said waits for them. */
  readonly waitMs: number;
  /** By the name of the bridge. */
  readonly told: Map<string, Told>;
  /** Stored bridges that another one keeps from working: their names are taken all the same. */
  readonly leftOut: Set<string>;
}

export function emptyRoster(waitMs = WAIT_MS): Roster {
  return { waitMs, chosen: new Map(), out: new Map(), since: new Map(), told: new Map(), leftOut: new Set() };
}

/** Every bridge as it works now, whether of the file or of the chats. */
export function bridgesOf({ table }: Pick<RobotWorld, "table">): readonly Bridge[] {
  return table.all();
}

/** The bridge of a room, or of the chat that the room is a thread of. */
export function bridgeAt({ chosen }: Roster, room: ConversationRef): Bridge | undefined {
  const all = [...chosen.values()];
  const has = (ref: ConversationRef) =>
    all.find(({ members }) => members.some((member) => sameConversation(member, ref)));
  return has(room) ?? (room.thread === undefined ? undefined : has({ account: room.account, id: room.id }));
}

/** The member that speaks for `room`: itself, or the chat that it is a thread of. */
export function memberAt({ members }: Bridge, room: ConversationRef): ConversationRef | undefined {
  return (
    members.find((member) => sameConversation(member, room)) ??
    members.find((member) => isSamePlace(member, room) && member.thread === undefined)
  );
}

/** One holds the other: a chat and its topics share what is said there. */
export function overlaps(a: ConversationRef, b: ConversationRef): boolean {
  return isSamePlace(a, b) && (a.thread === undefined || b.thread === undefined || sameConversation(a, b));
}

/** Bridges with a room that shares messages with `room`. */
export function bridgesTouching({ chosen }: Roster, room: ConversationRef): readonly Bridge[] {
  return [...chosen.values()].filter(({ members }) => members.some((member) => overlaps(member, room)));
}

export function isOfFile({ from }: Bridge): boolean {
  return from !== "chats";
}

/** Too few rooms can be reached. */
export function isCutOff({ members }: Bridge, { out }: Pick<Roster, "out">): boolean {
  return members.filter((member) => !out.has(conversationKey(member))).length < 2;
}

/**
 * As it works while some rooms could not be reached for a day: they are brought nothing; with fewer than two others nobody
 * is. Until then all goes on: what waits for them is lost to nobody.
 */
export function working(
  bridge: Bridge,
  { since, waitMs }: Pick<Roster, "since" | "waitMs">,
  now: number,
): Bridge {
  const away = bridge.members.filter((member) => {
    const at = since.get(conversationKey(member));
    return at !== undefined && now - at >= waitMs;
  });
  if (away.length === 0) return bridge;
  if (bridge.members.length - away.length < 2) return { ...bridge, paused: true };
  const keys = away.map(conversationKey);
  // A room that only hears has nothing to say either.
  const members = bridge.members.filter((member) => {
    const key = conversationKey(member);
    return !keys.includes(key) || bridge.ways?.[key] !== "hears";
  });
  const silent = Object.fromEntries(keys.map((key) => [key, "speaks"] as const));
  return { ...bridge, members, ways: { ...bridge.ways, ...silent } };
}

/** From now on it is so in memory: `was` is the name it had. */
export function install(roster: Roster, world: RobotWorld, bridge: Bridge, was = bridge.name): void {
  if (was !== bridge.name) uninstall(roster, world, was);
  roster.chosen.set(bridge.name, bridge);
  world.table.put(working(bridge, roster, world.clock.now()));
}

export function uninstall(roster: Roster, { table }: RobotWorld, name: string): void {
  roster.chosen.delete(name);
  table.drop(name);
}

/** Two people asked for changes that exclude each other, and this one came second. */
export class Overtaken extends Error {
  constructor() {
    super("another change of the same bridge came first");
    this.name = "Overtaken";
  }
}

/**
 * Writes the bridge, unless what is on disk has changed since it was read: then nothing of the transaction happens.
 * `was`: as it was read; undefined for a new one. @throws Overtaken
 */
export async function keepBridge(
  tx: StoreTx,
  bridge: Bridge,
  was: Bridge | undefined,
  leftOut: Roster["leftOut"],
): Promise<void> {
  const rows = await tx.records.list(BRIDGE);
  const mine = rows.find(({ key }) => key === (was ?? bridge).name);
  if ((was !== undefined) !== (mine !== undefined)) throw new Overtaken();
  if (was && mine && !isSame(mine.value, was)) throw new Overtaken();
  const others = rows.filter(({ key }) => key !== was?.name);
  if (others.some(({ key }) => key === bridge.name)) throw new Overtaken();
  for (const { key, value } of others) {
    if (leftOut.has(key)) continue;
    const { members } = value as unknown as Bridge;
    if (members.some((one) => bridge.members.some((member) => overlaps(one, member)))) throw new Overtaken();
  }
  if (was && was.name !== bridge.name) await tx.records.delete(BRIDGE, was.name);
  await tx.records.put(BRIDGE, bridge.name, bridge as unknown as Json);
}

/** @throws Overtaken as `keepBridge` */
export async function removeBridge(tx: StoreTx, was: Bridge): Promise<void> {
  const row = await tx.records.get(BRIDGE, was.name);
  if (row === undefined || !isSame(row, was)) throw new Overtaken();
  await tx.records.delete(BRIDGE, was.name);
}

function isSame(stored: Json, bridge: Bridge): boolean {
  return sorted(stored) === sorted(bridge as unknown as Json);
}

/** The same words for the same value, whatever the order in which its fields were written. */
function sorted(value: Json): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const MOST_NAME = 60;

/** Readable, on one line, at most 60 characters; "" when nothing is left. */
export function cleanName(name: string): string {
  const line = name.replace(/[\p{C}\s]+/gu, " ").trim();
  return [...line].slice(0, MOST_NAME).join("").trim();
}

/** The name, with a number behind it when another bridge has it. */
export function uniqueName({ chosen, leftOut }: Roster, name: string): string {
  const isTaken = (one: string) => chosen.has(one) || leftOut.has(one);
  let found = name;
  for (let n = 2; isTaken(found); n++) found = `${name} ${n}`;
  return found;
}
