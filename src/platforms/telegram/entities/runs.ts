// Runs of text that carry the marks around them, and how those marks become entities; `render.ts` writes them.

import type { MessageEntity } from "@grammyjs/types";

/** An entity that has no place yet: a run carries the marks that cover it, the outermost first. */
export interface Mark {
  readonly type: MessageEntity["type"];
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface Run {
  readonly text: string;
  readonly marks: readonly Mark[];
}

/** White space at the ends goes, as on the server; code at the start keeps its own. */
export function trimEnds(runs: readonly Run[]): readonly Run[] {
  const out = [...runs];
  for (let last = out.pop(); last; last = out.pop()) {
    const kept = last.text.trimEnd();
    if (kept === "") continue;
    out.push({ ...last, text: kept });
    break;
  }
  for (let first = out.shift(); first; first = out.shift()) {
    const code = first.marks.some((mark) => mark.type === "code" || mark.type === "pre");
    const kept = code ? first.text : first.text.trimStart();
    if (kept === "") continue;
    out.unshift({ ...first, text: kept });
    break;
  }
  return out;
}

interface Range {
  readonly mark: Mark;
  readonly depth: number;
  readonly start: number;
  end: number;
}

/** Gives every unbroken stretch of a mark its entity, outer ones first. */
export function placeMarks(runs: readonly Run[]): readonly MessageEntity[] {
  const ranges: Range[] = [];
  const open = new Map<Mark, Range>();
  let at = 0;
  for (const run of runs) {
    const end = at + run.text.length;
    run.marks.forEach((mark, depth) => {
      const range = open.get(mark);
      if (range?.end === at) {
        range.end = end;
        return;
      }
      const fresh = { mark, depth, start: at, end };
      open.set(mark, fresh);
      ranges.push(fresh);
    });
    at = end;
  }
  const whole = runs.map((run) => run.text).join("");
  const quotes = ranges.filter((range) => isQuote(range.mark));
  return ranges
    .flatMap((range) => cutAtQuotes(range, quotes))
    .map((range) => withoutNewlines(whole, range))
    .filter((range) => whole.slice(range.start, range.end).trim() !== "")
    .sort((a, b) => a.start - b.start || b.end - a.end || a.depth - b.depth)
    .map(
      ({ mark, start, end }) =>
        ({ type: mark.type, offset: start, length: end - start, ...mark.more }) as MessageEntity,
    );
}

/** Newlines at the ends of an entity would make the server move its borders. */
function withoutNewlines(whole: string, range: Range): Range {
  let { start, end } = range;
  while (start < end && whole[start] === "\n") start += 1;
  while (start < end && whole[end - 1] === "\n") end -= 1;
  return { ...range, start, end };
}

/** Code ends the styles around it, in the middle of a quote too: what then crosses the quote's border is cut there. */
function cutAtQuotes(range: Range, quotes: readonly Range[]): readonly Range[] {
  const { start, end } = range;
  for (const quote of quotes) {
    const into = start < quote.start && quote.start < end && end < quote.end;
    const outOf = quote.start < start && start < quote.end && quote.end < end;
    const at = into ? quote.start : outOf ? quote.end : undefined;
    if (at !== undefined)
      return [...cutAtQuotes({ ...range, end: at }, quotes), ...cutAtQuotes({ ...range, start: at }, quotes)];
  }
  return [range];
}

/** True for both kinds of quote, which cannot be nested. */
export function isQuote(mark: Mark): boolean {
  return mark.type === "blockquote" || mark.type === "expandable_blockquote";
}
