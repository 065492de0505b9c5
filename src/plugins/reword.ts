// Lets a message say other words and keeps the formatting of those that stayed; pure, `hooks.ts` calls it.

import { type Node, plainText, type RichText, text, tidy } from "../model/rich-text.ts";

/** Beyond so many words by words all between the first and the last change counts as changed. */
const MOST_CELLS = 250_000;

/** A range of the old words that stays, or new words. */
type Piece = { readonly from: number; readonly to: number } | { readonly put: string };

/** `body` saying `changed`: formatted as before as far as words stayed as they were. */
export function reworded(body: RichText, changed: string): RichText {
  return tidy(
    compared(plainText(body), changed).flatMap((piece) =>
      "put" in piece ? [text(piece.put)] : slice(body, piece.from, piece.to),
    ),
  );
}

function compared(was: string, changed: string): readonly Piece[] {
  const [old, now] = [tokens(was), tokens(changed)];
  let head = 0;
  while (head < old.length && head < now.length && old[head] === now[head]) head++;
  let tail = 0;
  const most = Math.min(old.length, now.length) - head;
  while (tail < most && old.at(-1 - tail) === now.at(-1 - tail)) tail++;
  const kept = [
    ...Array.from({ length: head }, (_, i) => [i, i] as const),
    ...common(old.slice(head, old.length - tail), now.slice(head, now.length - tail)).map(
      ([i, j]) => [i + head, j + head] as const,
    ),
    ...Array.from({ length: tail }, (_, i) => [old.length - tail + i, now.length - tail + i] as const),
  ];
  return piecesOf(kept, old, now);
}

/** Words, white space, and every other character for itself. */
function tokens(words: string): readonly string[] {
  return words.match(/[\p{L}\p{N}\p{M}]+|\s+|[^\p{L}\p{N}\p{M}\s]/gu) ?? [];
}

/** The longest run of tokens that both have, as pairs of places. */
function common(old: readonly string[], now: readonly string[]): readonly (readonly [number, number])[] {
  const width = now.length + 1;
  if ((old.length + 1) * width > MOST_CELLS) return [];
  const lengths = new Uint16Array((old.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < old.length && j < now.length; ) {
    if (old[i] === now[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return pairs;
}

function piecesOf(
  kept: readonly (readonly [number, number])[],
  old: readonly string[],
  now: readonly string[],
): readonly Piece[] {
  const starts = [0];
  for (const token of old) starts.push((starts.at(-1) ?? 0) + token.length);
  let next = 0;
  const out: Piece[] = [];
  const put = (until: number) => {
    if (until > next) out.push({ put: now.slice(next, until).join("") });
  };
  for (const [i, j] of kept) {
    put(j);
    next = j + 1;
    const [from = 0, to = 0] = [starts[i], starts[i + 1]];
    const last = out.at(-1);
    if (last && "to" in last && last.to === from) out[out.length - 1] = { from: last.from, to };
    else out.push({ from, to });
  }
  put(now.length);
  return out;
}

function slice(body: RichText, from: number, to: number): RichText {
  const out: Node[] = [];
  let at = 0;
  for (const node of body) {
    const { length } = plainText([node]);
    const begin = Math.max(0, from - at);
    const end = Math.min(length, to - at);
    if (begin < end) out.push(begin === 0 && end === length ? node : part(node, begin, end));
    at += length;
  }
  return out;
}

function part(node: Node, from: number, to: number): Node {
  switch (node.kind) {
    case "text":
    case "code":
    case "pre":
      return { ...node, text: node.text.slice(from, to) };
    case "mention":
    case "conversation":
    case "emoji":
    case "time":
    case "list":
      return text(plainText([node]).slice(from, to));
    default:
      return { ...node, children: slice(node.children, from, to) };
  }
}
