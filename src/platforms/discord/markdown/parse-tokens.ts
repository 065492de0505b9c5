// Reads what Discord writes as one token: mentions, emoji, timestamps, commands, URLs; parse.ts calls it.

import type { AccountId } from "../../../model/refs.ts";
import { type Node, text } from "../../../model/rich-text.ts";

/** Who and what the ids in a message are called. */
export interface MarkdownContext {
  readonly account: AccountId;
  mentionUser(id: string): string | undefined;
  role(id: string): string | undefined;
  /** `parent` is set for threads. */
  channel(id: string): { readonly name: string; readonly parent?: string } | undefined;
}

export interface Token {
  readonly end: number;
  readonly node: Node;
}

type Reader = (match: RegExpExecArray, context: MarkdownContext) => Node | undefined;

const UNKNOWN = "…";

// Discord, Reference, Message Formatting. Ids have 17 to 20 digits.
const ANGLE: readonly (readonly [RegExp, Reader])[] = [
  [/<@!?(\d{17,20})>/y, (match, context) => userMention(match[1] ?? "", context)],
  [/<@&(\d{17,20})>/y, (match, context) => text(`@${context.role(match[1] ?? "") ?? UNKNOWN}`)],
  [/<#(\d{17,20})>/y, (match, context) => channelMention(match[1] ?? "", context)],
  [/<(a?):(\w{2,32}):(\d{17,20})>/y, (match) => customEmoji(match)],
  [/<t:(-?\d{1,13})(?::([tTdDfFsSR]))?>/y, (match) => timestamp(match)],
  [/<(\/[^\s:<>][^:<>\n]{0,98}):\d{17,20}>/y, (match) => text(match[1] ?? "")],
  [/<id:(customize|browse|guide|linked-roles)(?::\d{17,20})?>/y, (match) => navigation(match[1] ?? "")],
  [/<([a-z][a-z0-9+.-]{0,30}:\/[^ >\n]+)>/iy, (match) => text(match[1] ?? "")],
  [/<(?:mailto:)?(\w[\w.+-]{0,63}@[\w.-]{1,253}\.[a-z]{2,24})>/iy, (match) => text(match[1] ?? "")],
  [/<(?:tel:|sms:)?(\+\d[\d() -]{2,30})>/y, (match) => text(match[1] ?? "")],
];

/** The token that begins with the `<` at `at`. */
export function angleToken(source: string, at: number, context: MarkdownContext): Token | undefined {
  for (const [pattern, read] of ANGLE) {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    const node = match ? read(match, context) : undefined;
    if (match && node) return { end: at + match[0].length, node };
  }
  return undefined;
}

function userMention(id: string, context: MarkdownContext): Node {
  const label = `@${context.mentionUser(id) ?? UNKNOWN}`;
  return { kind: "mention", user: { account: context.account, id }, label };
}

function channelMention(id: string, context: MarkdownContext): Node {
  const entry = context.channel(id);
  if (!entry) return { kind: "conversation", label: `#${UNKNOWN}` };
  const ref =
    entry.parent === undefined
      ? { account: context.account, id }
      : { account: context.account, id: entry.parent, thread: id };
  return { kind: "conversation", ref, label: `#${entry.name}` };
}

function customEmoji(match: RegExpExecArray): Node {
  const name = match[2] ?? "";
  return { kind: "emoji", name, id: match[3] ?? "", animated: match[1] === "a", fallback: `:${name}:` };
}

function timestamp(match: RegExpExecArray): Node | undefined {
  const at = Number(match[1]) * 1000;
  // Beyond the reach of a date the client shows the token as it was written.
  if (Math.abs(at) > 8_640_000_000_000_000) return undefined;
  return { kind: "time", at, style: match[2] ?? "f" };
}

function navigation(place: string): Node {
  return { kind: "conversation", label: `#${place}` };
}

const URL_RUN = /https?:\/\/[^\s<]+/y;

/** The end of the bare URL that begins at `at`; punctuation at its end does not belong to it. */
export function urlEnd(source: string, at: number): number | undefined {
  URL_RUN.lastIndex = at;
  const run = URL_RUN.exec(source)?.[0];
  if (run === undefined) return undefined;
  const length = trimUrl(run).length;
  return /^https?:\/\/.{2}/.test(run) && length > run.indexOf("//") + 2 ? at + length : undefined;
}

function trimUrl(run: string): string {
  let stop = run.length;
  while (stop > 0 && `.,:;"')]`.includes(run[stop - 1] ?? "")) stop -= 1;
  // A closing parenthesis that was opened inside the URL belongs to it.
  if (run[stop] === ")" && run.slice(0, stop).split("(").length > run.slice(0, stop).split(")").length)
    stop += 1;
  return run.slice(0, stop);
}
