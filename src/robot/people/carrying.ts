// What of a person crosses the bridge, as they have wished: nothing, or under another name and picture; quick, pure but for memory.

import type { BridgeEvent } from "../../model/event.ts";
import type { Author, Message, Reply } from "../../model/message.ts";
import type { UserRef } from "../../model/refs.ts";
import type { RobotWorld } from "../world.ts";
import { withCalls } from "./calling.ts";
import type { Portraits } from "./portraits.ts";

/** What answers show of who is not carried. */
export const HIDDEN = "[…]";

/** Undefined: nothing of it. */
export function carried(
  event: BridgeEvent,
  world: Pick<RobotWorld, "people" | "social">,
  portraits: Pick<Portraits, "of">,
): BridgeEvent | undefined {
  const isOut = (user: UserRef | undefined) => user !== undefined && world.people.get(user).optedOut === true;
  switch (event.kind) {
    case "message.created":
    case "message.edited":
      if (isOut(event.message.author.user)) return undefined;
      return { ...event, message: dressedMessage(event.message, world, portraits) };
    case "notice":
    case "reaction.changed":
    case "vote.changed":
      if (isOut(event.by?.user)) return undefined;
      return event.by ? { ...event, by: dressed(event.by, world, portraits) } : event;
    case "pin.changed":
    case "thread.changed": {
      // The pin and the thread belong to the room; who did it is what is not told.
      if (!isOut(event.by?.user)) return event;
      const { by: _, notice: __, ...bare } = event;
      return bare;
    }
    default:
      return event;
  }
}

function dressedMessage(
  message: Message,
  world: Pick<RobotWorld, "people" | "social">,
  portraits: Pick<Portraits, "of">,
): Message {
  const { reply } = message;
  const author = dressed(message.author, world, portraits);
  const { account } = message.ref.conversation;
  // Where commands are addressed by @name people are called so, too; elsewhere a mention says who is meant.
  const isCalling = world.social(account)?.handle() !== undefined;
  const body = isCalling
    ? withCalls(message.body, (handle) => world.people.named(account, handle))
    : message.body;
  return { ...message, author, body, ...(reply && { reply: dressedReply(reply, world) }) };
}

function dressed(
  author: Author,
  { people }: Pick<RobotWorld, "people">,
  portraits: Pick<Portraits, "of">,
): Author {
  if (!author.user) return author;
  const { name, face } = people.get(author.user);
  const portrait = face === "none" ? "none" : face === "other" ? portraits.of(author.user) : undefined;
  return { ...author, ...(name !== undefined && { name }), ...(portrait && { portrait }) };
}

function dressedReply(reply: Reply, { people }: Pick<RobotWorld, "people">): Reply {
  if (!reply.user) return reply;
  const { optedOut, name } = people.get(reply.user);
  if (optedOut) return { ...(reply.ref && { ref: reply.ref }), excerpt: HIDDEN };
  return name !== undefined && reply.author !== undefined ? { ...reply, author: name } : reply;
}
