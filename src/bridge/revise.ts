// Compares what a message should look like with what stands there, and makes the calls that bring it about; pure.

import type { Call, Copy, Part } from "../model/delivery.ts";
import type { Message } from "../model/message.ts";
import type { ConversationRef } from "../model/refs.ts";
import type { Platform, Resolved } from "./platform.ts";

/** The platform's pure half, as far as changes need it. */
export type Reviser = Pick<Platform, "renderEdit" | "renderDelete">;

export function create(part: Part, index: number, message?: Message): Call {
  const { hash, more, request } = part;
  const call: Call = { op: "create", part: index, hash, request, ...(more && { more }) };
  if (!message) return call;
  const { user } = message.author;
  return { ...call, source: message.ref, ...(user && { author: user.id }) };
}

/** Numbered by the messages they make; the first is `from`. */
export function createAll(parts: readonly Part[], message: Message, from = 0): readonly Call[] {
  let next = from;
  return parts.map((part) => {
    const call = create(part, next, message);
    next += sizeOf(part);
    return call;
  });
}

/**
 * Changed parts are edited, further ones added, superfluous ones removed; the first of them is part `from`. What cannot
 * be edited into its new form is sent anew, and then the old one goes.
 */
export function revise(
  parts: readonly Part[],
  message: Message,
  to: ConversationRef,
  renderer: Reviser,
  known: Resolved,
  copies: readonly Copy[],
  from = 0,
): readonly Call[] {
  const calls: Call[] = [];
  let at = 0;
  for (const part of parts) {
    const standing = copies.slice(at, at + sizeOf(part));
    const edits =
      standing.length === sizeOf(part) ? editsOf(part, from + at, standing, renderer, known) : undefined;
    if (edits) calls.push(...edits);
    else calls.push(create(part, from + at, message), ...remove(standing, to, renderer, known));
    at += sizeOf(part);
  }
  return [...calls, ...remove(copies.slice(at), to, renderer, known)];
}

/** Undefined when one of them cannot be edited. */
function editsOf(
  part: Part,
  first: number,
  standing: readonly Copy[],
  renderer: Reviser,
  known: Resolved,
): readonly Call[] | undefined {
  const edits = standing.map((copy, index): readonly Call[] | undefined => {
    const hash = index === 0 ? part.hash : (part.more?.[index - 1] ?? "");
    if (copy.hash === hash) return [];
    const request = renderer.renderEdit(part, copy, known, index);
    if (request === undefined) return undefined;
    return [{ op: "edit", part: first + index, hash, request, targets: [copy.ref] }];
  });
  return edits.every((edit) => edit !== undefined) ? edits.flat() : undefined;
}

export function remove(
  copies: readonly Copy[],
  to: ConversationRef,
  renderer: Reviser,
  known: Resolved,
): readonly Call[] {
  if (copies.length === 0) return [];
  return renderer
    .renderDelete(copies, to, known)
    .map(({ request, targets }, index) => ({ op: "delete", part: index, hash: "", request, targets }));
}

function sizeOf({ more }: Part): number {
  return 1 + (more?.length ?? 0);
}
