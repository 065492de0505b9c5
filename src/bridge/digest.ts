// Joins what waits into one message, and changes one section of it later; pure, the lane calls it.

import { isFile, isPoll } from "../model/attachment.ts";
import type { Call, Copy, JoinedSection, Part, Section } from "../model/delivery.ts";
import type { BridgeEvent } from "../model/event.ts";
import type { Message } from "../model/message.ts";
import { type MessageRef, messageKey } from "../model/refs.ts";
import { plainText, type RichText, text } from "../model/rich-text.ts";
import { cut } from "../model/split.ts";
import { describeMessage, describeNotice } from "./describe.ts";
import type { Platform, Resolved } from "./platform.ts";
import type { StoredDelivery } from "./store-port.ts";

/** What waits longer than this is joined with its neighbours. */
export const BEHIND_MS = 3_000;

/** The rest of a joined message is for edits that are longer than what they replace. */
const ROOM = 0.7;

type Joiner = Pick<Platform, "renderJoined" | "renderEdit" | "renderDelete">;

/** New text, which can stand in one message with its neighbours: what brings a file or buttons never does. */
export function canJoin(event: BridgeEvent): boolean {
  if (event.kind === "notice") return true;
  if (event.kind !== "message.created" || event.message.album !== undefined) return false;
  if (event.message.buttons) return false;
  return !event.message.attachments.some((attachment) => isFile(attachment) || isPoll(attachment));
}

/**
 * One call for the first of `waiting` and as many of the next as fit with it; undefined when it has to go alone.
 * `waiting` are deliveries of one lane in order.
 */
export function join(
  waiting: readonly StoredDelivery[],
  renderer: Joiner,
  known: Resolved,
): { readonly call: Call; readonly ids: readonly number[] } | undefined {
  const first = waiting[0];
  const end = waiting.findIndex(({ event }) => !canJoin(event));
  const run = end < 0 ? waiting : waiting.slice(0, end);
  if (!first || run.length < 2) return undefined;
  const sections = run.map(({ event }) => sectionOf(event, known));
  const rendered = renderer.renderJoined(
    sections.map(({ section }) => section),
    first.to,
    { ...known, room: ROOM },
  );
  if (!rendered || rendered.count < 2) return undefined;
  return {
    call: { ...partOf("create", rendered.part), joined: sections.slice(0, rendered.count) },
    ids: run.slice(0, rendered.count).map(({ id }) => id),
  };
}

function sectionOf(event: BridgeEvent, known: Resolved): JoinedSection {
  if (event.kind === "message.created") {
    return {
      source: event.message.ref,
      section: { kind: "message", message: describeMessage(event.message, known) },
    };
  }
  const body = event.kind === "notice" ? describeNotice(event.notice, event.by?.name, known.texts) : [];
  return { section: { kind: "notice", body } };
}

export interface Revision {
  /** The edit of the joined message; [] when that changes nothing. */
  readonly calls: readonly Call[];
  /** What found no room beside its neighbours, and has to stand in a message of its own. */
  readonly rest: RichText;
}

/** Shows `message` anew in the joined message `copy`, as much of it as there is room for. */
export function reviseSection(
  message: Message,
  copy: Copy,
  sections: readonly JoinedSection[],
  renderer: Joiner,
  known: Resolved,
): Revision {
  const key = messageKey(message.ref);
  const index = sections.findIndex(({ source }) => source !== undefined && messageKey(source) === key);
  const old = sections[index]?.section;
  if (old?.kind !== "message") return { calls: [], rest: [] };
  // An edit seldom says what is answered; the first word on it holds.
  const reply = message.reply ?? old.message.reply;
  const whole = { ...message, ...(reply && { reply }) };
  for (const { shown, rest } of shorterAndShorter(whole)) {
    const changed = sections.with(index, {
      source: message.ref,
      section: { kind: "message", message: shown },
    });
    const part = renderAll(changed, copy, renderer, known);
    if (!part) continue;
    return { calls: part.hash === copy.hash ? [] : editOf(part, copy, changed, renderer, known), rest };
  }
  // Its neighbours alone fill more than there is now: what stands there stays, and the new words are not lost.
  return { calls: [], rest: message.body };
}

/** The calls that take the sections of `gone` out of the joined message `copy`; the last one takes the message along. */
export function removeSections(
  gone: readonly MessageRef[],
  copy: Copy,
  sections: readonly JoinedSection[],
  renderer: Joiner,
  known: Resolved,
): readonly Call[] {
  const keys = new Set(gone.map(messageKey));
  const isGone = ({ source }: JoinedSection) => source !== undefined && keys.has(messageKey(source));
  const left = sections.filter((section) => !isGone(section));
  const leaving = sections.filter(isGone).flatMap(({ source }) => source ?? []);
  for (const shown of left.length === 0 ? [] : smallerAndSmaller(left)) {
    const part = renderAll(shown, copy, renderer, known);
    if (part) return editOf(part, copy, shown, renderer, known).map((call) => ({ ...call, leaving }));
  }
  return renderer
    .renderDelete([copy], copy.ref.conversation, known)
    .map(({ request, targets }) => ({ op: "delete", part: 0, hash: "", request, targets, joined: [] }));
}

function renderAll(
  sections: readonly JoinedSection[],
  copy: Copy,
  renderer: Joiner,
  known: Resolved,
): Part | undefined {
  const shown: readonly Section[] = sections.map(({ section }) => section);
  const rendered = renderer.renderJoined(shown, copy.ref.conversation, known);
  return rendered?.count === shown.length ? rendered.part : undefined;
}

function editOf(
  part: Part,
  copy: Copy,
  joined: readonly JoinedSection[],
  renderer: Joiner,
  known: Resolved,
): readonly Call[] {
  const request = renderer.renderEdit(part, copy, known);
  if (request === undefined) return [];
  return [{ ...partOf("edit", { hash: part.hash, request }), targets: [copy.ref], joined }];
}

function partOf(op: "create" | "edit", { hash, request }: Part): Call {
  return { op, part: 0, hash, request };
}

/** An edit can outgrow the room beside its neighbours: then its beginning stands there, and the rest elsewhere. */
function* shorterAndShorter(
  message: Message,
): Generator<{ readonly shown: Message; readonly rest: RichText }> {
  yield { shown: message, rest: [] };
  for (const most of lengths()) {
    const parts = cut(message.body, most, lengthOf);
    if (parts) yield { shown: { ...message, body: [...parts.head, text(" …")] }, rest: parts.rest };
  }
}

/** What fitted once may not fit in another form (names that must be told now): then a little less of each. */
function* smallerAndSmaller(sections: readonly JoinedSection[]): Generator<readonly JoinedSection[]> {
  yield sections;
  for (const most of lengths()) {
    yield sections.map(({ section, ...more }) =>
      section.kind === "notice"
        ? { ...more, section }
        : { ...more, section: { kind: "message", message: shortened(section.message, most) } },
    );
  }
}

function lengths(): readonly number[] {
  return [2048, 1024, 512, 256, 128, 64, 32, 16];
}

function shortened(message: Message, most: number): Message {
  const parts = cut(message.body, most, lengthOf);
  return parts ? { ...message, body: [...parts.head, text("…")] } : message;
}

function lengthOf(body: RichText): number {
  return plainText(body).length;
}
