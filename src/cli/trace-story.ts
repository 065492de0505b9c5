// Gathers all that is on disk about one message: updates, deliveries, steps, copies; `trace.ts` tells it.

import { createBridgeTable } from "../bridge/bridge-table.ts";
import type {
  DeadDelivery,
  HeldDelivery,
  MapRow,
  StoredDelivery,
  StoreTx,
  TraceStep,
} from "../bridge/store-port.ts";
import type { BridgeEvent } from "../model/event.ts";
import {
  asideOf,
  type ConversationRef,
  conversationKey,
  type MessageRef,
  messageKey,
  subjectOf,
} from "../model/refs.ts";
import type { KeptUpdate } from "./archive.ts";
import { type Desk, platformOf } from "./desk.ts";
import { messagesOf } from "./event-facts.ts";

export interface Story {
  readonly source: MessageRef;
  /** What the journal holds of it, oldest first. */
  readonly received: readonly ReceivedUpdate[];
  /** The other members of its bridge; [] when its conversation is in none. */
  readonly bridged: readonly ConversationRef[];
  /** Every place it goes to or went to. */
  readonly places: readonly Place[];
  /** What befell it beyond the plain way, oldest first. */
  readonly steps: readonly TraceStep[];
}

export interface ReceivedUpdate {
  readonly update: KeptUpdate;
  readonly what: "created" | "edited" | "deleted";
}

export interface Place {
  readonly to: ConversationRef;
  /** Its parts that stand there, in order. */
  readonly copies: readonly MapRow[];
  /** The small line below it that says who reacted. */
  readonly asides: readonly MapRow[];
  readonly waiting: readonly WaitingDelivery[];
  readonly dead: readonly DeadDelivery[];
  readonly held: readonly HeldDelivery[];
}

export interface WaitingDelivery {
  readonly delivery: StoredDelivery;
  /** 1 is the next to go; undefined when it travels with another, or more than `depth` wait before it. */
  readonly position?: number;
  /** How many wait in the lane, counted up to the depth that was looked into. */
  readonly depth: number;
}

/** How far into a lane is looked. */
const LOOK_INTO = 1_000;

/**
 * The stories of what stands behind `refs`: originals, copies (the story of their original), and joined messages (the
 * story of each that is in it). [] when nothing on disk knows any of them.
 */
export async function storiesOf(desk: Desk, refs: readonly MessageRef[]): Promise<readonly Story[]> {
  for (const ref of refs) {
    const stories: Story[] = [];
    for (const source of await sourcesOf(desk, ref)) {
      const story = await storyOf(desk, source);
      if (isKnown(story)) stories.push(story);
    }
    if (stories.length > 0) return stories;
  }
  return [];
}

/** The originals behind a message; itself when it is none's copy. */
async function sourcesOf({ store }: Desk, ref: MessageRef): Promise<readonly MessageRef[]> {
  const rows = await store.transaction((tx) => tx.map.rows(ref));
  const sources = new Map(
    rows.map(({ source }) => subjectOf(source)).map((source) => [messageKey(source), source]),
  );
  return sources.size > 0 ? [...sources.values()] : [ref];
}

function isKnown({ received, places, steps }: Story): boolean {
  const isAnywhere = places.some(
    ({ copies, waiting, dead, held }) => copies.length + waiting.length + dead.length + held.length > 0,
  );
  return received.length > 0 || steps.length > 0 || isAnywhere;
}

async function storyOf(desk: Desk, source: MessageRef): Promise<Story> {
  const received = await receivedOf(desk, source);
  const held = await desk.archive.heldFor(source);
  const lanes = await desk.archive.lanesWith([source, asideOf(source)]);
  return await desk.store.transaction(async (tx) => {
    const table = createBridgeTable(desk.config.bridges);
    for (const { from, to } of await tx.moves.all()) table.move(from, to);
    const rows = await tx.map.rows(source);
    const asides = await tx.map.rows(asideOf(source));
    const dead = (await tx.outbox.dead()).filter(({ event }) => isAbout(event, source));
    const steps = await tx.trace.of(source);
    const bridged = table.others(source.conversation);
    const found = [
      ...[...rows, ...asides].map(({ copy }) => copy.conversation),
      ...lanes,
      ...dead.map(({ to }) => to),
      ...held.map(({ delivery }) => delivery.to),
      ...steps.flatMap(({ to }) => to ?? []),
    ];
    // What went to a thread of a chat did not go to the chat.
    const chats = bridged.filter((to) => !found.some((one) => isThreadOf(one, to)));
    const places: Place[] = [];
    for (const to of new Map([...chats, ...found].map((one) => [conversationKey(one), one])).values()) {
      const isHere = (other: ConversationRef) => conversationKey(other) === conversationKey(to);
      places.push({
        to,
        copies: rows.filter(({ copy }) => isHere(copy.conversation)).sort((a, b) => a.part - b.part),
        asides: asides.filter(({ copy }) => isHere(copy.conversation)),
        waiting: await waitingOf(tx, source, to),
        dead: dead.filter((one) => isHere(one.to)),
        held: held.filter(({ delivery }) => isHere(delivery.to)),
      });
    }
    return { source, received, bridged, places, steps };
  });
}

/** Its deliveries in the lane to `to`: its create and edits, and the deletes that name it. */
async function waitingOf(
  tx: StoreTx,
  source: MessageRef,
  to: ConversationRef,
): Promise<readonly WaitingDelivery[]> {
  const front = await tx.outbox.front(to, LOOK_INTO);
  const own = new Map([
    ...(await tx.outbox.pending(source, to)).map((one) => [one.id, one] as const),
    ...front.filter(({ event }) => isAbout(event, source)).map((one) => [one.id, one] as const),
  ]);
  return [...own.values()]
    .sort((a, b) => a.id - b.id)
    .map((delivery) => {
      const index = front.findIndex(({ id }) => id === delivery.id);
      return { delivery, depth: front.length, ...(index >= 0 && { position: index + 1 }) };
    });
}

async function receivedOf(
  { archive, config }: Desk,
  { conversation, id }: MessageRef,
): Promise<readonly ReceivedUpdate[]> {
  const { account } = conversation;
  const links = platformOf(account, config)?.links;
  if (!links) return [];
  const updates = await archive.holding(account, links.trail(id));
  return updates.flatMap((update) => {
    const what = links.tellsOf(update.body, conversation.id, id);
    return what === undefined ? [] : [{ update, what }];
  });
}

function isAbout(event: BridgeEvent, source: MessageRef): boolean {
  return messagesOf(event).some((ref) => isSame(ref, source));
}

function isThreadOf(one: ConversationRef, chat: ConversationRef): boolean {
  const isBelow = one.thread !== undefined && chat.thread === undefined;
  return isBelow && one.account === chat.account && one.id === chat.id;
}

function isSame(a: MessageRef, b: MessageRef): boolean {
  return messageKey(a) === messageKey(b);
}
