// Who was welcomed has no voice until they press that they accept the rules; `welcome.ts` and `commands.ts` call it.

import { createHash } from "node:crypto";
import type { Line } from "../../bridge/social.ts";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Saying } from "../../model/ask.ts";
import type { Json } from "../../model/delivery.ts";
import { PlatformError } from "../../model/errors.ts";
import type { Author } from "../../model/message.ts";
import type { ConversationRef, UserRef } from "../../model/refs.ts";
import { text } from "../../model/rich-text.ts";
import type { Texts } from "../../model/texts.ts";
import { type Answer, type Question, Refusal } from "../command.ts";
import type { RobotWorld } from "../world.ts";
import { chatKey, type Joiner } from "./joins.ts";

const ACCEPT = "welcome-accept";
/** That a right is missing was said in the room. */
const TOLD = "welcome-told";
/** Whoever has not pressed by then may speak again, and the button is none any more. */
const ACCEPT_MS = 7 * 86_400_000;
/** Whom the robot has muted until they accept. */
const MUTED = "welcome-muted";
const BUTTON = "ok";

interface Waiting {
  /** `account:id` of the chat. */
  readonly room: string;
  /** Everybody who was welcomed and is still there. */
  readonly people: readonly {
    readonly user: UserRef;
    readonly isMuted: boolean;
    readonly accepted: boolean;
  }[];
  /** The welcome without its button. */
  readonly saying: Saying;
  /** When it ends; milliseconds since 1970. */
  readonly until: number;
}

export interface Muted {
  readonly people: readonly Joiner[];
  /** Nobody could be muted, for want of a right. */
  readonly isRefused: boolean;
}

/** Takes the voice of those who joined, until they accept or `ACCEPT_MS` are over; who administers keeps it. */
export async function mute(
  people: readonly Author[],
  room: ConversationRef,
  world: RobotWorld,
  signal: AbortSignal,
): Promise<Muted> {
  const social = world.social(room.account);
  if (!social?.moderate) return { people, isRefused: false };
  const muted: Joiner[] = [];
  let isRefused = false;
  for (const person of people) {
    const { user } = person;
    const deed = user && (await muteOne(user, room, world, signal));
    muted.push(deed === "muted" ? { ...person, isMuted: true } : person);
    isRefused ||= deed === "refused";
  }
  return { people: muted, isRefused };
}

/** `left`: nothing was changed, for a good reason. */
async function muteOne(
  user: UserRef,
  room: ConversationRef,
  world: RobotWorld,
  signal: AbortSignal,
): Promise<"muted" | "left" | "refused"> {
  const { clock, store } = world;
  const social = world.social(room.account);
  const key = `${chatKey(room)} ${user.id}`;
  const until = clock.now() + ACCEPT_MS;
  try {
    // Whom a moderator has silenced would be freed by a press, had they only left and come back.
    const isOurs = (await store.transaction((tx) => tx.records.get(MUTED, key))) !== undefined;
    if (!isOurs && (await social?.isSilenced?.(user, room, signal))) return "left";
    // Noted before it is done: after a crash it is still known whose it is.
    await store.transaction((tx) => tx.records.put(MUTED, key, true, until));
    await social?.moderate?.({ act: "mute", user, room, until }, signal);
    return "muted";
  } catch (error) {
    signal.throwIfAborted();
    world.log.debug({ err: error }, "who joined could not be muted");
    if (!isForGood(error)) return "left";
    await store.transaction((tx) => tx.records.delete(MUTED, key));
    return (await isAdmin(user, room, world, signal)) ? "left" : "refused";
  }
}

/** Trouble of the network passes; nobody has to be told. */
function isForGood(error: unknown): boolean {
  return error instanceof PlatformError && ["refused", "blocked"].includes(error.fate.kind);
}

async function isAdmin(
  user: UserRef,
  room: ConversationRef,
  world: RobotWorld,
  signal: AbortSignal,
): Promise<boolean> {
  return ["owner", "admin"].includes(await world.standingOf(user, room, signal));
}

/** What the room is told about the missing right, once; `keep` remembers that it was. */
export async function lackingRight(
  room: ConversationRef,
  world: RobotWorld,
): Promise<{ readonly line: Line; readonly keep: (tx: StoreTx) => Promise<void> } | undefined> {
  const key = chatKey(room);
  if (await world.store.transaction((tx) => tx.records.get(TOLD, key))) return undefined;
  const texts = world.texts(world.rooms.language(room));
  const words = texts("robot-welcome.accept.no-right", { platform: world.platformOf(room.account) });
  return {
    line: { to: room, saying: { body: [text(words)] } },
    keep: (tx) => tx.records.put(TOLD, key, true),
  };
}

/** It may be said again. */
export async function forgetLacking(tx: StoreTx, room: ConversationRef): Promise<void> {
  await tx.records.delete(TOLD, chatKey(room));
}

export interface Asking {
  /** The same for the same joiners, so that hearing them twice asks them once. */
  readonly id: string;
  readonly room: ConversationRef;
  readonly people: readonly Joiner[];
  readonly saying: Saying;
}

/** The welcome with the button; `keep` remembers who must press it. */
export function asking(
  { id, room, people, saying }: Asking,
  world: RobotWorld,
): { readonly saying: Saying; readonly keep: (tx: StoreTx) => Promise<void> } {
  const texts = world.texts(world.rooms.language(room));
  const asked = people.flatMap(({ user, isMuted = false }) =>
    user ? [{ user, isMuted, accepted: false }] : [],
  );
  const until = world.clock.now() + ACCEPT_MS;
  const waiting: Waiting = { room: chatKey(room), people: asked, saying, until };
  const button = {
    ...{ label: texts("robot-welcome.accept.button"), action: `welcome:${BUTTON}:${id}` },
    style: "good",
  } as const;
  const line = text(`\n\n${texts("robot-welcome.accept.line", { count: asked.length })}`);
  return {
    saying: { ...saying, body: [...saying.body, line], buttons: [...(saying.buttons ?? []), [button]] },
    keep: async (tx) => {
      // Who has pressed already has pressed.
      if (await tx.records.get(ACCEPT, id)) return;
      await put(tx, id, waiting);
    },
  };
}

export function askingId(room: ConversationRef, at: number, people: readonly Author[]): string {
  const who = people.map(({ user, name }) => (user ? user.id : name));
  const all = JSON.stringify([chatKey(room), at, ...who]);
  return createHash("sha256").update(all).digest("base64url").slice(0, 16);
}

/** Only those who were welcomed by the message may press; the message changes when all of them have. */
export async function pressed(question: Question, words: string): Promise<Answer> {
  const { ask, world, texts, signal } = question;
  const id = words.slice(BUTTON.length + 1);
  const { user } = ask.by;
  const before = words.startsWith(`${BUTTON}:`) ? await waitingOf(id, world) : undefined;
  if (!before || before.room !== chatKey(ask.room)) throw new Refusal("robot-welcome.accept.over");
  const own = before.people.find((one) => isSame(one.user, user));
  if (!own) throw new Refusal("robot-welcome.accept.stranger");
  // Pressed again after a crash, all of it is done again: the message may not have changed yet.
  if (own.isMuted && !own.accepted) await unmute(user, ask.room, world, signal);
  const all = await accept(id, user, world);
  const toast = texts(own.accepted ? "robot-welcome.accept.already" : "robot-welcome.accept.thanks");
  const isDone = all?.people.every(({ accepted }) => accepted) ?? false;
  return { toast, ...(all && isDone && { change: done(all, texts) }) };
}

async function unmute(
  user: UserRef,
  room: ConversationRef,
  world: RobotWorld,
  signal: AbortSignal,
): Promise<void> {
  try {
    await world.social(room.account)?.moderate?.({ act: "unmute", user, room }, signal);
    await world.store.transaction((tx) => tx.records.delete(MUTED, `${chatKey(room)} ${user.id}`));
  } catch (error) {
    signal.throwIfAborted();
    world.log.warn({ err: error }, "who accepted could not be given their voice back");
    throw new Refusal("robot-welcome.accept.stuck");
  }
}

function done({ saying, people }: Waiting, texts: Texts): Saying {
  const line = texts("robot-welcome.accept.done", { count: people.length });
  return { ...saying, body: [...saying.body, text(`\n\n${line}`)] };
}

/** What is on disk then; two who press at once do not overwrite each other. */
function accept(id: string, user: UserRef, { store }: RobotWorld): Promise<Waiting | undefined> {
  return store.transaction(async (tx) => {
    const waiting = read(await tx.records.get(ACCEPT, id));
    if (!waiting) return undefined;
    const people = waiting.people.map((one) => (isSame(one.user, user) ? { ...one, accepted: true } : one));
    const next = { ...waiting, people };
    await put(tx, id, next);
    return next;
  });
}

/** Nobody waits any more for who went. */
export async function forgetWaiting(
  tx: StoreTx,
  room: ConversationRef,
  left: readonly Author[],
): Promise<void> {
  for (const { key, value } of await tx.records.list(ACCEPT)) {
    const waiting = read(value);
    if (!waiting || waiting.room !== chatKey(room)) continue;
    const people = waiting.people.filter(
      (one) => one.accepted || !left.some(({ user }) => user && isSame(user, one.user)),
    );
    if (people.length === waiting.people.length) continue;
    if (people.length === 0) await tx.records.delete(ACCEPT, key);
    else await put(tx, key, { ...waiting, people });
  }
}

function waitingOf(id: string, { store }: RobotWorld): Promise<Waiting | undefined> {
  return store.transaction(async (tx) => read(await tx.records.get(ACCEPT, id)));
}

function put(tx: StoreTx, id: string, waiting: Waiting): Promise<void> {
  return tx.records.put(ACCEPT, id, waiting as unknown as Json, waiting.until);
}

function read(value: Json | undefined): Waiting | undefined {
  return value as unknown as Waiting | undefined;
}

function isSame(one: UserRef, other: UserRef): boolean {
  return one.account === other.account && one.id === other.id;
}
