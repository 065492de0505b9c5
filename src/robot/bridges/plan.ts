// Decides what becomes of two rooms that shall be joined: a new bridge, one more room in a bridge, or a refusal; pure.

import type { Bridge, Way } from "../../model/bridge.ts";
import { type ConversationRef, conversationKey, sameConversation } from "../../model/refs.ts";
import { Refusal } from "../command.ts";
import { bridgesTouching, isOfFile, overlaps, type Roster } from "./roster.ts";

/** As seen from the room where the code was entered. */
export const JOIN_WAYS = ["both", "out", "in"] as const;
export type JoinWay = (typeof JOIN_WAYS)[number];

export interface Plan {
  /** The bridge that gets one more room; undefined: a new one is made. */
  readonly bridge?: Bridge;
}

/** @throws Refusal that says why they cannot be joined, and what helps */
export function planJoin(roster: Roster, there: ConversationRef, here: ConversationRef): Plan {
  if (sameConversation(there, here)) throw new Refusal("robot-bridge.refused.same");
  if (overlaps(there, here)) throw new Refusal("robot-bridge.refused.inside");
  const [of, its] = [bridgeFor(roster, there), bridgeFor(roster, here)];
  if (of && its && of.name === its.name)
    throw new Refusal("robot-bridge.refused.already", { bridge: of.name });
  const bridge = of ?? its;
  const inFile = [of, its].find((one) => one && isOfFile(one));
  if (inFile) throw new Refusal("robot-bridge.refused.file", { bridge: inFile.name });
  if (of && its) throw new Refusal("robot-bridge.refused.two", { here: its.name, there: of.name });
  return bridge ? { bridge } : {};
}

/** The bridge a room is a member of. @throws Refusal when only its chat or one of its topics is: two bridges would share it */
function bridgeFor(roster: Roster, room: ConversationRef): Bridge | undefined {
  const touching = bridgesTouching(roster, room);
  const exact = touching.find(({ members }) => members.some((member) => sameConversation(member, room)));
  const other = touching.find((bridge) => bridge !== exact);
  if (!exact && other) throw new Refusal("robot-bridge.refused.loop", { bridge: other.name });
  return exact;
}

/** The bridge as it is once the rooms are joined. */
export function joined(
  { bridge }: Plan,
  {
    here,
    there,
    way,
    name,
  }: {
    readonly here: ConversationRef;
    readonly there: ConversationRef;
    readonly way: JoinWay;
    readonly name: string;
  },
): Bridge {
  const old = bridge?.members ?? [];
  const fresh = [there, here].filter((one) => !old.some((member) => sameConversation(member, one)));
  const ways = Object.fromEntries(
    fresh.flatMap((room) => {
      const own = wayOf(sameConversation(room, here), way);
      return own ? [[conversationKey(room), own] as const] : [];
    }),
  );
  return withWays(
    { ...bridge, name, members: [...old, ...fresh], from: "chats" },
    { ...bridge?.ways, ...ways },
  );
}

function wayOf(isHere: boolean, way: JoinWay): Way | undefined {
  if (way === "both") return undefined;
  return isHere === (way === "out") ? "speaks" : "hears";
}

/** Without ways where all do both. */
export function withWays(bridge: Bridge, ways: Readonly<Record<string, Way>>): Bridge {
  const { ways: _, ...rest } = bridge;
  return Object.keys(ways).length === 0 ? rest : { ...rest, ways };
}

/** The way of a room after the one it has: both, only speaks, only hears; ways by which nothing would be carried are left out. */
export function turned(bridge: Bridge, room: ConversationRef): Bridge {
  const key = conversationKey(room);
  const order = [undefined, "speaks", "hears"] as const;
  const at = order.indexOf(bridge.ways?.[key]);
  for (const step of [1, 2]) {
    const next = order[(at + step) % order.length];
    const { [key]: _, ...others } = bridge.ways ?? {};
    const turnedOne = withWays(bridge, next ? { ...others, [key]: next } : others);
    if (carries(turnedOne)) return turnedOne;
  }
  return bridge;
}

/** Somebody speaks whom another hears. */
export function carries({ members, ways }: Bridge): boolean {
  const keys = members.map(conversationKey);
  return keys.some(
    (one) => ways?.[one] !== "hears" && keys.some((other) => other !== one && ways?.[other] !== "speaks"),
  );
}

/** Without a room; undefined when fewer than two are left. */
export function without(bridge: Bridge, room: ConversationRef): Bridge | undefined {
  const members = bridge.members.filter((member) => !sameConversation(member, room));
  if (members.length < 2) return undefined;
  const { [conversationKey(room)]: _, ...ways } = bridge.ways ?? {};
  // Who was only to hear still is, even when nobody is left who speaks.
  return withWays({ ...bridge, members }, ways);
}
