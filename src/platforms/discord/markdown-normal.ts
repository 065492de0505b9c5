// Brings a tree into the one form Discord's Markdown can hold; markdown-render.ts writes that form down.
//
// The normal form: every word in as few styles as show it, the longest outermost, spaces at their edges outside;
// blocks on lines of their own and never inside a style (spoilers aside); no quote in a quote; mentions, emoji and
// topics are plain text; headings and subtext are single lines; items of a list hold nothing but lines and lists.

import { isBlock, type Node, type RichText, type StyleKind, text, tidy } from "../../model/rich-text.ts";

type Styles = ReadonlySet<StyleKind>;

interface Leaf {
  readonly node: Node;
  readonly styles: Styles;
}

type Place = "body" | "quote" | "line" | "item" | "label";

// Where several styles cover the same words the first is outermost; underline keeps bold and italic apart.
const STYLES: readonly StyleKind[] = ["spoiler", "strike", "bold", "underline", "italic"];
const NONE: Styles = new Set();

/** The normal form of `body`; the visible text stays the same but for line breaks that blocks need. */
export function normalise(body: RichText): RichText {
  return arrange(body, "body", NONE);
}

function arrange(body: RichText, place: Place, styles: Styles): RichText {
  const out: Node[] = [];
  let leaves: Leaf[] = [];
  const flush = () => {
    out.push(...nest(settleUrls(leaves).flatMap(splitEdges)));
    leaves = [];
  };
  for (const leaf of leavesOf(body, place, styles)) {
    if (!isBlock(leaf.node)) leaves.push(leaf);
    else {
      flush();
      const block = arrangeBlock(leaf);
      if (block) out.push(block);
    }
  }
  flush();
  return separate(tidy(out));
}

function arrangeBlock({ node, styles }: Leaf): Node | undefined {
  switch (node.kind) {
    case "quote":
      return {
        kind: "quote",
        expandable: false,
        children: trimLines(arrange(node.children, "quote", styles)),
      };
    case "heading":
    case "subtext":
      return { ...node, children: arrange(node.children, "line", styles) };
    case "list": {
      const items = node.items.map((item) => arrange(item, "item", styles)).filter((item) => item.length > 0);
      return { ...node, items };
    }
    case "pre":
      return styles.has("spoiler") ? { kind: "spoiler", children: [node] } : node;
    default:
      return undefined;
  }
}

function leavesOf(body: RichText, place: Place, styles: Styles): Leaf[] {
  return body.flatMap((node) => leavesOfNode(node, place, styles));
}

function leavesOfNode(node: Node, place: Place, styles: Styles): Leaf[] {
  switch (node.kind) {
    case "text":
      return textLeaf(node.text, place, styles);
    case "mention":
      return textLeaf(marked("@", node.label), place, styles);
    case "conversation":
      return textLeaf(marked("#", node.label), place, styles);
    case "emoji":
      return textLeaf(node.fallback, place, styles);
    case "time":
      return [{ node, styles }];
    case "code":
      return node.text === ""
        ? []
        : [{ node: { ...node, text: flat(node.text, place) }, styles: safeStyles(node.text, styles) }];
    case "link":
      return linkLeaves(node, place, styles);
    case "pre":
      return preLeaves(node, place, styles);
    case "quote":
    case "heading":
    case "subtext":
      return place === "body" || (place === "quote" && node.kind !== "quote")
        ? [{ node, styles }]
        : ownLines(leavesOf(node.children, place, styles));
    case "list":
      return listLeaves(node, place, styles);
    default:
      return leavesOf(node.children, place, new Set([...styles, node.kind]));
  }
}

function marked(mark: string, label: string): string {
  return label.startsWith(mark) ? label : `${mark}${label}`;
}

/** Text as its place can hold it: one line in headings, no blank lines in list items. */
function flat(value: string, place: Place): string {
  if (place === "line" || place === "label") return value.replaceAll("\n", " ");
  return place === "item" ? value.replace(/\n\s*\n/g, "\n") : value;
}

function textLeaf(value: string, place: Place, styles: Styles): Leaf[] {
  return value === "" ? [] : [{ node: text(flat(value, place)), styles }];
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
function safeStyles(raw: string, styles: Styles): Styles {
  const clash = (kind: StyleKind): boolean => {
    if (kind === "spoiler") return false;
    if (raw.includes("\\")) return true;
    return raw.includes(kind === "strike" ? "~" : kind === "underline" ? "_" : "*");
  };
  return new Set([...styles].filter((kind) => !clash(kind)));
}

function linkLeaves(node: Node & { kind: "link" }, place: Place, styles: Styles): Leaf[] {
  if (place === "label") return leavesOf(node.children, place, styles);
  const children = arrange(node.children, "label", NONE);
  return children.length === 0 ? [] : [{ node: { ...node, children }, styles }];
}

function preLeaves(node: Node & { kind: "pre" }, place: Place, styles: Styles): Leaf[] {
  const body = node.text.replace(/^\n+|\n+$/g, "");
  if (body === "") return [];
  if (place !== "body" && place !== "quote") return leavesOfNode({ kind: "code", text: body }, place, styles);
  return [{ node: { ...node, text: body }, styles }];
}

function listLeaves(node: Node & { kind: "list" }, place: Place, styles: Styles): Leaf[] {
  if (place !== "line" && place !== "label") return [{ node, styles }];
  return node.items.flatMap((item) => ownLines(leavesOf(item, place, styles)));
}

/** What was a block and now is not still begins and ends a line. */
function ownLines(leaves: readonly Leaf[]): Leaf[] {
  const newline: Leaf = { node: text("\n"), styles: NONE };
  return leaves.length === 0 ? [] : [newline, ...leaves, newline];
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

function ownsLines(node: Node | undefined): boolean {
  return node !== undefined && (isBlock(node) || (node.kind === "spoiler" && node.children.some(isBlock)));
}

/** Adds the newlines that blocks need, and joins neighbours that Discord would read as one block anyway. */
function separate(body: RichText): RichText {
  const out: Node[] = [];
  for (const node of body) {
    const last = out.at(-1);
    if (ownsLines(last) && !(node.kind === "text" && node.text.startsWith("\n"))) out.push(text("\n"));
    else if (ownsLines(node) && last && !(last.kind === "text" && last.text.endsWith("\n")))
      out.push(text("\n"));
    out.push(node);
  }
  return joinBlocks(tidy(out));
}

function joinBlocks(body: RichText): RichText {
  const out: Node[] = [];
  for (const node of body) {
    const gap = out.at(-1);
    const before = out.at(-2);
    const joined = gap?.kind === "text" && gap.text === "\n" && before ? joinBlock(before, node) : undefined;
    if (joined) out.splice(-2, 2, joined);
    else out.push(node);
  }
  return out;
}

function joinBlock(a: Node, b: Node): Node | undefined {
  if (a.kind === "quote" && b.kind === "quote") {
    return { ...a, children: separate(tidy([...a.children, text("\n"), ...b.children])) };
  }
  if (a.kind === "list" && b.kind === "list" && a.ordered === b.ordered)
    return { ...a, items: [...a.items, ...b.items] };
  return undefined;
}

/** A quote has no newline of its own at its ends. */
function trimLines(body: RichText): RichText {
  const trimmed = body.map((node, i) => {
    if (node.kind !== "text") return node;
    let value = node.text;
    if (i === 0) value = value.replace(/^\n+/, "");
    if (i === body.length - 1) value = value.replace(/\n+$/, "");
    return text(value);
  });
  return tidy(trimmed);
}
