// What a greeting says: names as mentions, the placeholders of a room's own words, the rules; pure, `greeting.ts` calls it.

import type { Author } from "../../model/message.ts";
import { type Node, type RichText, text, tidy } from "../../model/rich-text.ts";
import type { Language } from "../../model/texts.ts";

export const PLACEHOLDERS = ["name", "room", "count", "rules"] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Stands in finished words where names or rules go: a sign that nobody writes (Unicode's private use area). */
export const MARKS: Readonly<Record<"name" | "rules", string>> = { name: "\uE000", rules: "\uE001" };

/** So many are named; of the others only their number is said. */
const MOST_NAMED = 20;

const PLACEHOLDER = /\{([^{}]*)\}/g;

/** Those that mean nothing, as they were written, each once. */
export function unknownPlaceholders(words: string): readonly string[] {
  const found = [...words.matchAll(PLACEHOLDER)].flatMap(([whole, name = ""]) =>
    isPlaceholder(name) ? [] : [whole],
  );
  return [...new Set(found)];
}

export function hasPlaceholder(words: string, name: Placeholder): boolean {
  return words.includes(`{${name}}`);
}

/** A room's own words with their values; unknown placeholders stay as they are. */
export function filled(words: string, values: Readonly<Record<Placeholder, string>>): string {
  return words.replace(PLACEHOLDER, (whole, name: string) => (isPlaceholder(name) ? values[name] : whole));
}

function isPlaceholder(name: string): name is Placeholder {
  return (PLACEHOLDERS as readonly string[]).includes(name);
}

/** The words with nodes in the place of their marks. */
export function withNodes(words: string, nodes: Readonly<Record<keyof typeof MARKS, RichText>>): RichText {
  const pieces = words.split(new RegExp(`([${MARKS.name}${MARKS.rules}])`, "u"));
  return tidy(
    pieces.flatMap((piece) =>
      piece === MARKS.name ? nodes.name : piece === MARKS.rules ? nodes.rules : [text(piece)],
    ),
  );
}

/** Without the marks, so that nobody's name is taken for one. */
export function unmarked(words: string): string {
  return words.replaceAll(MARKS.name, "").replaceAll(MARKS.rules, "");
}

/** "Ana, Bia and Caio", each a mention; `more` says how many are not named. */
export function namesOf(
  people: readonly Author[],
  language: Language,
  more: (count: number) => string,
): RichText {
  const named = people.slice(0, MOST_NAMED);
  const rest = people.length - named.length;
  const nodes: readonly Node[] = [...named.map(mentionOf), ...(rest > 0 ? [text(more(rest))] : [])];
  const list = new Intl.ListFormat(language, { type: "conjunction" });
  const parts = list.formatToParts(nodes.map((_, index) => String(index)));
  return parts.map(({ type, value }) => {
    const node = type === "element" ? nodes[Number(value)] : undefined;
    return node ?? text(value);
  });
}

function mentionOf({ name, user }: Author): Node {
  return { kind: "mention", ...(user && { user }), label: name };
}

/** The address, when the rules are nothing but a link. */
export function linkIn(rules: string): string | undefined {
  return /^https?:\/\/\S+$/i.test(rules) && URL.canParse(rules) ? rules : undefined;
}
