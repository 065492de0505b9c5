// The rich-text tree that every parser makes and every renderer reads.
//
// Newlines stay in the text, exactly as written. A block (quote, heading, subtext, list, pre) holds no newline of
// its own at its ends: the "\n" before and after it belong to the neighbouring text. A renderer that needs a block
// to begin or end a line adds the missing "\n" itself.

import type { ConversationRef, UserRef } from "./refs.ts";

export type StyleKind = "bold" | "italic" | "underline" | "strike" | "spoiler";

export type Node =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: StyleKind; readonly children: RichText }
  | { readonly kind: "quote"; readonly expandable: boolean; readonly children: RichText }
  | { readonly kind: "heading"; readonly level: 1 | 2 | 3; readonly children: RichText }
  | { readonly kind: "subtext"; readonly children: RichText }
  | {
      readonly kind: "list";
      readonly ordered: boolean;
      readonly start?: number;
      readonly items: readonly RichText[];
    }
  | { readonly kind: "link"; readonly href: string; readonly children: RichText }
  | { readonly kind: "mention"; readonly user?: UserRef; readonly label: string }
  | { readonly kind: "conversation"; readonly ref?: ConversationRef; readonly label: string }
  | {
      readonly kind: "emoji";
      readonly name: string;
      readonly id?: string;
      readonly animated?: boolean;
      readonly fallback: string;
    }
  /** `at` is milliseconds since 1970; `style` is Discord's letter (t T d D f F s S R). */
  | { readonly kind: "time"; readonly at: number; readonly style: string }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "pre"; readonly text: string; readonly language?: string };

export type NodeKind = Node["kind"];
export type RichText = readonly Node[];

export function text(value: string): Node {
  return { kind: "text", text: value };
}

const BLOCKS: ReadonlySet<NodeKind> = new Set(["quote", "heading", "subtext", "list", "pre"]);

/** True for nodes that own whole lines. */
export function isBlock(node: Node): boolean {
  return BLOCKS.has(node.kind);
}

/** The text a reader sees, without any styling; list items are lines with their marks. */
export function plainText(body: RichText): string {
  return body.map(plainNode).join("");
}

function plainNode(node: Node): string {
  switch (node.kind) {
    case "text":
    case "code":
    case "pre":
      return node.text;
    case "mention":
    case "conversation":
      return node.label;
    case "emoji":
      return node.fallback;
    case "time":
      return new Date(node.at).toISOString();
    case "list":
      return node.items.map((item, i) => `${listMark(node, i)}${plainText(item)}`).join("\n");
    default:
      return plainText(node.children);
  }
}

/** The mark before item `index` of a list: "• " or "3. ". */
export function listMark(
  list: { readonly ordered: boolean; readonly start?: number },
  index: number,
): string {
  return list.ordered ? `${(list.start ?? 1) + index}. ` : "• ";
}

/** Joins neighbouring text nodes and drops empty ones, all the way down; the visible text stays the same. */
export function tidy(body: RichText): RichText {
  const out: Node[] = [];
  for (const node of body) {
    const next = tidyNode(node);
    if (next === undefined) continue;
    const last = out.at(-1);
    if (next.kind === "text" && last?.kind === "text") out[out.length - 1] = text(last.text + next.text);
    else out.push(next);
  }
  return out;
}

function tidyNode(node: Node): Node | undefined {
  switch (node.kind) {
    case "text":
    case "code":
    case "pre":
      return node.text === "" ? undefined : node;
    case "mention":
    case "conversation":
    case "emoji":
    case "time":
      return node;
    case "list":
      return node.items.length === 0 ? undefined : { ...node, items: node.items.map(tidy) };
    default: {
      const children = tidy(node.children);
      return children.length === 0 ? undefined : { ...node, children };
    }
  }
}

/** Everybody whose account a body names, in order, each once. */
export function mentionedIn(body: RichText): readonly UserRef[] {
  const found = new Map<string, UserRef>();
  const walk = (nodes: RichText): void => {
    for (const node of nodes) {
      if (node.kind === "mention" && node.user) found.set(`${node.user.account}:${node.user.id}`, node.user);
      else if (node.kind === "list") node.items.forEach(walk);
      else if ("children" in node) walk(node.children);
    }
  };
  walk(body);
  return [...found.values()];
}
