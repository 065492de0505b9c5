// What the robot keeps of a question or an event until it is answered, and what it makes of an update; pure.

import type { RobotTask } from "../bridge/store-port.ts";
import type { Ask } from "../model/ask.ts";
import { isFile } from "../model/attachment.ts";
import type { Json, RawUpdate } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Author, Message } from "../model/message.ts";
import type { UserRef } from "../model/refs.ts";
import { plainText } from "../model/rich-text.ts";
import { typedCommand } from "./words.ts";

export type Work =
  | { readonly kind: "ask"; readonly ask: Ask; readonly press?: string }
  | { readonly kind: "event"; readonly area: string; readonly event: BridgeEvent };

export function taskOf(id: string, work: Work, at: number): RobotTask {
  return { id, ask: work as unknown as Json, at };
}

/** The inverse of `taskOf`. */
export function workOf({ ask }: RobotTask): Work {
  return ask as unknown as Work;
}

/** The question in a message; undefined when it asks nothing of this robot, which is called `handle` there. */
export function askOf(message: Message, handle: string | undefined): Ask | undefined {
  const { author, ref, attachments, reply, at } = message;
  const by = asker(author);
  const typed = typedCommand(plainText(message.body));
  if (!by || !typed || message.forward) return undefined;
  if (typed.handle !== undefined && typed.handle !== handle) return undefined;
  const { account } = ref.conversation;
  return {
    id: `${account}.${ref.conversation.id}.${ref.id}`,
    ...{ account, room: ref.conversation, by, at },
    // Where a private talk is named after the person (Telegram); elsewhere the platform is asked later.
    isPrivate: ref.conversation.id === by.user.id,
    ...(author.locale !== undefined && { locale: author.locale }),
    can: { forms: false, whispers: false },
    asked: {
      ...{ kind: "command", name: typed.name, words: typed.rest, files: attachments.filter(isFile) },
      ...{ message: ref, ...aboutOf(reply) },
    },
  };
}

const NO_PEOPLE: ReadonlySet<Author["kind"]> = new Set(["bot", "relay", "robot"]);

/** Nobody who is a bot: two robots would answer each other for ever. */
function asker(author: Author): (Author & { readonly user: UserRef }) | undefined {
  const { user, kind } = author;
  return user && !NO_PEOPLE.has(kind) ? { ...author, user } : undefined;
}

function aboutOf(reply: Message["reply"]) {
  if (!reply?.ref) return {};
  const { ref, user, about } = reply;
  const text = about?.text ?? reply.excerpt;
  return {
    about: { ref, files: about?.files ?? [], ...(user && { user }), ...(text !== undefined && { text }) },
  };
}

/** The question in a press. */
export function askOfPress(event: Extract<BridgeEvent, { kind: "button.pressed" }>): Ask | undefined {
  const by = asker(event.by);
  if (!by) return undefined;
  const { account } = event.on.conversation;
  return {
    id: `${account}.p${event.press}`,
    ...{ account, room: event.on.conversation, by, isPrivate: event.isPrivate, at: event.at },
    ...(event.locale !== undefined && { locale: event.locale }),
    can: { forms: false, whispers: false },
    asked: { kind: "press", action: event.action, on: event.on },
  };
}

/** The name of the task for what an area wants of an update. */
export function eventTaskId(area: string, { account, key }: RawUpdate, index: number): string {
  return `${account}.e${area}.${key}.${index}`;
}
