// Turns a Telegram text with its entities into a rich-text tree; the parser calls it for texts, captions and quotes.

import type { MessageEntity } from "@grammyjs/types";
import type { AccountId, UserRef } from "../../../model/refs.ts";
import { type Node, type RichText, type StyleKind, text, tidy } from "../../../model/rich-text.ts";
import { isSafeHref, timeNode } from "./rules.ts";

/** Where an entity stands, in UTF-16 units; `order` is its place in the list and settles which of two equals is outside. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly order: number;
  readonly entity: MessageEntity;
  /** Who is mentioned, when their account is known. */
  readonly user?: UserRef;
}

/** More than a server ever keeps (about 100), and few enough that hostile input stays cheap. */
const MAX_ENTITIES = 500;

const STYLES: Readonly<Record<string, StyleKind>> = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strikethrough: "strike",
  spoiler: "spoiler",
};

/**
 * The tree of `value`: its plain text is always whole, whatever the entities claim. Crossing styles are split; of
 * crossing links, quotes and code the first stays. Hashtags, commands, addresses, numbers and mentions by user name stay
 * text; those of a person are mentions when `account` tells whose person it is.
 */
export function entitiesToTree(
  value: string,
  entities: readonly MessageEntity[] | undefined,
  account?: AccountId,
): RichText {
  const spans = readSpans(value, entities, account);
  if (spans.length === 0) return value === "" ? [] : [text(value)];
  return tidy(build(value, 0, value.length, arrange(value, spans)));
}

function readSpans(value: string, entities: unknown, account: AccountId | undefined): readonly Span[] {
  if (!Array.isArray(entities)) return [];
  return entities.slice(0, MAX_ENTITIES).flatMap((entity: MessageEntity | null, order): readonly Span[] => {
    const { offset, length } = entity ?? {};
    if (!entity || !isCount(offset) || !isCount(length)) return [];
    const start = afterPair(value, Math.min(offset, value.length));
    const end = beforePair(value, Math.min(offset + length, value.length));
    const user = account === undefined ? undefined : mentioned(entity, account);
    return start < end ? [{ start, end, order, entity, ...(user ? { user } : {}) }] : [];
  });
}

function mentioned(entity: MessageEntity, account: AccountId): UserRef | undefined {
  const id = entity.type === "text_mention" ? entity.user?.id : undefined;
  return Number.isSafeInteger(id) ? { account, id: String(id) } : undefined;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function splitsPair(value: string, at: number): boolean {
  return /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(value.slice(at - 1, at + 1)) && at > 0;
}

function afterPair(value: string, at: number): number {
  return splitsPair(value, at) ? at + 1 : at;
}

function beforePair(value: string, at: number): number {
  return splitsPair(value, at) ? at - 1 : at;
}

/** Brings the spans into a form in which only styles can still cross each other. */
function arrange(value: string, spans: readonly Span[]): readonly Span[] {
  const sorted = spans.toSorted(outerFirst);
  const ofType = (test: (type: string) => boolean) => sorted.filter((span) => test(span.entity.type));

  const quotes = disjoint(ofType(isQuote).flatMap((span) => trimNewlines(value, span)));
  const leaves = disjoint(
    sorted
      .filter(isLeaf)
      .flatMap((span) => (span.entity.type === "pre" ? trimNewlines(value, span) : [span])),
  ).filter((leaf) => quotes.every((quote) => apart(leaf, quote) || inside(leaf, quote)));
  const links = disjoint(sorted.filter(isLink))
    .flatMap((span) => cut(span, quotes))
    .filter((link) => leaves.every((leaf) => apart(link, leaf) || inside(leaf, link)));
  const code = leaves.filter((leaf) => leaf.entity.type === "code" || leaf.entity.type === "pre");
  const styles = Object.keys(STYLES)
    .flatMap((type) => united(ofType((other) => other === type)))
    .flatMap((span) => without(span, code))
    .flatMap((span) => cut(span, [...quotes, ...links, ...leaves]))
    .filter((span) => leaves.every((leaf) => apart(span, leaf) || inside(leaf, span)))
    .filter((span) => value.slice(span.start, span.end).trim() !== "");
  return [...quotes, ...links, ...styles, ...leaves].sort(outerFirst);
}

function outerFirst(a: Span, b: Span): number {
  return a.start - b.start || b.end - a.end || Number(isLeaf(a)) - Number(isLeaf(b)) || a.order - b.order;
}

function isQuote(type: string): boolean {
  return type === "blockquote" || type === "expandable_blockquote";
}

const LEAVES: ReadonlySet<string> = new Set(["code", "pre", "custom_emoji", "date_time"]);

function isLeaf({ entity, user }: Span): boolean {
  return LEAVES.has(entity.type) || user !== undefined;
}

function isLink({ entity }: Span): boolean {
  return entity.type === "text_link" && isSafeHref(entity.url);
}

function apart(a: Span, b: Span): boolean {
  return a.end <= b.start || b.end <= a.start;
}

function inside(inner: Span, outer: Span): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

/** The newlines around a block belong to its neighbours. */
function trimNewlines(value: string, span: Span): readonly Span[] {
  let { start, end } = span;
  while (start < end && value[start] === "\n") start += 1;
  while (start < end && value[end - 1] === "\n") end -= 1;
  return start < end ? [{ ...span, start, end }] : [];
}

/** Of spans that share characters only the first. */
function disjoint(sorted: readonly Span[]): readonly Span[] {
  const kept: Span[] = [];
  for (const span of sorted.toSorted(outerFirst)) {
    const last = kept.at(-1);
    if (!last || last.end <= span.start) kept.push(span);
  }
  return kept;
}

/** Overlapping spans of one style are one span. */
function united(sorted: readonly Span[]): readonly Span[] {
  const out: Span[] = [];
  for (const span of sorted) {
    const last = out.at(-1);
    if (last && span.start < last.end) out[out.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else out.push(span);
  }
  return out;
}

/** The pieces of `span` outside of `holes`. */
function without(span: Span, holes: readonly Span[]): readonly Span[] {
  let pieces: readonly Span[] = [span];
  for (const hole of holes) {
    pieces = pieces.flatMap((piece) => {
      if (apart(piece, hole)) return [piece];
      const left = { ...piece, end: hole.start };
      const right = { ...piece, start: hole.end };
      return [left, right].filter((part) => part.start < part.end);
    });
  }
  return pieces;
}

/** Cuts `span` where it crosses the border of an obstacle. */
function cut(span: Span, obstacles: readonly Span[]): readonly Span[] {
  let pieces: readonly Span[] = [span];
  for (const obstacle of obstacles) {
    pieces = pieces.flatMap((piece) => {
      if (apart(piece, obstacle) || inside(piece, obstacle) || inside(obstacle, piece)) return [piece];
      const at = piece.start < obstacle.start ? obstacle.start : obstacle.end;
      return [
        { ...piece, end: at },
        { ...piece, start: at },
      ];
    });
  }
  return pieces;
}

/** Builds the nodes of value[from, to); a style that outlives its parent goes on behind it. */
function build(value: string, from: number, to: number, spans: readonly Span[]): RichText {
  const out: Node[] = [];
  let at = from;
  let queue = spans;
  for (let head = queue[0]; head; head = queue[0]) {
    const { start, end } = head;
    const others = queue.slice(1);
    const inner = others.filter((span) => span.start < end);
    const later = others.filter((span) => span.end > end);
    if (start > at) out.push(text(value.slice(at, start)));
    out.push(
      ...nodeOf(
        value,
        head,
        inner.map((span) => ({ ...span, end: Math.min(span.end, end) })).sort(outerFirst),
      ),
    );
    at = end;
    queue = later.map((span) => ({ ...span, start: Math.max(span.start, end) })).sort(outerFirst);
  }
  if (at < to) out.push(text(value.slice(at, to)));
  return out;
}

function nodeOf(value: string, { start, end, entity, user }: Span, inner: readonly Span[]): RichText {
  const own = value.slice(start, end);
  if (user) return [{ kind: "mention", user, label: own }];
  const style = STYLES[entity.type];
  if (style) return [{ kind: style, children: build(value, start, end, inner) }];
  switch (entity.type) {
    case "blockquote":
    case "expandable_blockquote": {
      const expandable = entity.type === "expandable_blockquote";
      return [{ kind: "quote", expandable, children: build(value, start, end, inner) }];
    }
    case "text_link":
      return [{ kind: "link", href: entity.url, children: build(value, start, end, inner) }];
    case "code":
      return [{ kind: "code", text: own }];
    case "pre":
      return [
        entity.language ? { kind: "pre", text: own, language: entity.language } : { kind: "pre", text: own },
      ];
    case "custom_emoji":
      return [{ kind: "emoji", name: own, id: String(entity.custom_emoji_id), fallback: own }];
    case "date_time":
      return [timeNode(entity.date_time_format, entity.unix_time) ?? text(own)];
    default:
      return [text(own)];
  }
}
