// Finds who is called by @name, where the platform tells nobody's id (Telegram); what a message says beside that stays as it is. Pure.

import type { UserRef } from "../../model/refs.ts";
import type { Node, RichText } from "../../model/rich-text.ts";

/** Telegram, usernames: a letter, then letters, digits and underscores. */
const HANDLE = /(?<![\w@./])@([A-Za-z]\w{2,31})(?!\w)/g;

/** With a mention for each `@name` that `whose` knows; not within links and code. */
export function withCalls(body: RichText, whose: (handle: string) => UserRef | undefined): RichText {
  return body.flatMap((node) => callsIn(node, whose));
}

function callsIn(node: Node, whose: (handle: string) => UserRef | undefined): RichText {
  switch (node.kind) {
    case "text":
      return callsInText(node, whose);
    case "list":
      return [{ ...node, items: node.items.map((item) => withCalls(item, whose)) }];
    case "link":
      return [node];
    default:
      return "children" in node ? [{ ...node, children: withCalls(node.children, whose) }] : [node];
  }
}

function callsInText(
  node: Extract<Node, { kind: "text" }>,
  whose: (handle: string) => UserRef | undefined,
): RichText {
  if (!node.text.includes("@")) return [node];
  const found: Node[] = [];
  let from = 0;
  for (const match of node.text.matchAll(HANDLE)) {
    const [label, handle = ""] = match;
    const user = whose(handle);
    if (!user) continue;
    if (match.index > from) found.push({ kind: "text", text: node.text.slice(from, match.index) });
    found.push({ kind: "mention", user, label });
    from = match.index + label.length;
  }
  if (found.length === 0) return [node];
  if (from < node.text.length) found.push({ kind: "text", text: node.text.slice(from) });
  return found;
}
