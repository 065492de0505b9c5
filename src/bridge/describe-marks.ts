// Puts into one small line who reacted to a message, and how its poll stands where else it was asked; `compose` calls it.

import type { Poll } from "../model/attachment.ts";
import type { Reaction } from "../model/event.ts";
import { type RichText, text } from "../model/rich-text.ts";
import type { Texts } from "../model/texts.ts";
import { lined } from "./describe.ts";
import type { Mark, MarkRow } from "./store-port.ts";

/** What is known of a message's reactions and votes in the other conversations. */
export interface Marks {
  readonly reactions: readonly MarkRow[];
  readonly votes: readonly MarkRow[];
  readonly poll?: Poll;
}

/** More names than these are counted. */
const NAMES = 5;

/** [] when there is nothing to show. */
export function describeMarks(marks: Marks, texts: Texts): RichText {
  const lines: RichText[] = [];
  const tally = new Map<string, { readonly mark: Mark; readonly names: string[]; count: number }>();
  for (const { name, marks: given } of marks.reactions) {
    for (const mark of given) {
      const entry = tally.get(keyOf(mark)) ?? { mark, names: [], count: 0 };
      entry.count += mark.count;
      if (name !== "") entry.names.push(name);
      tally.set(keyOf(mark), entry);
    }
  }
  const reactions = [...tally.values()].map(({ mark, names, count }) => {
    const emoji = mark.id === undefined ? mark.key : `:${mark.key}:`;
    return `${emoji} ${whose(names, count, texts)}`;
  });
  if (reactions.length > 0) lines.push([text(reactions.join(" · "))]);
  if (marks.poll) lines.push(...pollLines(marks.poll, marks.votes, texts));
  return lined(lines);
}

function whose(names: readonly string[], count: number, texts: Texts): string {
  const shown = names.slice(0, NAMES);
  const more = count - shown.length;
  if (shown.length === 0) return String(count);
  return more > 0 ? texts("bridge.and-more", { names: shown.join(", "), count: more }) : shown.join(", ");
}

/** One line for each conversation in which there were votes. */
function pollLines(poll: Poll, votes: readonly MarkRow[], texts: Texts): readonly RichText[] {
  const places = Map.groupBy(votes, ({ place }) => place.account);
  return [...places].flatMap(([account, rows]): readonly RichText[] => {
    const counts = poll.options.map((_option, index) =>
      rows
        .flatMap(({ marks }) => marks)
        .reduce((sum, { key, count }) => sum + (key === `${index}` ? count : 0), 0),
    );
    if (counts.every((count) => count === 0)) return [];
    const said = poll.options.map((option, index) => `${option.text} ${counts[index] ?? 0}`).join(" · ");
    return [[text(texts("bridge.poll.elsewhere", { place: account, said }))]];
  });
}

/** What our own reactions should show, most wanted first. */
export function wantedReactions(rows: readonly MarkRow[]): readonly Reaction[] {
  const counted = new Map<string, { readonly reaction: Reaction; count: number }>();
  for (const mark of rows.flatMap(({ marks }) => marks)) {
    const reaction = { emoji: mark.key, ...(mark.id !== undefined && { id: mark.id }) };
    const entry = counted.get(keyOf(mark)) ?? { reaction, count: 0 };
    entry.count += mark.count;
    counted.set(keyOf(mark), entry);
  }
  return [...counted.values()].toSorted((a, b) => b.count - a.count).map(({ reaction }) => reaction);
}

function keyOf({ key, id }: Mark): string {
  return id === undefined ? key : `${key}:${id}`;
}
