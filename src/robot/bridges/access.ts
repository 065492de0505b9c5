// What becomes of a bridge when a room cannot be reached any more, and when it can again; by events and by the clock.

import type { Line } from "../../bridge/social.ts";
import type { StoreTx } from "../../bridge/store-port.ts";
import type { Bridge } from "../../model/bridge.ts";
import type { Json } from "../../model/delivery.ts";
import type { BridgeEvent } from "../../model/event.ts";
import { type ConversationRef, conversationKey, isSamePlace, parseConversation } from "../../model/refs.ts";
import type { Answer } from "../command.ts";
import type { RobotWorld } from "../world.ts";
import { cannotWrite, label, placeOf } from "./places.ts";
import { bridgesTouching, install, isCutOff, OUT, type Out, type Roster, TOLD, type Told } from "./roster.ts";

/** So often the rooms that cannot be reached are tried: nobody may have told that they can be again. */
export const RECHECK_MS = 10 * 60_000;
/** At most so many notes about a bridge in that time; what changed meanwhile is told once, later. */
const MOST_NOTES = 2;

type AccessEvent = Extract<BridgeEvent, { kind: "access.changed" }>;

/** `undefined`: it can be reached. */
type Changes = ReadonlyMap<string, Out | undefined>;

/** Members of bridges that the event is about. */
function membersIn(
  { conversation }: Pick<AccessEvent, "conversation">,
  roster: Roster,
): readonly ConversationRef[] {
  return bridgesTouching(roster, conversation).flatMap(({ members }) =>
    members.filter(
      (member) =>
        isSamePlace(member, conversation) &&
        (conversation.thread === undefined || conversation.thread === member.thread),
    ),
  );
}

export function wantsAccess(event: AccessEvent, roster: Roster): boolean {
  return membersIn(event, roster).length > 0;
}

export async function hearAccess(
  event: AccessEvent,
  world: RobotWorld,
  roster: Roster,
  signal: AbortSignal,
): Promise<Answer> {
  const access = event.access === "full" ? undefined : event.access;
  const changes = new Map(membersIn(event, roster).map((member) => [conversationKey(member), access]));
  return changed(changes, world, roster, signal);
}

/** What is to be written, remembered and told; nothing where all is as it was. */
async function changed(
  changes: Changes,
  world: RobotWorld,
  roster: Roster,
  signal: AbortSignal,
): Promise<Answer & { readonly also: readonly Line[] }> {
  const out = new Map(roster.out);
  for (const [key, access] of changes) {
    if (access) out.set(key, access);
    else out.delete(key);
  }
  const next: Roster = { ...roster, out };
  const now = world.clock.now();
  const notes = await Promise.all(
    [...roster.chosen.values()].map((bridge) => noteOf(bridge, { roster, next, now, world, signal })),
  );
  const told = notes.flatMap((note) => note ?? []);
  const touched = [...roster.chosen.values()].filter(({ members }) =>
    members.some((member) => changes.has(conversationKey(member))),
  );
  return {
    also: told.flatMap(({ lines }) => lines),
    keep: (tx) => keepAccess(tx, changes, told, roster, now),
    after() {
      for (const [key, access] of changes) remember(roster, key, access, now);
      for (const one of told) roster.told.set(one.bridge, one.told);
      for (const { name } of touched) {
        const bridge = roster.chosen.get(name);
        if (bridge) install(roster, world, bridge);
      }
    },
  };
}

interface Note {
  readonly bridge: string;
  readonly told: Told;
  readonly lines: readonly Line[];
}

/** Since when it could not be reached stays, whatever else is missing there now. */
export function remember(roster: Roster, key: string, access: Out | undefined, now: number): void {
  if (access) {
    roster.out.set(key, access);
    if (!roster.since.has(key)) roster.since.set(key, now);
    return;
  }
  roster.out.delete(key);
  roster.since.delete(key);
}

async function keepAccess(
  tx: StoreTx,
  changes: Changes,
  notes: readonly Note[],
  { since }: Roster,
  now: number,
): Promise<void> {
  for (const [key, access] of changes) {
    if (access) await tx.records.put(OUT, key, { access, since: since.get(key) ?? now });
    else await tx.records.delete(OUT, key);
  }
  for (const { bridge, told } of notes) await tx.records.put(TOLD, bridge, told as unknown as Json);
}

interface Moment {
  readonly roster: Roster;
  /** As it is after the change. */
  readonly next: Roster;
  readonly now: number;
  readonly world: RobotWorld;
  readonly signal: AbortSignal;
}

/** What the rooms of a bridge have not been told yet; undefined when that is nothing, or too much for now. */
async function noteOf(bridge: Bridge, moment: Moment): Promise<Note | undefined> {
  const { roster, next, now, world } = moment;
  const last = roster.told.get(bridge.name) ?? { out: {}, times: [] };
  const out = outOf(bridge, next.out);
  const news = bridge.members.filter((member) => {
    const key = conversationKey(member);
    return last.out[key] !== out[key];
  });
  const times = last.times.filter((at) => at > now - RECHECK_MS);
  if (news.length === 0 || times.length >= MOST_NOTES) return undefined;
  const places = await Promise.all(news.map((member) => placeOf(member, moment)));
  const wasCutOff = isCutOff(bridge, { out: new Map(Object.entries(last.out)) });
  const hasLost = news.some((member) => out[conversationKey(member)] !== undefined);
  const state = endOf(bridge, { wasCutOff, isCutOff: isCutOff(bridge, next), hasLost });
  const lines = bridge.members
    .filter((member) => !out[conversationKey(member)])
    .map((to): Line => {
      const texts = world.texts(world.rooms.language(to));
      const words = places.map((place) => {
        const why = out[conversationKey(place.ref)] ?? "full";
        return texts(`robot-bridge.access.${why}`, { room: label(place, texts, world) });
      });
      const end = state ? [texts(`robot-bridge.access.${state}`, { bridge: bridge.name })] : [];
      return { to, saying: { body: [{ kind: "text", text: [...words, ...end].join(" ") }] } };
    });
  return { bridge: bridge.name, told: { out, times: [...times, now] }, lines };
}

function endOf(
  { paused }: Bridge,
  now: { readonly wasCutOff: boolean; readonly isCutOff: boolean; readonly hasLost: boolean },
): "paused" | "resumed" | "goes-on" | undefined {
  // Who paused it by hand lifts that by hand.
  if (paused) return undefined;
  if (now.isCutOff) return "paused";
  if (now.wasCutOff) return "resumed";
  return now.hasLost ? "goes-on" : undefined;
}

function outOf({ members }: Bridge, out: Roster["out"]): Record<string, Out> {
  return Object.fromEntries(
    members.flatMap((member) => {
      const key = conversationKey(member);
      const access = out.get(key);
      return access ? [[key, access]] : [];
    }),
  );
}

/** Tries the rooms that cannot be reached, and tells what could not be told before. */
export async function recheck(world: RobotWorld, roster: Roster, signal: AbortSignal): Promise<void> {
  const changes = new Map<string, Out | undefined>();
  for (const [key, access] of roster.out) {
    // The file joins it to nothing any more.
    const now = isMember(key, roster) ? await accessNow(key, world, signal) : undefined;
    if (now !== access && now !== "unknown") changes.set(key, now);
  }
  const answer = await changed(changes, world, roster, signal);
  // A day may have passed for some of them.
  for (const bridge of roster.chosen.values()) install(roster, world, bridge);
  if (changes.size === 0 && answer.also.length === 0) return;
  // Said first: told twice after a crash is better than never.
  for (const line of answer.also) await world.say(line);
  await world.store.transaction(async (tx) => answer.keep?.(tx));
  await answer.after?.();
}

function isMember(key: string, { chosen }: Roster): boolean {
  return [...chosen.values()].some(({ members }) => members.some((one) => conversationKey(one) === key));
}

async function accessNow(
  key: string,
  world: RobotWorld,
  signal: AbortSignal,
): Promise<Out | undefined | "unknown"> {
  const ref = parseConversation(key);
  const social = ref && world.social(ref.account);
  if (!ref || !social) return "unknown";
  try {
    const facts = await social.room(ref, signal);
    const lacks = await social.lacks(ref, signal);
    return cannotWrite({ ref, facts, lacks }) ? "mute" : undefined;
  } catch {
    return "unknown";
  }
}

/** From now on, by the clock. */
export function startRechecks(world: RobotWorld, roster: Roster): { stop(): Promise<void> } {
  const over = new AbortController();
  let running = Promise.resolve();
  let timer = world.clock.after(RECHECK_MS, tick);
  function tick() {
    running = recheck(world, roster, over.signal)
      .catch((error: unknown) => world.log.warn({ err: error }, "bridged rooms could not be tried again"))
      .then(() => {
        if (!over.signal.aborted) timer = world.clock.after(RECHECK_MS, tick);
      });
  }
  return {
    stop() {
      over.abort();
      timer.cancel();
      return running;
    },
  };
}
