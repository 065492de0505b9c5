// What an event tells of itself: its messages, where it comes from, who did it, its words; trace and dead-letters call it. Pure.

import { describeMessage, describeNotice, lined } from "../bridge/describe.ts";
import { isFile } from "../model/attachment.ts";
import { type BridgeEvent, conversationOf, type PollTarget } from "../model/event.ts";
import { fileCard } from "../model/file-card.ts";
import type { Message } from "../model/message.ts";
import { awaitedBy, type ConversationRef, conversationKey, type MessageRef } from "../model/refs.ts";
import { plainText } from "../model/rich-text.ts";
import type { LoadedTexts } from "../texts.ts";

/** The messages it is about; [] for what is about none, and for a poll that is known by its id alone. */
export function messagesOf(event: BridgeEvent): readonly MessageRef[] {
  switch (event.kind) {
    case "message.created":
    case "message.edited":
      return [event.message.ref];
    case "message.deleted":
      return event.refs;
    case "reaction.changed":
    case "pin.changed":
      return [event.target];
    case "vote.changed":
    case "poll.closed":
      return isMessage(event.target) ? [event.target] : [];
    case "marks.changed":
      return [event.about];
    case "button.pressed":
      return [event.on];
    case "notice":
    case "thread.changed":
    case "members.changed":
    case "access.changed":
    case "moderated":
    case "conversation.moved":
      return [];
  }
}

function isMessage(target: PollTarget): target is MessageRef {
  return "conversation" in target;
}

/** `account:id`, or the account alone when the event does not tell more. */
export function originOf(event: BridgeEvent): string {
  const conversation = conversationOf(event);
  if (conversation) return conversationKey(conversation);
  return "target" in event && !isMessage(event.target) ? event.target.account : "";
}

/** For people: a thread that is still to be opened is named by the one it is for. */
export function placeWords(place: ConversationRef, texts: LoadedTexts): string {
  const awaited = awaitedBy(place);
  if (!awaited) return conversationKey(place);
  const chat = conversationKey({ account: place.account, id: place.id });
  return texts("cli.future-thread", { chat, thread: conversationKey(awaited) });
}

export function authorOf(event: BridgeEvent): string | undefined {
  if ("message" in event) return event.message.author.name;
  return "by" in event ? event.by?.name : undefined;
}

/** What a person would read of it. */
export function wordsOf(event: BridgeEvent, texts: LoadedTexts): string | undefined {
  if ("message" in event) return messageWords(event.message, texts);
  if (!("notice" in event) || !event.notice) return "name" in event ? event.name : undefined;
  if (!texts.has(event.notice.key)) return undefined;
  return plainText(describeNotice(event.notice, event.by?.name, texts));
}

function messageWords(message: Message, texts: LoadedTexts): string {
  const { body, attachments } = describeMessage(message, { texts });
  const files = attachments.filter(isFile).map((file) => fileCard(file, texts));
  return plainText(lined([...files, body].filter((line) => line.length > 0)));
}
