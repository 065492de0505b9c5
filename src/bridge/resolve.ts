// Looks up what an event speaks of as it is known in the destination, within the transaction that freezes; the lane calls it.

import type { Copy, JoinedSection } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message, Reply } from "../model/message.ts";
import {
  asideOf,
  type ConversationRef,
  isAside,
  isCoined,
  isSamePlace,
  type MessageRef,
  messageKey,
  subjectOf,
  type UserRef,
} from "../model/refs.ts";
import { mentionedIn, plainText } from "../model/rich-text.ts";
import { albumIn } from "./album.ts";
import type { Standing } from "./compose.ts";
import type { Resolved } from "./platform.ts";
import { type Found, type MarkRow, SELF, type StoreTx } from "./store-port.ts";

export interface Resolution {
  readonly standing: Standing;
  readonly known: Pick<Resolved, "replyTo" | "replyIsJoined" | "people">;
}

const nothing: Standing = { copies: [], joined: new Map() };

export async function resolve(tx: StoreTx, event: BridgeEvent, to: ConversationRef): Promise<Resolution> {
  switch (event.kind) {
    case "message.created": {
      const { message } = event;
      const people = await peopleIn(tx, message, to);
      return { standing: nothing, known: { ...(await answered(tx, message.reply, to)), ...people } };
    }
    case "message.edited": {
      const { ref, reply } = event.message;
      const standing = await standingOf(tx, [ref], to);
      const [copy] = standing.copies;
      if (!copy) return { standing, known: {} };
      const people = await peopleIn(tx, event.message, to);
      return { standing, known: { ...(await answered(tx, reply, to, copy.at)), ...people } };
    }
    case "message.deleted": {
      // The small lines about them go with them.
      const refs = event.refs.flatMap((ref) => [ref, asideOf(ref)]);
      return { standing: await standingOf(tx, refs, to), known: {} };
    }
    case "marks.changed":
      return { standing: await marksOf(tx, event.about, to), known: {} };
    case "pin.changed": {
      const target = await targetOf(tx, event.target, to);
      return { standing: { ...nothing, ...(target && { target }) }, known: {} };
    }
    case "poll.closed": {
      if (!("conversation" in event.target)) return { standing: nothing, known: {} };
      return { standing: await standingOf(tx, [event.target], to), known: {} };
    }
    default:
      return { standing: nothing, known: {} };
  }
}

/** The message in `to` that is, or stands for, `ref`. */
async function targetOf(tx: StoreTx, ref: MessageRef, to: ConversationRef): Promise<MessageRef | undefined> {
  if (isSamePlace(ref.conversation, to) && !isCoined(ref)) return ref;
  return (await tx.map.find(ref, to))?.ref;
}

async function marksOf(tx: StoreTx, about: MessageRef, to: ConversationRef): Promise<Standing> {
  const { copies } = await standingOf(tx, [asideOf(about)], to);
  const target = await targetOf(tx, about, to);
  if (!target) return { ...nothing, copies };
  const isHere = ({ place }: MarkRow) => isSamePlace(place, to);
  const reactions = await tx.marks.of(about, "reaction");
  const votes = await tx.marks.of(about, "vote");
  const poll = votes.length > 0 ? await tx.polls.get(about) : undefined;
  const own = reactions.find((row) => row.user === SELF && isHere(row))?.marks ?? [];
  const others = (rows: readonly MarkRow[]) => rows.filter((row) => row.user !== SELF && !isHere(row));
  return {
    ...{ copies, joined: new Map(), target },
    marks: { reactions: others(reactions), votes: others(votes), ...(poll && { poll }) },
    own: own.map(({ key, id }) => ({ emoji: key, ...(id !== undefined && { id }) })),
  };
}

/** Those who are mentioned and have an account there, too. */
async function peopleIn(
  tx: StoreTx,
  { body, author }: Message,
  to: ConversationRef,
): Promise<Pick<Resolved, "people">> {
  const people = new Map<string, UserRef>();
  const isRobot = author.kind === "robot";
  for (const user of mentionedIn(body)) {
    // Within one account nobody is called twice; but whom the robot names, nobody else has called.
    const own = isRobot ? user : undefined;
    const found = user.account === to.account ? own : await tx.people.find(user, to.account);
    if (found) people.set(`${user.account}:${user.id}`, found);
  }
  return people.size === 0 ? {} : { people };
}

async function standingOf(tx: StoreTx, refs: readonly MessageRef[], to: ConversationRef): Promise<Standing> {
  const copies: Copy[] = [];
  for (const ref of refs) copies.push(...(await tx.map.copies(ref, to)));
  const joined = new Map<string, readonly JoinedSection[]>();
  for (const copy of copies) {
    const key = messageKey(copy.ref);
    if (copy.joined && !joined.has(key)) joined.set(key, (await tx.joined.load(copy.ref)) ?? []);
  }
  return { copies, joined };
}

/** The answered message, as it was known at `sentAt`. */
async function answered(
  tx: StoreTx,
  reply: Reply | undefined,
  to: ConversationRef,
  sentAt = Number.POSITIVE_INFINITY,
): Promise<Pick<Resolved, "replyTo" | "replyIsJoined">> {
  if (!reply?.ref) return {};
  // Who answers the small line about a message answers that message.
  const origin = await tx.map.origin(reply.ref);
  const ref = origin && isAside(origin) ? subjectOf(origin) : reply.ref;
  const found = (await tx.map.find(ref, to)) ?? standsThere(ref, to);
  // What was not known when the answer was sent was told in words, and an edit cannot make it a native reply.
  if (!found || (found.since ?? 0) > sentAt) return {};
  if (!found.joined) return { replyTo: found.ref };
  const held = (await tx.joined.load(found.ref)) ?? [];
  if (albumIn(held)) return { replyTo: found.ref };
  const section = await quotedSection(tx, reply.ref, reply);
  const exact = section && (await tx.map.find(section, to));
  return { replyTo: exact?.ref ?? found.ref, replyIsJoined: exact === undefined || exact.joined };
}

/** The robot answers where it is asked: the question stands there, whether it was carried or not. */
function standsThere(ref: MessageRef, to: ConversationRef): Found | undefined {
  return isSamePlace(ref.conversation, to) && !isCoined(ref) ? { ref, joined: false } : undefined;
}

/** Whose line of a joined message is quoted; undefined when nothing is quoted that only one of them said. */
async function quotedSection(
  tx: StoreTx,
  ref: MessageRef,
  { quote }: Reply,
): Promise<MessageRef | undefined> {
  const words = plainText(quote ?? []).trim();
  if (words === "") return undefined;
  const sections = (await tx.joined.load(ref)) ?? [];
  const said = sections.filter(
    ({ section }) => section.kind === "message" && plainText(section.message.body).includes(words),
  );
  return said.length === 1 ? said[0]?.source : undefined;
}
