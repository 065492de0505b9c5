// The calls for what belongs to a message or a thread: reactions, the small line below, pins, a poll's end, names. Pure.

import type { Call, Json } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import { asideOf, type ConversationRef, type MessageRef } from "../model/refs.ts";
import type { Renderer, Standing } from "./compose.ts";
import { describeNotice } from "./describe.ts";
import { describeMarks, wantedReactions } from "./describe-marks.ts";
import type { Resolved } from "./platform.ts";
import { create, remove } from "./revise.ts";

type EventOf<K extends BridgeEvent["kind"]> = Extract<BridgeEvent, { kind: K }>;

/** Our own reactions follow those of the others, and one line says whose they are. */
export function marksCalls(
  about: MessageRef,
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
  { target, marks, own = [], copies }: Standing,
): readonly Call[] {
  if (!target || !marks) return remove(copies, to, renderer, known);
  const wanted = wantedReactions(marks.reactions);
  const reacting = renderer.renderReactions?.(target, wanted, own);
  const requests = reacting?.requests ?? [];
  const acts = requests.map((request, index): Call => {
    const isLast = index === requests.length - 1;
    return { ...act(request), ...(isLast && reacting && { reacted: { about, own: reacting.own } }) };
  });
  const body = describeMarks(marks, known.texts);
  const [copy] = copies;
  if (body.length === 0) return [...acts, ...remove(copies, to, renderer, known)];
  const part = renderer.renderAside(body, to, { ...known, replyTo: target });
  if (!copy) return [...acts, { ...create(part, 0), source: asideOf(about) }];
  if (copy.hash === part.hash) return acts;
  const request = renderer.renderEdit(part, copy, known, 0);
  if (request === undefined) return acts;
  return [...acts, { op: "edit", part: 0, hash: part.hash, request, targets: [copy.ref] }];
}

/** Done when the message is known there, said when it is not. */
export function pinCalls(
  event: EventOf<"pin.changed">,
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
  { target }: Standing,
): readonly Call[] {
  if (target && renderer.renderPin) return [act(renderer.renderPin(target, event.pinned))];
  return said(event, to, renderer, known);
}

export function pollEndCalls(renderer: Renderer, { copies }: Standing): readonly Call[] {
  return copies.flatMap((copy) => {
    const request = renderer.renderPollEnd?.(copy);
    return request === undefined ? [] : [act(request)];
  });
}

/** Done with the twin; where there is none, it is said in the conversation itself. */
export function threadCalls(
  event: EventOf<"thread.changed">,
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
): readonly Call[] {
  if (to.thread === undefined) return said(event, to, renderer, known);
  // The lane has opened it: that is how it came to be in this lane.
  if (event.change === "created") return [];
  const request = renderer.renderThread?.(to, event.change, event.name);
  return request === undefined ? said(event, to, renderer, known) : [act(request)];
}

function said(
  event: EventOf<"pin.changed" | "thread.changed">,
  to: ConversationRef,
  renderer: Renderer,
  known: Resolved,
): readonly Call[] {
  if (!event.notice) return [];
  const body = describeNotice(event.notice, event.by?.name, known.texts);
  return renderer.renderNotice(body, to, known).map((part, index) => create(part, index));
}

function act(request: Json): Call {
  return { op: "act", part: 0, hash: "", request };
}
