// Puts the messages of one album together: they come one by one, and stand as one on the other side; the lane calls it.

import type { JoinedSection } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { type MessageRef, messageKey } from "../model/refs.ts";
import { type RichText, text } from "../model/rich-text.ts";
import { lined } from "./describe.ts";
import type { StoredDelivery } from "./store-port.ts";

/** Bot API 10.1, sendMediaGroup: 2-10 items; Discord, Create Message: 10 attachments. */
const MOST = 10;
/** No update says which member is the last: after this time without another, the album is taken for whole. */
const QUIET_MS = 1_000;

/** The members of the album at the head, in order; `waitMs` when more may come. Undefined: the head is of no album. */
export function gatherAlbum(
  front: readonly StoredDelivery[],
  head: StoredDelivery,
  now: number,
): { readonly members: readonly StoredDelivery[]; readonly waitMs: number } | undefined {
  const album = albumOf(head.event);
  if (album === undefined) return undefined;
  const from = front.filter(({ id, event }) => id >= head.id && isText(event));
  const end = from.findIndex(({ event }) => albumOf(event) !== album);
  const members = (end < 0 ? from : from.slice(0, end)).slice(0, MOST);
  const isWhole = end >= 0 || members.length === MOST;
  const age = now - (members.at(-1)?.createdAt ?? head.createdAt);
  return { members, waitMs: isWhole || age < 0 ? 0 : Math.max(0, QUIET_MS - age) };
}

function isText({ kind }: BridgeEvent): boolean {
  return kind === "message.created" || kind === "notice";
}

function albumOf(event: BridgeEvent): string | undefined {
  return event.kind === "message.created" ? event.message.album : undefined;
}

/** As the map keeps them; each member is a section of the message they make together. */
export function sectionsOf(messages: readonly Message[]): readonly JoinedSection[] {
  return messages.map((message) => ({ source: message.ref, section: { kind: "message", message } }));
}

/** The messages of an album; undefined when these are the sections of a joined message. */
export function albumIn(sections: readonly JoinedSection[]): readonly Message[] | undefined {
  const messages = sections.flatMap(({ section }) => (section.kind === "message" ? [section.message] : []));
  const album = messages[0]?.album;
  const isAlbum = album !== undefined && messages.length === sections.length;
  return isAlbum && messages.every((message) => message.album === album) ? messages : undefined;
}

/** One message with the files of all in order; the captions below each other, numbered when there are several. */
export function mergeAlbum(messages: readonly [Message, ...Message[]]): Message {
  const captioned = messages.flatMap((message, index) =>
    message.body.length > 0 ? [{ body: message.body, number: index + 1 }] : [],
  );
  const lines =
    captioned.length > 1
      ? captioned.map(({ body, number }): RichText => [text(`${number}. `), ...body])
      : captioned.map(({ body }) => body);
  const [first] = messages;
  return { ...first, body: lined(lines), attachments: messages.flatMap(({ attachments }) => attachments) };
}

/** The album with `message` in the place of its older self. */
export function withMember(messages: readonly Message[], message: Message): readonly Message[] {
  const key = messageKey(message.ref);
  // An edit seldom says what is answered; the first word on it holds.
  return messages.map((member) =>
    messageKey(member.ref) === key
      ? {
          ...message,
          ...(member.reply && { reply: member.reply }),
          ...(member.album && { album: member.album }),
        }
      : member,
  );
}

export function withoutMembers(
  messages: readonly Message[],
  gone: readonly MessageRef[],
): readonly Message[] {
  const keys = new Set(gone.map(messageKey));
  return messages.filter(({ ref }) => !keys.has(messageKey(ref)));
}
