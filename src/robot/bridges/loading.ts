// Takes up what was stored of bridges, when MateBot starts and when a group gets another id; `bridges.ts` calls it.

import type { StoreTx } from "../../bridge/store-port.ts";
import type { Bridge } from "../../model/bridge.ts";
import type { Json } from "../../model/delivery.ts";
import { type ConversationRef, conversationKey, isSamePlace, parseConversation } from "../../model/refs.ts";
import type { RobotWorld } from "../world.ts";
import { remember } from "./access.ts";
import {
  BRIDGE,
  bridgesTouching,
  install,
  OUT,
  type Out,
  type Roster,
  TOLD,
  type Told,
  uniqueName,
} from "./roster.ts";

export interface Move {
  readonly from: ConversationRef;
  readonly to: ConversationRef;
}

interface Stored {
  readonly bridges: readonly Bridge[];
  readonly out: readonly { readonly key: string; readonly value: Json }[];
  readonly told: readonly { readonly key: string; readonly value: Json }[];
}

/** Bridges of the file come first: a stored one that shares a room with another is left out and reported. */
export async function loadRoster(roster: Roster, world: RobotWorld): Promise<void> {
  const { store, table } = world;
  roster.chosen.clear();
  roster.out.clear();
  roster.since.clear();
  roster.told.clear();
  roster.leftOut.clear();
  const stored = await store.transaction(readStored);
  for (const { key, value } of stored.out) {
    const { access, since } = value as { readonly access?: Out; readonly since?: number };
    if (access !== "none" && access !== "mute") continue;
    roster.out.set(key, access);
    roster.since.set(key, Number(since ?? world.clock.now()));
  }
  for (const { key, value } of stored.told) roster.told.set(key, value as unknown as Told);
  for (const bridge of table.all().filter(({ from }) => from !== "chats")) install(roster, world, bridge);
  for (const bridge of stored.bridges) await loadOne(bridge, roster, world);
}

async function readStored(tx: StoreTx): Promise<Stored> {
  for (const move of await tx.moves.all()) await moveRecords(tx, move);
  const rows = await tx.records.list(BRIDGE);
  return {
    bridges: rows.map(({ value }) => value as unknown as Bridge),
    out: await tx.records.list(OUT),
    told: await tx.records.list(TOLD),
  };
}

async function loadOne(bridge: Bridge, roster: Roster, world: RobotWorld): Promise<void> {
  const { name, members } = bridge;
  if (members.some(({ account }) => !world.accounts.includes(account))) {
    roster.leftOut.add(name);
    world.report("warn", "robot-bridge.report.no-account", { bridge: name });
    return;
  }
  const other = members.flatMap((member) => bridgesTouching(roster, member)).at(0);
  if (other) {
    roster.leftOut.add(name);
    world.report("warn", "robot-bridge.report.left-out", { bridge: name, other: other.name });
    return;
  }
  const own = uniqueName(roster, name);
  const named = { ...bridge, name: own };
  if (own !== name)
    await world.store.transaction(async (tx) => {
      await tx.records.delete(BRIDGE, name);
      await tx.records.put(BRIDGE, own, named as unknown as Json);
    });
  install(roster, world, named);
}

/** A group has another id now; doing it twice changes nothing. */
export async function moveRecords(tx: StoreTx, { from, to }: Move): Promise<void> {
  for (const { key, value } of await tx.records.list(BRIDGE)) {
    const bridge = value as unknown as Bridge;
    if (!bridge.members.some((member) => isSamePlace(member, from))) continue;
    await tx.records.put(BRIDGE, key, moved(bridge, { from, to }) as unknown as Json);
  }
  for (const { key, value } of await tx.records.list(OUT)) {
    const next = movedKey(key, { from, to });
    if (next === key) continue;
    await tx.records.delete(OUT, key);
    await tx.records.put(OUT, next, value);
  }
}

/** The same in memory; the table has heard of it already, or hears of it now. */
export function moveRoster(roster: Roster, world: RobotWorld, move: Move): void {
  for (const [key, access] of [...roster.out]) {
    const since = roster.since.get(key) ?? world.clock.now();
    remember(roster, key, undefined, since);
    remember(roster, movedKey(key, move), access, since);
  }
  for (const bridge of [...roster.chosen.values()])
    if (bridge.members.some((member) => isSamePlace(member, move.from)))
      install(roster, world, moved(bridge, move));
}

function moved(bridge: Bridge, move: Move): Bridge {
  const ways = Object.entries(bridge.ways ?? {}).map(([key, way]) => [movedKey(key, move), way] as const);
  return {
    ...bridge,
    members: bridge.members.map((member) =>
      isSamePlace(member, move.from) ? { ...member, id: move.to.id } : member,
    ),
    ...(bridge.ways && { ways: Object.fromEntries(ways) }),
  };
}

function movedKey(key: string, { from, to }: Move): string {
  const ref = parseConversation(key);
  return ref && isSamePlace(ref, from) ? conversationKey({ ...ref, id: to.id }) : key;
}
