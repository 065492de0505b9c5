// Nests the styles of a run of text so that Discord's marks can tell them apart; normal.ts calls it.

import { type Node, type StyleKind, text } from "../../../model/rich-text.ts";

export type Styles = ReadonlySet<StyleKind>;

/** A node that is no style, and the styles it stands in. */
export interface Leaf {
  readonly node: Node;
  readonly styles: Styles;
}

// Where several styles cover the same words the first is outermost; underline keeps bold and italic apart.
const STYLES: readonly StyleKind[] = ["spoiler", "strike", "bold", "underline", "italic"];

/** The leaves as nodes: neighbours of the same styles joined, spaces at the edges of a style outside of it. */
export function styledNodes(leaves: readonly Leaf[]): readonly Node[] {
  return nest(settleUrls(leaves).flatMap(splitEdges));
}

/** A URL that loses a style can join with its neighbour and so become another URL, at most once for each style. */
function settleUrls(leaves: readonly Leaf[]): Leaf[] {
  return STYLES.reduce((settled) => joinText(settled.flatMap(splitUrls)), joinText(leaves));
}

/** URLs become leaves of their own, because marks inside them would end a style. */
function splitUrls(leaf: Leaf): Leaf[] {
  if (leaf.node.kind !== "text") return [leaf];
  return leaf.node.text.split(/(https?:\/\/[^\s<>]+)/).flatMap((piece, i) => {
    if (piece === "") return [];
    if (i % 2 === 0) return [{ node: text(piece), styles: leaf.styles }];
    return [{ node: text(safeUrl(piece, leaf.styles)), styles: safeStyles(piece, leaf.styles) }];
  });
}

/** The same address, with nothing in it that mentions everybody or ends a spoiler. */
function safeUrl(url: string, styles: Styles): string {
  const silent = url.replace(/@(?=everyone|here)/gi, "%40");
  return styles.has("spoiler") ? silent.replaceAll("|", "%7C") : silent;
}

/** The styles whose marks do not occur in text that cannot be escaped. A spoiler always stays. */
export function safeStyles(raw: string, styles: Styles): Styles {
  const clash = (kind: StyleKind): boolean => {
    if (kind === "spoiler") return false;
    if (raw.includes("\\")) return true;
    return raw.includes(kind === "strike" ? "~" : kind === "underline" ? "_" : "*");
  };
  return new Set([...styles].filter((kind) => !clash(kind)));
}

function sameStyles(a: Styles, b: Styles): boolean {
  return a.size === b.size && [...a].every((kind) => b.has(kind));
}

function joinText(leaves: readonly Leaf[]): Leaf[] {
  const out: Leaf[] = [];
  for (const leaf of leaves) {
    const last = out.at(-1);
    if (last?.node.kind === "text" && leaf.node.kind === "text" && sameStyles(last.styles, leaf.styles)) {
      out[out.length - 1] = { node: text(last.node.text + leaf.node.text), styles: leaf.styles };
    } else out.push(leaf);
  }
  return out;
}

function splitEdges({ node, styles }: Leaf): Leaf[] {
  if (node.kind !== "text") return [{ node, styles }];
  const value = node.text;
  const core = value.trim();
  const before = core === "" ? value : value.slice(0, value.length - value.trimStart().length);
  const after = core === "" ? "" : value.slice(value.trimEnd().length);
  return [before, core, after]
    .filter((piece) => piece !== "")
    .map((piece) => ({ node: text(piece), styles }));
}

function isSpace({ node }: Leaf): boolean {
  return node.kind === "text" && node.text.trim() === "";
}

/**
 * Styles as nested nodes again: at every leaf the style that reaches farthest is opened first. Spaces at the edges
 * of a style stay outside of it: `** a**` is not bold.
 */
function nest(leaves: readonly Leaf[]): Node[] {
  const out: Node[] = [];
  let i = 0;
  for (let leaf = leaves[0]; leaf !== undefined; leaf = leaves[i]) {
    const from = i;
    const reach = STYLES.map((kind) => ({ kind, length: isSpace(leaf) ? 0 : reachOf(leaves, from, kind) }));
    const best = reach.reduce((a, b) => (b.length > a.length ? b : a));
    if (best.length === 0) out.push(leaf.node);
    else out.push({ kind: best.kind, children: nest(without(best.kind, leaves.slice(i, i + best.length))) });
    i += Math.max(best.length, 1);
  }
  return out;
}

/** How many leaves from `from` on have the style, without the spaces at the end. */
function reachOf(leaves: readonly Leaf[], from: number, kind: StyleKind): number {
  let length = 0;
  for (let i = from; leaves[i]?.styles.has(kind); i += 1) {
    const leaf = leaves[i];
    if (leaf && !isSpace(leaf)) length = i - from + 1;
  }
  return length;
}

function without(kind: StyleKind, leaves: readonly Leaf[]): readonly Leaf[] {
  return leaves.map(({ node, styles }) => ({
    node,
    styles: new Set([...styles].filter((style) => style !== kind)),
  }));
}
