// Answers what people say in rooms that chose a personality with triggers: seldom, and never to a command.

import type { BridgeEvent } from "../../model/event.ts";
import type { Message } from "../../model/message.ts";
import { type ConversationRef, conversationKey, messageKey } from "../../model/refs.ts";
import { plainText } from "../../model/rich-text.ts";
import type { Area } from "../area.ts";
import { said } from "../command.ts";
import type { RobotWorld } from "../world.ts";
import { type Pull, pulled } from "./matching.ts";
import type { Pack } from "./pack.ts";
import { oneOf } from "./phrase-keys.ts";
import type { Chosen, Personalities } from "./phrases.ts";

export type TriggerHearing = Required<Pick<Area, "wants" | "hear">>;

/** What waited longer for us than this has been talked over. */
const STALE_MS = 2 * 60_000;
const MOST_REMEMBERED = 2_000;

interface Found {
  readonly message: Message;
  readonly room: ConversationRef;
  readonly pack: Pack;
  readonly pull: Pull;
}

/** Whether what is said in a room is answered: as it was told, else where a pack that does so was chosen. */
export function isTriggered(pack: Pack | undefined, room: ConversationRef, world: RobotWorld): boolean {
  const { triggers, personality } = world.rooms.get(room);
  return hasTriggers(pack) && (triggers ?? personality !== undefined);
}

export function hasTriggers(pack: Pack | undefined): boolean {
  if (!pack) return false;
  const { thanks, greeting } = pack.politeness;
  return pack.triggers.length > 0 || thanks !== undefined || greeting !== undefined;
}

export function createTriggers(chosen: Chosen, personalities: Personalities): TriggerHearing {
  /** `room what` -> not before; the oldest first. */
  const restUntil = new Map<string, number>();
  /** Messages that were wanted: a transaction that is begun again must hear the same. */
  const wanted = new Set<string>();

  function isDue({ room, pack, pull, message }: Found, world: RobotWorld): boolean {
    const own = messageKey(message.ref);
    if (wanted.has(own)) return true;
    const now = world.clock.now();
    if (now - message.at > STALE_MS) return false;
    const key = `${conversationKey({ account: room.account, id: room.id })} ${pack.name} ${pull.kind} ${pull.key}`;
    if (now < (restUntil.get(key) ?? 0) || world.random() >= pull.chance) return false;
    restUntil.delete(key);
    restUntil.set(key, now + pull.cooldownMs);
    wanted.add(own);
    shorten(restUntil);
    shorten(wanted);
    return true;
  }

  return {
    wants(event, world) {
      const found = find(event, world, chosen);
      return found !== undefined && isDue(found, world);
    },
    async hear(event, world) {
      const found = find(event, world, chosen);
      if (!found) return {};
      const { message, room, pull } = found;
      const values = { name: message.author.name };
      const words =
        pull.kind === "says"
          ? oneOf(pull.variants, values, world.random)
          : personalities.say(room, pull.key, values, world, world.rooms.language(room));
      return words === undefined ? {} : said(words);
    },
  };
}

/** By the words alone: what it finds in `wants` it finds again in `hear`. */
function find(event: BridgeEvent, world: RobotWorld, chosen: Chosen): Found | undefined {
  if (event.kind !== "message.created") return undefined;
  const { message } = event;
  const room = message.ref.conversation;
  // Most rooms have chosen nothing: they cost nothing.
  const { triggers, personality } = world.rooms.get(room);
  if (!(triggers ?? personality !== undefined)) return undefined;
  // What a bot wrote for somebody, and what somebody else wrote, is not said to us.
  if (message.author.kind !== "person" || message.forward || message.via) return undefined;
  if (plainText(message.body).trimStart().startsWith("/")) return undefined;
  const pack = chosen(room, world);
  if (!pack || !isTriggered(pack, room, world)) return undefined;
  const handle = world.social(room.account)?.handle();
  const pull = pulled(message, pack, world.rooms.language(room), handle);
  return pull && { message, room, pack, pull };
}

/** The oldest go first. */
function shorten(all: Map<string, unknown> | Set<string>): void {
  for (const key of all.keys()) {
    if (all.size <= MOST_REMEMBERED) return;
    all.delete(key);
  }
}
