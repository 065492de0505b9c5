// Where an event goes: into which lanes, as what, and what is kept of it; `intake.ts` calls it for each event it parsed.

import { isPoll } from "../model/attachment.ts";
import type { Delivery } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import {
  asideOf,
  type ConversationRef,
  conversationKey,
  isSamePlace,
  type MessageRef,
} from "../model/refs.ts";
import type { BridgeTable } from "./bridge-table.ts";
import {
  elsewhere,
  keepReaction,
  keepVote,
  placeOf,
  pollMessage,
  type Subject,
  subjectFor,
} from "./marks.ts";
import type { Outgoing } from "./outgoing.ts";
import { placeIn } from "./place.ts";
import { plan } from "./plan.ts";
import type { Platform } from "./platform.ts";
import type { StoreTx } from "./store-port.ts";

/** How long an edit or delete waits for the message it overtook. */
export const HOLD_MS = 10_000;

export interface RouteParts {
  readonly tx: StoreTx;
  readonly table: BridgeTable;
  readonly platform: (account: string) => Platform;
  readonly outgoing: Outgoing;
  /** Milliseconds since 1970. */
  readonly now: number;
}

type EventOf<K extends BridgeEvent["kind"]> = Extract<BridgeEvent, { kind: K }>;

export async function route(event: BridgeEvent, parts: RouteParts): Promise<void> {
  const { tx, table } = parts;
  switch (event.kind) {
    case "conversation.moved":
      return moveConversation(tx, event.from, event.to, table);
    case "reaction.changed":
      return routeReaction(event, parts);
    case "vote.changed":
    case "poll.closed":
      return routePoll(event, parts);
    default: {
      const placed = await deliveries(event, parts);
      for (const delivery of placed) await routeOne(delivery, parts);
      await keep(event, parts);
      if (event.kind !== "message.created" || placed.length === 0) return;
      for (const held of await tx.held.release([event.message.ref])) {
        // Where there are threads, what waited did not know which.
        const to = placed.find((delivery) => isSamePlace(delivery.to, held.to))?.to ?? held.to;
        await routeOne({ ...held, to }, parts);
      }
    }
  }
}

/** One for each other member, or for the thread of it that answers to the event's own. */
async function deliveries(
  event: BridgeEvent,
  { tx, table, platform }: RouteParts,
): Promise<readonly Delivery[]> {
  const planned = plan(event, table, (account) => platform(account).capabilities);
  const from = fromOf(event);
  if (from === undefined) return planned;
  return Promise.all(planned.map(async ({ to }) => ({ event, to: await placeIn(tx, from, to, table) })));
}

/** The thread an event stands in, if it stands in one. */
function fromOf(event: BridgeEvent): ConversationRef | undefined {
  switch (event.kind) {
    case "message.created":
    case "message.edited":
      return event.message.ref.conversation;
    case "message.deleted":
    case "notice":
    case "thread.changed":
      return event.conversation;
    case "pin.changed":
      return event.target.conversation;
    default:
      return undefined;
  }
}

/** Edits and deletes of what was not carried wait for their message for a while: they may have overtaken it. */
async function routeOne(delivery: Delivery, parts: RouteParts): Promise<void> {
  const { tx, outgoing } = parts;
  const { event, to } = delivery;
  switch (event.kind) {
    case "message.edited":
      if (!(await outgoing.edit(event.message, to))) await hold(event.message.ref, delivery, parts);
      return;
    case "message.deleted": {
      const refs: MessageRef[] = [];
      for (const ref of event.refs) {
        const left = await outgoing.cancel(ref, to);
        if (left === "delete") refs.push(ref);
        if (left === "unknown") await hold(ref, { event: { ...event, refs: [ref] }, to }, parts);
      }
      if (refs.length > 0) outgoing.add({ event: { ...event, refs }, to });
      return;
    }
    case "marks.changed":
      // One that waits shows what is known when its turn comes.
      if ((await tx.outbox.pending(asideOf(event.about), to)).some(({ state }) => state === "waiting"))
        return;
      outgoing.add(delivery);
      return;
    default:
      outgoing.add(delivery);
  }
}

function hold(waitsFor: MessageRef, delivery: Delivery, { tx, now }: RouteParts): Promise<void> {
  return tx.held.hold([{ waitsFor, delivery, until: now + HOLD_MS }]);
}

async function routeReaction(event: EventOf<"reaction.changed">, parts: RouteParts): Promise<void> {
  const { tx, table, now } = parts;
  const subject = await subjectFor(tx, event.target);
  const { about } = subject;
  const place = placeOf(subject, event.target);
  if (!table.shows(place, "reactions")) return;
  const spread = await spreadOf(subject, place, parts);
  if (spread.length === 0 || !(await keepReaction(tx, about, event, now))) return;
  await showAnew({ kind: "marks.changed", about }, about, spread, parts);
}

async function routePoll(event: EventOf<"vote.changed" | "poll.closed">, parts: RouteParts): Promise<void> {
  const { tx, table, now } = parts;
  const message = await pollMessage(tx, event.target);
  if (!message || !table.shows(message.conversation, "polls")) return;
  const subject = await subjectFor(tx, message);
  const { about } = subject;
  const poll = await tx.polls.get(about);
  if (!poll) return;
  const spread = await spreadOf(subject, placeOf(subject, message), parts);
  if (event.kind === "poll.closed") {
    await tx.polls.put(about, { ...poll, closed: true });
    return showAnew({ kind: "poll.closed", target: about }, about, spread, parts);
  }
  if (!(await keepVote(tx, { about, poll, message }, event, now))) return;
  await showAnew({ kind: "marks.changed", about }, about, spread, parts);
}

/** Where a message shall show what happened in `place`. */
interface Spot {
  readonly to: ConversationRef;
  /** It is neither there nor on its way, and may have been overtaken. */
  readonly isMissing?: true;
}

/** Where the message stands, where it is on its way to, and, when that is nowhere, where it should be. */
async function spreadOf(
  subject: Subject,
  place: ConversationRef,
  { table, outgoing }: RouteParts,
): Promise<readonly Spot[]> {
  const lanes = await outgoing.lanesOf(subject.about);
  if (!subject.isCarried && lanes.length === 0)
    return table.others(place).map((to) => ({ to, isMissing: true }));
  const all = [...elsewhere(subject, place, table), ...lanes];
  return [...new Map(all.map((to) => [conversationKey(to), { to }])).values()];
}

async function showAnew(
  event: BridgeEvent,
  about: MessageRef,
  spread: readonly Spot[],
  parts: RouteParts,
): Promise<void> {
  for (const { to, isMissing } of spread) {
    if (isMissing) await hold(about, { event, to }, parts);
    else await routeOne({ event, to }, parts);
  }
}

/** What later events need to know of this one. */
async function keep(event: BridgeEvent, { tx, outgoing }: RouteParts): Promise<void> {
  switch (event.kind) {
    case "message.created":
      return keepPoll(tx, event.message);
    case "message.deleted":
      for (const ref of event.refs) {
        for (const { copy } of await tx.map.rows(asideOf(ref))) {
          // The line below the original goes as well; those below the copies go with them.
          const isHere = copy.conversation.id === ref.conversation.id;
          if (isHere) outgoing.add({ event: { kind: "marks.changed", about: ref }, to: copy.conversation });
        }
      }
      return tx.marks.forget(event.refs);
    case "thread.changed":
      if (event.change === "deleted") await tx.threads.forget(event.conversation);
  }
}

async function keepPoll(tx: StoreTx, { ref, attachments }: Message): Promise<void> {
  const attachment = attachments.find(isPoll);
  if (!attachment) return;
  await tx.polls.put(ref, attachment.poll);
  if (attachment.id !== undefined) await tx.polls.name(ref.conversation.account, attachment.id, ref);
}

/** Stores the new id of a conversation, takes its lane along, and routes by it from now on. */
export async function moveConversation(
  tx: StoreTx,
  from: ConversationRef,
  to: ConversationRef,
  table: BridgeTable,
): Promise<void> {
  await tx.moves.add(from, to);
  await tx.outbox.move(from, to);
  table.move(from, to);
}
