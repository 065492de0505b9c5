// Cuts a rich-text tree into pieces that fit a platform's limit; the renderers call it for long messages.

import type { Node, RichText } from "./rich-text.ts";
import { tidy } from "./rich-text.ts";

/** Stands for a node that cannot be cut (a mention, an emoji, a time). */
const ATOM = "\uFFFC";

/**
 * Cuts `body` into pieces that measure at most `limit` each. Every piece is whole: what was open is closed and opened
 * again. Cuts fall between paragraphs, else lines or sentences, else words, else graphemes; only the white space at a
 * cut is lost. A single atom or grapheme longer than the limit stays whole.
 */
export function split(
  body: RichText,
  limit: number,
  measure: (piece: RichText) => number,
): readonly RichText[] {
  const pieces: RichText[] = [];
  let rest = body;
  for (;;) {
    const parts = cut(rest, limit, measure);
    if (!parts) break;
    if (parts.head.length > 0) pieces.push(parts.head);
    rest = parts.rest;
  }
  if (rest.length > 0 || pieces.length === 0) pieces.push(rest);
  return pieces;
}

/** The first piece of `split` and all that comes after it; undefined when `body` is one piece. */
export function cut(
  body: RichText,
  limit: number,
  measure: (piece: RichText) => number,
): { readonly head: RichText; readonly rest: RichText } | undefined {
  if (measure(body) <= limit) return undefined;
  const units = unitsOf(body);
  const place = chooseCut(units, fitting(body, units.length, limit, measure));
  if (place.from >= units.length) return undefined;
  return { head: trimEnd(tidy(cutTree(body, place.from)[0])), rest: tidy(cutTree(body, place.to)[1]) };
}

/** The most units from the start that still fit; at least 1. */
function fitting(
  body: RichText,
  length: number,
  limit: number,
  measure: (piece: RichText) => number,
): number {
  let low = 1;
  let high = length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (measure(cutTree(body, middle)[0]) <= limit) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface Cut {
  /** The head ends here, … */
  readonly from: number;
  /** … and the tail begins here; between them lies only white space. */
  readonly to: number;
}

const BOUNDARIES: readonly { readonly pattern: RegExp; readonly least: number }[] = [
  { pattern: /\n{2,}/g, least: 0.5 },
  { pattern: /\n|(?<=[.!?…;:])[ \t]/g, least: 0.5 },
  { pattern: /[ \t\n]/g, least: 0.1 },
];

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });

function chooseCut(units: string, most: number): Cut {
  const window = units.slice(0, most + 1);
  for (const { pattern, least } of BOUNDARIES) {
    let best: Cut | undefined;
    for (const match of window.matchAll(pattern)) {
      if (match.index > most) break;
      if (match.index >= most * least && match.index > 0) {
        best = { from: match.index, to: match.index + match[0].length };
      }
    }
    if (best) return best;
  }
  const at = graphemes.segment(units).containing(most)?.index ?? most;
  if (at > 0) return { from: at, to: at };
  const first = graphemes.segment(units).containing(0)?.segment.length ?? 1;
  return { from: first, to: first };
}

function unitsOf(body: RichText): string {
  return body.map(unitsOfNode).join("");
}

function unitsOfNode(node: Node): string {
  switch (node.kind) {
    case "text":
    case "code":
    case "pre":
      return node.text;
    case "mention":
    case "conversation":
    case "emoji":
    case "time":
      return ATOM;
    case "list":
      return node.items.map(unitsOf).join("\n");
    default:
      return unitsOf(node.children);
  }
}

/** The tree before and after the first `at` units. */
function cutTree(body: RichText, at: number): readonly [RichText, RichText] {
  const head: Node[] = [];
  const tail: Node[] = [];
  let left = at;
  for (const node of body) {
    const length = unitsOfNode(node).length;
    if (left >= length) head.push(node);
    else if (left <= 0) tail.push(node);
    else {
      const [before, after] = cutNode(node, left);
      head.push(before);
      tail.push(after);
    }
    left -= length;
  }
  return [head, tail];
}

function cutNode(node: Node, at: number): readonly [Node, Node] {
  switch (node.kind) {
    case "text":
    case "code":
    case "pre":
      return [
        { ...node, text: node.text.slice(0, at) },
        { ...node, text: node.text.slice(at) },
      ];
    case "list":
      return cutList(node, at);
    case "mention":
    case "conversation":
    case "emoji":
    case "time":
      return [node, { kind: "text", text: "" }];
    default: {
      const [before, after] = cutTree(node.children, at);
      return [
        { ...node, children: before },
        { ...node, children: after },
      ];
    }
  }
}

function cutList(list: Extract<Node, { kind: "list" }>, at: number): readonly [Node, Node] {
  const before: RichText[] = [];
  const after: RichText[] = [];
  let left = at;
  let firstAfter = list.items.length;
  list.items.forEach((item, index) => {
    const length = unitsOf(item).length;
    if (left >= length) before.push(item);
    else {
      const [head, tail] = left > 0 ? cutTree(item, left) : [[], item];
      if (head.length > 0) before.push(head);
      after.push(tail);
      firstAfter = Math.min(firstAfter, index);
    }
    left -= length + 1;
  });
  const start = (list.start ?? 1) + firstAfter;
  return [
    { ...list, items: before },
    list.ordered ? { ...list, items: after, start } : { ...list, items: after },
  ];
}

/** White space before a cut shows nowhere. */
function trimEnd(body: RichText): RichText {
  const last = body.at(-1);
  if (last?.kind !== "text") return body;
  const text = last.text.trimEnd();
  const front = body.slice(0, -1);
  return text === "" ? front : [...front, { kind: "text", text }];
}
