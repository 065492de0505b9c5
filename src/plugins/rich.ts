// Formatted text between MateBot and a plugin: what a plugin gets to see, what it may say, what it changed; pure.

import type { UserRef } from "../model/refs.ts";
import { type Node, plainText, type RichText, text, tidy } from "../model/rich-text.ts";
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

/** `body` saying `changed` instead: formatted as before as far as the words before and behind the change are the same. */
export function reworded(body: RichText, changed: string): RichText {
  const was = plainText(body);
  const most = Math.min(was.length, changed.length);
  let head = 0;
  while (head < most && was[head] === changed[head]) head++;
  if (isHighSurrogate(was.charCodeAt(head - 1))) head--;
  let tail = 0;
  while (tail < most - head && was.at(-1 - tail) === changed.at(-1 - tail)) tail++;
  if (isLowSurrogate(was.charCodeAt(was.length - tail))) tail--;
  const middle = changed.slice(head, changed.length - tail);
  return tidy([...slice(body, 0, head), text(middle), ...slice(body, was.length - tail, was.length)]);
}

const isHighSurrogate = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLowSurrogate = (code: number) => code >= 0xdc00 && code < 0xe000;

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
