// What a room is and who may join it to others, asked of its platform now; every flow of the bridges begins here.

import type { RoomFacts } from "../../bridge/social.ts";
import { type ConversationRef, conversationKey, type UserRef } from "../../model/refs.ts";
import type { Texts } from "../../model/texts.ts";
import { type Question, Refusal } from "../command.ts";
import type { RobotWorld } from "../world.ts";
import { userKey } from "./codes.ts";
import { ROOM_NAME } from "./roster.ts";

export interface Place {
  readonly ref: ConversationRef;
  /** Undefined when the platform does not let us see it. */
  readonly facts?: RoomFacts;
  /** What it was called when it was joined, for when the platform does not tell. */
  readonly lastName?: string;
  /** Keys of the texts. */
  readonly lacks: readonly string[];
}

type Asking = Pick<Question, "world" | "signal">;

export async function placeOf(ref: ConversationRef, { world, signal }: Asking): Promise<Place> {
  const social = world.social(ref.account);
  const facts = await social?.room(ref, signal).catch(() => undefined);
  if (!facts) {
    const last = await world.store.transaction((tx) => tx.records.get(ROOM_NAME, conversationKey(ref)));
    return { ref, lacks: [], ...(typeof last === "string" && { lastName: last }) };
  }
  const lacks = await social?.lacks(ref, signal).catch(() => []);
  return { ref, facts, lacks: lacks ?? [] };
}

export function placesOf(refs: readonly ConversationRef[], asking: Asking): Promise<readonly Place[]> {
  return Promise.all(refs.map((ref) => placeOf(ref, asking)));
}

/** Its name, or its number when nobody tells the name. */
export function nameOf({ ref, facts, lastName }: Place): string {
  return facts?.name ?? lastName ?? conversationKey(ref);
}

export function platformName(ref: ConversationRef, world: RobotWorld): string {
  const name = world.platformOf(ref.account);
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}

/** One line about a room: platform, name, server, people. */
export function label(place: Place, texts: Texts, world: RobotWorld): string {
  const { parent, members } = place.facts ?? {};
  const values = { platform: platformName(place.ref, world), name: nameOf(place) };
  const plain = texts("robot-bridge.room.plain", values);
  // Telegram does not tell what a topic is called.
  const topic =
    place.ref.thread === undefined ? "" : texts("robot-bridge.room.topic", { topic: place.ref.thread });
  const line = parent ? texts("robot-bridge.room.within", { ...values, parent }) : `${plain}${topic}`;
  return members === undefined ? line : `${line}${texts("robot-bridge.room.people", { count: members })}`;
}

/** The last word of a key says what is lacking: without these nothing can be said there. */
const NEEDED_TO_WRITE = /\.(write|send|view|text|threads)$/;

export function cannotWrite({ facts, lacks }: Place): boolean {
  return facts === undefined || lacks.some((key) => NEEDED_TO_WRITE.test(key));
}

/** Anybody may read it; what nobody knows counts as private. */
export function isOpen({ facts }: Place): boolean {
  return facts?.isOpen === true;
}

/** By the platform's word, now. */
export async function isAdmin(
  user: UserRef,
  room: ConversationRef,
  { world, signal }: Asking,
): Promise<boolean> {
  const standing = await world.standingOf(user, room, signal);
  return standing === "owner" || standing === "admin";
}

/** @throws Refusal: in private, or the person is no admin of the room */
export async function checkAdmin(question: Question): Promise<void> {
  const { ask } = question;
  if (ask.isPrivate) throw new Refusal("robot-bridge.refused.private");
  if (!(await isAdmin(ask.by.user, ask.room, question))) throw new Refusal("robot-bridge.refused.not-admin");
}

/** Whether the configuration lets this account join rooms: linked ones lend no rights. */
export function isAllowed(user: UserRef, world: RobotWorld): boolean {
  const { mayBridge, owners, trusted } = world.config;
  if (mayBridge === "admins") return true;
  const all = mayBridge === "owners" ? owners : [...owners, ...trusted];
  return all.some((one) => userKey(one) === userKey(user));
}

/** @throws Refusal as `checkAdmin`, and when the configuration keeps joining to others */
export async function checkMayJoin(question: Question): Promise<void> {
  await checkAdmin(question);
  const { ask, world } = question;
  if (!isAllowed(ask.by.user, world))
    throw new Refusal("robot-bridge.refused.not-allowed", { who: world.config.mayBridge });
}
