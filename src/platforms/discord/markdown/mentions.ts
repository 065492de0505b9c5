// Marks the mentions that shall reach somebody on Discord; the renderers mark, the Markdown names them, `api.ts` allows them.

import type { Resolved } from "../../../bridge/platform.ts";
import type { UserRef } from "../../../model/refs.ts";
import type { Node, RichText } from "../../../model/rich-text.ts";

type People = NonNullable<Resolved["people"]>;
type Mention = Node & { readonly kind: "mention" };

/** Discord, resources/message, Allowed Mentions Object. */
const MAX_USERS = 100;

/** A mention of a person of Discord, who is told of it: it has no label, as the client shows the name of today. */
export function isPing(node: Mention): node is Mention & { readonly user: UserRef } {
  return node.label === "" && node.user !== undefined;
}

/** The body with every mention of somebody who has an account here turned into a ping; in links nobody is pinged. */
export function withPings(body: RichText, people: People | undefined): RichText {
  return body.map((node): Node => {
    switch (node.kind) {
      case "mention":
        return mentionOf(node, people);
      case "list":
        return { ...node, items: node.items.map((item) => withPings(item, people)) };
      case "link":
        return { ...node, children: withPings(node.children, undefined) };
      default:
        return "children" in node ? { ...node, children: withPings(node.children, people) } : node;
    }
  });
}

function mentionOf(node: Mention, people: People | undefined): Node {
  const person = node.user && people?.get(`${node.user.account}:${node.user.id}`);
  if (person) return { kind: "mention", user: person, label: "" };
  return node.label === "" ? { ...node, label: "…" } : node;
}

/** Whom the rendered content names for real: what else looks like a mention was escaped. */
export function pingedIn(content: string, people: People | undefined): readonly string[] {
  const ids = new Set([...(people?.values() ?? [])].map(({ id }) => id));
  return [...ids].filter((id) => content.includes(`<@${id}>`)).slice(0, MAX_USERS);
}
