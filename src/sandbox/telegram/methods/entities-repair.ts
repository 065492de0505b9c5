// Makes any set of entities a properly nested one, as tdlib's fix_entities does; used by formatted-text.ts.

import type { Entity } from "../types.ts";

/** The five styles: they are split and merged; the others are kept whole or dropped. */
const STYLES: ReadonlySet<string> = new Set(["bold", "italic", "underline", "strikethrough", "spoiler"]);
const QUOTES: ReadonlySet<string> = new Set(["blockquote", "expandable_blockquote"]);
const CODE: ReadonlySet<string> = new Set(["code", "pre"]);

const PRIORITY: readonly string[] = [
  "blockquote",
  "expandable_blockquote",
  "pre",
  "code",
  "text_link",
  "text_mention",
  "bold",
  "italic",
  "underline",
  "strikethrough",
  "spoiler",
];

/** Outer entities first: by offset, then the longer, then by the type's priority. */
export function sortEntities(entities: readonly Entity[]): Entity[] {
  return [...entities].sort(
    (a, b) => a.offset - b.offset || b.length - a.length || priority(a.type) - priority(b.type),
  );
}

function priority(type: string): number {
  const at = PRIORITY.indexOf(type);
  return at < 0 ? PRIORITY.length : at;
}

/**
 * Bot API, formatting options: overlapping entities are contained one in the other; styles nest with anything but
 * code and pre; quotes do not nest; the others do not contain each other. What breaks this is split or dropped.
 */
export function repairEntities(entities: readonly Entity[]): Entity[] {
  const sorted = sortEntities(entities.filter((e) => e.length > 0));
  const quotes = withoutOverlaps(sorted.filter((e) => QUOTES.has(e.type)));
  const whole = withoutOverlaps(sorted.filter((e) => !STYLES.has(e.type) && !QUOTES.has(e.type)));
  const fixed = [...quotes, ...whole.filter((e) => quotes.every((quote) => fitsIn(e, quote)))];
  const code = fixed.filter((e) => CODE.has(e.type));
  const styles = [...STYLES].flatMap((type) => merge(sorted.filter((e) => e.type === type)));
  const pieces = styles.flatMap((style) => outside(style, code)).flatMap((style) => splitAt(style, fixed));
  return sortEntities([...fixed, ...nest(pieces)]);
}

function end(entity: Entity): number {
  return entity.offset + entity.length;
}

/** Keeps the first of entities that overlap. */
function withoutOverlaps(sorted: readonly Entity[]): Entity[] {
  const out: Entity[] = [];
  for (const entity of sorted) {
    const last = out.at(-1);
    if (!last || entity.offset >= end(last)) out.push(entity);
  }
  return out;
}

/** Apart from the quote, or inside it. */
function fitsIn(entity: Entity, quote: Entity): boolean {
  const apart = end(entity) <= quote.offset || entity.offset >= end(quote);
  return apart || (entity.offset >= quote.offset && end(entity) <= end(quote));
}

/** Joins entities of one type that touch or overlap. */
function merge(sorted: readonly Entity[]): Entity[] {
  const out: Entity[] = [];
  for (const entity of sorted) {
    const last = out.at(-1);
    if (last && entity.offset <= end(last)) {
      out[out.length - 1] = { ...last, length: Math.max(end(last), end(entity)) - last.offset };
    } else out.push(entity);
  }
  return out;
}

/** The parts of a style that lie in no code. */
function outside(style: Entity, code: readonly Entity[]): Entity[] {
  let parts = [style];
  for (const block of code) {
    parts = parts.flatMap((part) => [
      ...between(part, part.offset, Math.min(end(part), block.offset)),
      ...between(part, Math.max(part.offset, end(block)), end(part)),
    ]);
  }
  return parts;
}

/** Cuts a style where an entity that stays whole begins or ends across it. */
function splitAt(style: Entity, fixed: readonly Entity[]): Entity[] {
  const cuts = new Set<number>();
  for (const other of fixed) {
    const overlaps = other.offset < end(style) && end(other) > style.offset;
    if (!overlaps) continue;
    if (other.offset < style.offset && end(other) < end(style)) cuts.add(end(other));
    if (other.offset > style.offset && end(other) > end(style)) cuts.add(other.offset);
  }
  return cut(style, [...cuts]);
}

/** Splits styles that cross each other at the end of the outer one. */
function nest(pieces: readonly Entity[]): Entity[] {
  const out: Entity[] = [];
  let queue = sortEntities(pieces);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { offset } = next;
    const stop = end(next);
    const crossed = out.find((o) => o.offset < offset && end(o) > offset && end(o) < stop);
    if (!crossed) out.push(next);
    else queue = sortEntities([...queue, ...cut(next, [end(crossed)])]);
  }
  return out;
}

function cut(entity: Entity, at: readonly number[]): Entity[] {
  const stops = [entity.offset, ...at.toSorted((a, b) => a - b), end(entity)];
  return stops.slice(1).flatMap((stop, i) => between(entity, stops[i] ?? entity.offset, stop));
}

function between(entity: Entity, from: number, to: number): Entity[] {
  return to > from ? [{ ...entity, offset: from, length: to - from }] : [];
}
