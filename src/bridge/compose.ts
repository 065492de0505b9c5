// From an event to the calls that carry it: describe, render, compare with what stands there. Pure; the lane calls it.

import type { Call, Copy, JoinedSection } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { type ConversationRef, type MessageRef, messageKey } from "../model/refs.ts";
import { albumIn, mergeAlbum, sectionsOf, withMember, withoutMembers } from "./album.ts";
import { marksCalls, pinCalls, pollEndCalls, threadCalls } from "./compose-act.ts";
import { describeMessage, describeNotice } from "./describe.ts";
import type { Marks } from "./describe-marks.ts";
import { removeSections, reviseSection } from "./digest.ts";
import type { Platform, Resolved } from "./platform.ts";
import { create, createAll, remove, revise } from "./revise.ts";

/** The platform's pure half. */
export type Renderer = Pick<
  Platform,
  | "capabilities"
  | "renderMessage"
  | "renderNotice"
  | "renderJoined"
  | "renderEdit"
  | "renderDelete"
  | "renderAside"
  | "renderReactions"
  | "renderPin"
  | "renderPollEnd"
  | "renderThread"
>;

/** What stands in the destination of the messages an event is about. */
export interface Standing {
  readonly copies: readonly Copy[];
  /** What the joined messages among them hold, by message key. */
  readonly joined: ReadonlyMap<string, readonly JoinedSection[]>;
  /** The message there that an event about one message is about: a copy, or the original. */
  readonly target?: MessageRef;
  readonly marks?: Marks;
  /** Reactions of ours that stand there. */
  readonly own?: readonly { readonly emoji: string; readonly id?: string }[];
}

/**
 * The calls that bring `event` to `to`, in order; [] when nothing is to be done (an edit that changes nothing, a
 * delete of what never arrived).
 */
export function compose(
  event: BridgeEvent,
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
  standing: Standing,
): readonly Call[] {
  switch (event.kind) {
    case "message.created":
      return createAll(
        renderer.renderMessage(described(event.message, renderer, known), to, known),
        event.message,
      );
    case "message.edited":
      return edit(event.message, to, renderer, known, standing);
    case "message.deleted":
      return removeAll(event.refs, to, renderer, known, standing);
    case "notice": {
      const body = describeNotice(event.notice, event.by?.name, known.texts);
      return renderer.renderNotice(body, to, known).map((part, index) => create(part, index));
    }
    case "marks.changed":
      return marksCalls(event.about, to, renderer, known, standing);
    case "pin.changed":
      return pinCalls(event, to, renderer, known, standing);
    case "poll.closed":
      return pollEndCalls(renderer, standing);
    case "thread.changed":
      return threadCalls(event, to, renderer, known);
    // The bridge keeps them and says `marks.changed`; a move has no form, and the robot alone hears the others.
    case "reaction.changed":
    case "vote.changed":
    case "members.changed":
    case "access.changed":
    case "moderated":
    case "button.pressed":
    case "conversation.moved":
      return [];
  }
}

/**
 * The first `count` messages of an album in one go: each stands in what is made of them, or in a message of its own
 * where the destination has albums. Undefined when they have to go one by one.
 */
export function composeAlbum(
  messages: readonly [Message, ...Message[]],
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
): { readonly calls: readonly Call[]; readonly count: number } | undefined {
  const merged = described(mergeAlbum(messages), renderer, known);
  const [call, ...others] = createAll(renderer.renderMessage(merged, to, known), messages[0]);
  const made = 1 + (call?.more?.length ?? 0);
  if (!call || made > messages.length) return undefined;
  if (made > 1 && made < messages.length) {
    // One album there holds less: the rest is an album of its own.
    const [first, ...more] = messages;
    return composeAlbum([first, ...more.slice(0, made - 1)], to, renderer, known);
  }
  const { source: _, ...first } = call;
  return { calls: [{ ...first, joined: sectionsOf(messages) }, ...others], count: messages.length };
}

function described(message: Message, renderer: Renderer, known: Resolved): Message {
  return describeMessage(message, known, (poll) => renderer.capabilities.fitsPoll?.(poll) ?? false);
}

function edit(
  message: Message,
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
  { copies, joined }: Standing,
): readonly Call[] {
  const [copy, ...others] = copies;
  if (!copy) return [];
  const sections = joined.get(messageKey(copy.ref)) ?? [];
  const album = copy.joined ? albumIn(sections) : undefined;
  if (album) return reviseAlbum(withMember(album, message), copy, to, renderer, known);
  const whole = described(message, renderer, known);
  if (!copy.joined)
    return revise(renderer.renderMessage(whole, to, known), message, to, renderer, known, copies);
  // A file that came with the edit has no place beside the words of others.
  const said = { ...whole, attachments: [] };
  const { calls, rest } = reviseSection(said, copy, sections, renderer, known);
  if (rest.length === 0 && whole.attachments.length === 0)
    return [...calls, ...remove(others, to, renderer, known)];
  const { reply: _, ...more } = whole;
  const parts = renderer.renderMessage({ ...more, body: rest }, to, known);
  return [...calls, ...revise(parts, message, to, renderer, known, others, 1)];
}

/** The message an album stands in, rendered anew; what no edit can make of it is sent anew, and then the old one goes. */
function reviseAlbum(
  members: readonly Message[],
  copy: Copy,
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
  leaving: readonly MessageRef[] = [],
): readonly Call[] {
  const [first, ...others] = members;
  const gone = () => remove([copy], to, renderer, known).map((call) => ({ ...call, joined: [] }));
  if (!first) return gone();
  const merged = described(mergeAlbum([first, ...others]), renderer, known);
  const [part] = renderer.renderMessage(merged, to, known);
  if (!part || part.hash === copy.hash) return [];
  const request = renderer.renderEdit(part, copy, known, 0);
  if (request === undefined) return [{ ...create(part, 0), joined: sectionsOf(members) }, ...gone()];
  const call: Call = { op: "edit", part: 0, hash: part.hash, request, targets: [copy.ref] };
  return [{ ...call, joined: sectionsOf(members), ...(leaving.length > 0 && { leaving }) }];
}

function removeAll(
  refs: readonly MessageRef[],
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
  { copies, joined }: Standing,
): readonly Call[] {
  const shared = new Map(
    copies.flatMap((copy) => (copy.joined ? [[messageKey(copy.ref), copy] as const] : [])),
  );
  const sections = [...shared].flatMap(([key, copy]) => {
    const held = joined.get(key);
    if (!held) return [];
    const album = albumIn(held);
    return album
      ? reviseAlbum(withoutMembers(album, refs), copy, to, renderer, known, refs)
      : removeSections(refs, copy, held, renderer, known);
  });
  const own = copies.filter((copy) => !copy.joined);
  return [...remove(own, to, renderer, known), ...sections];
}
