// Puts what the robot says into the lanes, within the transaction that ends the question; the runner and `robot.ts` call it.

import type { BridgeTable } from "../bridge/bridge-table.ts";
import { createOutgoing, type Outgoing } from "../bridge/outgoing.ts";
import type { Platform } from "../bridge/platform.ts";
import { route } from "../bridge/route.ts";
import type { Line } from "../bridge/social.ts";
import type { StoreTx } from "../bridge/store-port.ts";
import type { Ask, Saying } from "../model/ask.ts";
import type { Author, Message } from "../model/message.ts";
import { answerRef, type ConversationRef, type MessageRef, questionRef } from "../model/refs.ts";
import { text } from "../model/rich-text.ts";
import type { Answer } from "./command.ts";

export const ROBOT_AUTHOR: Author = { kind: "robot", name: "MateBot" };

export interface SayingParts {
  readonly tx: StoreTx;
  readonly table: BridgeTable;
  readonly platform: (account: string) => Platform;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What is answered, and where. */
export interface Reply {
  readonly id: string;
  readonly room: ConversationRef;
  /** The question, where it is a message. */
  readonly to?: MessageRef;
  /** The message whose button was pressed. */
  readonly on?: MessageRef;
  readonly answer: Answer;
  /** Said on the other sides of the bridge, too. */
  readonly isCarried: boolean;
  /** The platform has brought the answer itself to who asked; all else is for the lanes. */
  readonly isBrought?: boolean;
}

export interface Stored {
  /** They have something to do then. */
  readonly lanes: readonly ConversationRef[];
  /** The message with the pressed button is changed by them, wherever it stands. */
  readonly isChanging: boolean;
  /** Copies of what is said are on their way. */
  readonly isHeard: boolean;
}

/** `keep` of the answer is done, too. */
export async function storeReply(reply: Reply, parts: SayingParts): Promise<Stored> {
  const { id, room, answer, to, isCarried, isBrought } = reply;
  const { tx, now } = parts;
  const outgoing = createOutgoing(tx, now);
  const { say, change, also = [] } = answer;
  const ref = answerRef(room, id);
  if (say) {
    const message = messageOf(say, ref, now, to);
    if (!isBrought) outgoing.add({ event: { kind: "message.created", message }, to: room });
    if (isCarried) await route({ kind: "message.created", message }, { ...parts, outgoing });
  }
  const isChanging = change !== undefined && (await changeOf(change, reply, parts, outgoing));
  for (const [index, line] of also.entries()) addLine(line, answerRef(line.to, id, index), now, outgoing);
  await answer.keep?.(tx);
  const isHeard = say !== undefined && (await outgoing.lanesOf(ref)).length > 0;
  return { lanes: await outgoing.store(), isChanging, isHeard };
}

/** A line of the robot's own accord. */
export async function storeLine(
  line: Line,
  id: string,
  { tx, now }: SayingParts,
): Promise<readonly ConversationRef[]> {
  const outgoing = createOutgoing(tx, now);
  addLine(line, answerRef(line.to, id), now, outgoing);
  return outgoing.store();
}

function addLine({ to, saying, reply }: Line, ref: MessageRef, now: number, outgoing: Outgoing): void {
  outgoing.add({ event: { kind: "message.created", message: messageOf(saying, ref, now, reply) }, to });
}

/** The message with the pressed button, wherever copies of it stand; false when no lane has brought it. */
async function changeOf(
  saying: Saying,
  { on }: Reply,
  parts: SayingParts,
  outgoing: Outgoing,
): Promise<boolean> {
  const ref = on && (await parts.tx.map.origin(on));
  if (!ref) return false;
  const places = (await parts.tx.map.rows(ref)).map(({ copy }) => copy.conversation);
  const message = messageOf(saying, ref, parts.now);
  for (const to of new Map(places.map((place) => [`${place.account}:${place.id}`, place])).values())
    await outgoing.edit(message, to);
  return true;
}

function messageOf(saying: Saying, ref: MessageRef, at: number, reply?: MessageRef): Message {
  const { body, buttons, files = [], silent } = saying;
  return {
    ...{ ref, author: ROBOT_AUTHOR, at, body, attachments: files },
    ...(reply && { reply: { ref: reply } }),
    ...(buttons && { buttons }),
    ...(silent && { silent }),
    previews: false,
  };
}

/** What was asked in a way that left no message (a slash command), in words for the other sides. */
export function questionOf(ask: Ask, words: string): Message {
  return {
    ref: questionRef(ask.room, ask.id),
    ...{ author: ask.by, at: ask.at, body: [text(words)], attachments: [] },
  };
}
