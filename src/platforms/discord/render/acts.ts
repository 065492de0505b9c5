// Makes the requests for what belongs to a message or a thread: reactions, pins, a poll's end, a thread's name; pure.

import type { Platform } from "../../../bridge/platform.ts";
import type { Copy, Json } from "../../../model/delivery.ts";
import type { Reaction, ThreadChange } from "../../../model/event.ts";
import type { ConversationRef, MessageRef } from "../../../model/refs.ts";
import { frozen } from "../request.ts";
import { placeOf } from "./create-part.ts";
import { readForm } from "./form-hash.ts";
import { threadName } from "./thread-name.ts";

/** Discord, resources/message: 20 different ones on a message, of everybody together. Half are for the people there. */
const MOST_REACTIONS = 10;

/** `hasEmoji`: may the bot react with the custom emoji of this id there? What it may not is left to the words. */
export function createRenderReactions(
  hasEmoji: (channel: string, id: string) => boolean,
): NonNullable<Platform["renderReactions"]> {
  return (target, wanted, own) => {
    const { id: channel } = target.conversation;
    const can = wanted.filter(({ id }) => id === undefined || hasEmoji(channel, id)).slice(0, MOST_REACTIONS);
    const lacks = (list: readonly Reaction[]) => (each: Reaction) =>
      !list.some((other) => nameOf(other) === nameOf(each));
    const request = (on: boolean) => (reaction: Reaction) =>
      frozen({ kind: "react", ...about(target), emoji: nameOf(reaction), on });
    const removed = own.filter(lacks(can)).map(request(false));
    return { requests: [...removed, ...can.filter(lacks(own)).map(request(true))], own: can };
  };
}

export function renderPin(target: MessageRef, pinned: boolean): Json {
  return frozen({ kind: "pin", ...about(target), on: pinned });
}

/** Only the bot's own; a webhook's poll ends when its time is over. */
export function renderPollEnd({ ref, via, hash }: Copy): Json | undefined {
  if (via !== undefined || readForm(hash).kind !== "poll") return undefined;
  return frozen({ kind: "poll-end", ...about(ref) });
}

export function renderThread(
  { id, thread }: ConversationRef,
  change: Exclude<ThreadChange, "created">,
  name?: string,
): Json | undefined {
  if (thread === undefined || (change === "renamed" && !name)) return undefined;
  return frozen({ kind: "thread", channel: id, thread, change, ...(name && { name: threadName(name) }) });
}

function about({ conversation, id }: MessageRef) {
  return { ...placeOf(conversation), message: id };
}

/** As Discord names it in an address; the name of a custom emoji is of no account there, but must be given. */
function nameOf({ emoji, id }: Reaction): string {
  return id === undefined ? emoji.replaceAll("\ufe0f", "") : `${emoji.replace(/\W/g, "") || "emoji"}:${id}`;
}
