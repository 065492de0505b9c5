// Brings a tree into the one form Discord's Markdown can hold; render.ts writes that form down.
//
// The normal form: every word in as few styles as show it, the longest outermost, spaces at their edges outside;
// blocks on lines of their own and never inside a style (spoilers aside); no quote in a quote; mentions (but for those
// that reach somebody), emoji and topics are plain text; headings and subtext are single lines; items of a list hold nothing but lines and lists.

import { isBlock, type Node, type RichText, text, tidy } from "../../../model/rich-text.ts";
import { isPing } from "./mentions.ts";
import { type Leaf, type Styles, safeStyles, styledNodes } from "./styles.ts";

type Place = "body" | "quote" | "line" | "item" | "label";

const NONE: Styles = new Set();

/** The normal form of `body`; the visible text stays the same but for line breaks that blocks need. */
export function normalise(body: RichText): RichText {
  return arrange(body, "body", NONE);
}

function arrange(body: RichText, place: Place, styles: Styles): RichText {
  const out: Node[] = [];
  let leaves: Leaf[] = [];
  const flush = () => {
    out.push(...styledNodes(leaves));
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
    case "quote": {
      const children = trimEnds(arrange(node.children, "quote", styles));
      return children.length === 0 ? undefined : { kind: "quote", expandable: false, children };
    }
    case "heading":
    case "subtext": {
      const children = trimEnds(arrange(node.children, "line", styles));
      return children.length === 0 ? undefined : { ...node, children };
    }
    case "list": {
      const items = node.items.map((item) => trimEnds(closeLines(arrange(item, "item", styles))));
      return { ...node, items: items.filter((item) => item.length > 0) };
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
      return isPing(node) ? [{ node, styles }] : textLeaf(marked("@", node.label), place, styles);
    case "conversation":
      return textLeaf(marked("#", node.label), place, styles);
    case "emoji":
      return textLeaf(node.fallback, place, styles);
    case "time":
      return [{ node, styles }];
    case "code":
      return node.text === ""
        ? []
        : [
            {
              node: { ...node, text: flat(node.text, place === "item" ? "line" : place) },
              styles: safeStyles(node.text, styles),
            },
          ];
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

/** Headings and labels are one line. */
function flat(value: string, place: Place): string {
  return place === "line" || place === "label" ? value.replaceAll("\n", " ") : value;
}

/** Without blank lines, which would end a list, and without indentation, which would change its depth. */
function closeLines(body: RichText): RichText {
  return body.map((node) => {
    if (node.kind === "text") return text(node.text.replace(/\n\s+/g, "\n"));
    return "children" in node ? { ...node, children: closeLines(node.children) } : node;
  });
}

function textLeaf(value: string, place: Place, styles: Styles): Leaf[] {
  return value === "" ? [] : [{ node: text(flat(value, place)), styles }];
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

/** A block has no space of its own at its ends; what is empty then is no block. */
function trimEnds(body: RichText): RichText {
  const [first] = body;
  const opened = first?.kind === "text" ? [text(first.text.trimStart()), ...body.slice(1)] : body;
  const last = opened.at(-1);
  return tidy(last?.kind === "text" ? [...opened.slice(0, -1), text(last.text.trimEnd())] : opened);
}
