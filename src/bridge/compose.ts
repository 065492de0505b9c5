// From an event to the calls that carry it: describe, render, compare with what stands there. Pure; the lane calls it.

import type { Call, Copy, JoinedSection, Part } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { type ConversationRef, type MessageRef, messageKey } from "../model/refs.ts";
import { describeMessage, describeNotice } from "./describe.ts";
import { removeSections, reviseSection } from "./digest.ts";
import type { Platform, Resolved } from "./platform.ts";

/** The platform's pure half. */
export type Renderer = Pick<
  Platform,
  "renderMessage" | "renderNotice" | "renderJoined" | "renderEdit" | "renderDelete"
>;

/** What stands in the destination of the messages an event is about. */
export interface Standing {
  readonly copies: readonly Copy[];
  /** What the joined messages among them hold, by message key. */
  readonly joined: ReadonlyMap<string, readonly JoinedSection[]>;
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
      return renderer
        .renderMessage(describeMessage(event.message, known.texts), to, known)
        .map((part, index) => create(part, index, event.message));
    case "message.edited":
      return edit(event.message, to, renderer, known, standing);
    case "message.deleted":
      return removeAll(event.refs, to, renderer, known, standing);
    case "notice": {
      const body = describeNotice(event.notice, event.by?.name, known.texts);
      return renderer.renderNotice(body, to, known).map((part, index) => create(part, index));
    }
    case "conversation.moved":
      return [];
  }
}

function create(part: Part, index: number, message?: Message): Call {
  const call: Call = { op: "create", part: index, hash: part.hash, request: part.request };
  return message ? { ...call, source: message.ref } : call;
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
  const whole = describeMessage(message, known.texts);
  if (!copy.joined) return revise(whole, to, renderer, known, copies, 0);
  const { calls, rest } = reviseSection(whole, copy, joined.get(messageKey(copy.ref)) ?? [], renderer, known);
  if (rest.length === 0) return [...calls, ...remove(others, to, renderer, known)];
  const { reply: _, ...more } = whole;
  return [...calls, ...revise({ ...more, body: rest }, to, renderer, known, others, 1)];
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
    return held ? removeSections(refs, copy, held, renderer, known) : [];
  });
  const own = copies.filter((copy) => !copy.joined);
  return [...remove(own, to, renderer, known), ...sections];
}

/** Changed parts are edited, further ones added, superfluous ones removed; the first of them is part `from`. */
function revise(
  message: Message,
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
  copies: readonly Copy[],
  from: number,
): readonly Call[] {
  const parts = renderer.renderMessage(message, to, known);
  const kept = parts.flatMap((part, index): readonly Call[] => {
    const copy = copies[index];
    if (!copy) return [create(part, from + index, message)];
    if (copy.hash === part.hash) return [];
    const request = renderer.renderEdit(part, copy, known);
    return [{ op: "edit", part: from + index, hash: part.hash, request, targets: [copy.ref] }];
  });
  return [...kept, ...remove(copies.slice(parts.length), to, renderer, known)];
}

function remove(
  copies: readonly Copy[],
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
): readonly Call[] {
  if (copies.length === 0) return [];
  return renderer
    .renderDelete(copies, to, known)
    .map(({ request, targets }, index) => ({ op: "delete", part: index, hash: "", request, targets }));
}
