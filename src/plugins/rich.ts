// Formatted text between MateBot and a plugin: what a plugin gets to see, what it may say, what it changed; pure.

import type { UserRef } from "../model/refs.ts";
import { type Node, plainText, type RichText, tidy } from "../model/rich-text.ts";
import type { PluginNode } from "./api.ts";

/** What has no form for plugins becomes its words. */
export function toPluginNodes(body: RichText): readonly PluginNode[] {
  return body.map(toPluginNode);
}

function toPluginNode(node: Node): PluginNode {
  switch (node.kind) {
    case "text":
    case "code":
      return { kind: node.kind, text: node.text };
    case "pre":
      return { kind: "pre", text: node.text, ...(node.language && { language: node.language }) };
    case "bold":
    case "italic":
    case "underline":
    case "strike":
    case "spoiler":
    case "quote":
      return { kind: node.kind, children: toPluginNodes(node.children) };
    case "heading":
      return { kind: "bold", children: toPluginNodes(node.children) };
    case "subtext":
      return { kind: "italic", children: toPluginNodes(node.children) };
    case "link":
      return { kind: "link", href: node.href, children: toPluginNodes(node.children) };
    case "mention":
      return { kind: "mention", label: node.label, ...(node.user && { user: personId(node.user) }) };
    default:
      return { kind: "text", text: plainText([node]) };
  }
}

/** `nodes` are checked already. */
export function fromPluginNodes(nodes: readonly PluginNode[]): RichText {
  return tidy(nodes.map(fromPluginNode));
}

function fromPluginNode(node: PluginNode): Node {
  switch (node.kind) {
    case "text":
    case "code":
      return { kind: node.kind, text: node.text };
    case "pre":
      return { kind: "pre", text: node.text, ...(node.language && { language: node.language }) };
    case "quote":
      return { kind: "quote", expandable: false, children: fromPluginNodes(node.children) };
    case "link":
      return { kind: "link", href: node.href, children: fromPluginNodes(node.children) };
    case "mention": {
      const user = node.user === undefined ? undefined : userOf(node.user);
      return { kind: "mention", label: node.label, ...(user && { user }) };
    }
    default:
      return { kind: node.kind, children: fromPluginNodes(node.children) };
  }
}

export function personId({ account, id }: UserRef): string {
  return `${account}:${id}`;
}

function userOf(id: string): UserRef | undefined {
  const match = /^([A-Za-z][\w-]*):(\S+)$/.exec(id);
  return match?.[1] && match[2] ? { account: match[1], id: match[2] } : undefined;
}
