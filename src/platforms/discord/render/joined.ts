// Puts what several people said into one Discord message; the bridge calls it when a conversation is behind. Pure.

import type { Platform, Resolved } from "../../../bridge/platform.ts";
import type { Part, Section } from "../../../model/delivery.ts";
import type { Author, Message } from "../../../model/message.ts";
import { type ConversationRef, messageKey } from "../../../model/refs.ts";
import type { RichText } from "../../../model/rich-text.ts";
import { renderMarkdown } from "../markdown/render.ts";
import { preparedOf } from "../request.ts";
import { codePoints, createPart, flagsOf, isVisible, maxContent, nothing } from "./create-part.ts";
import { faceOf, puppetName, puppetNames } from "./puppet-name.ts";
import { replyLine } from "./reply-line.ts";
import { namePrefix, startsBlock, type Telling } from "./spoken-name.ts";

/**
 * As `Platform.renderJoined`. What one person said stands under that name alone. Words of several carry the names of
 * their authors in the text: the name above them cannot change when one of them is edited or deleted.
 */
export function renderJoined(
  sections: readonly Section[],
  to: ConversationRef,
  known: Resolved,
): ReturnType<Platform["renderJoined"]> {
  const { puppets } = preparedOf(known);
  const isNameless = !puppets && known.attribution === "none";
  const limit = maxContent * (known.room ?? 1);
  const untold = createLayout(false);
  const told = createLayout(true, known);
  const speakers = new Set<string | undefined>();
  let chosen = untold;
  let count = 0;
  for (const section of sections) {
    // Buttons belong to what they stand under.
    if (hasButtons(section)) break;
    const piece = pieceOf(section, known);
    speakers.add(piece.speaker?.key);
    untold.add(piece);
    told.add(piece);
    // The robot's lines are nobody's; one person's need no name where they stand under it.
    const plain = isNameless || (speakers.size === 1 && (puppets || speakers.has(undefined)));
    const layout = plain ? untold : told;
    if (layout.length() > limit) break;
    chosen = layout;
    count += 1;
  }
  if (count === 0) return undefined;
  return { part: partOf(sections.slice(0, count), chosen, to, known), count };
}

function hasButtons(section: Section): boolean {
  return section.kind === "message" && (section.message.buttons?.length ?? 0) > 0;
}

/** One section as Markdown that begins a line and ends one; nothing in it is left open. */
interface Piece {
  /** Absent for a line of the robot. */
  readonly speaker?: { readonly key: string; readonly name: string };
  /** The small line that tells what is answered, with its line break; or nothing. */
  readonly reply: string;
  readonly words: string;
}

function pieceOf(section: Section, known: Resolved): Piece {
  if (section.kind === "notice") return { reply: "", words: wordsOf(section.body) };
  const { author, body, reply } = section.message;
  return {
    ...(author.kind !== "robot" && { speaker: { key: keyOf(author), name: puppetName(author) } }),
    reply: reply === undefined ? "" : `${wordsOf(replyLine(reply, known, undefined))}\n`,
    words: wordsOf(body),
  };
}

function wordsOf(body: RichText): string {
  const words = renderMarkdown(body).trim();
  return isVisible(words) ? words : nothing;
}

function keyOf({ kind, name, user }: Author): string {
  return user === undefined ? `${kind} ${name}` : `${user.account}:${user.id}`;
}

/** Lines that grow section by section; `told` puts the name before the words wherever another one speaks. */
interface Layout {
  readonly told: boolean;
  add(piece: Piece): void;
  length(): number;
  /** The text of the first `count` sections. */
  text(count: number): string;
}

function createLayout(told: boolean, telling: Telling = {}): Layout {
  const lines: string[] = [];
  let length = 0;
  let last: Piece | undefined;
  return {
    told,
    add(piece) {
      const named = told && piece.speaker !== undefined && !continues(piece, last);
      const line = `${piece.reply}${named ? namePrefix(piece.speaker.name, piece.words, telling) : ""}${piece.words}`;
      const gap = last === undefined ? "" : runsOn(last.words, line) ? "\n\n" : "\n";
      lines.push(`${gap}${line}`);
      length += codePoints(`${gap}${line}`);
      last = piece;
    },
    length: () => length,
    text: (count) => lines.slice(0, count).join(""),
  };
}

/** A line about somebody else has the name told again. */
function continues(piece: Piece, last: Piece | undefined): boolean {
  return piece.reply === "" && last?.speaker?.key === piece.speaker?.key;
}

/** Discord reads a quotation or a list that follows another as one. */
function runsOn(before: string, line: string): boolean {
  const end = before.slice(before.lastIndexOf("\n") + 1);
  return startsBlock(line) && (startsBlock(end) || /^\s/.test(end));
}

function partOf(sections: readonly Section[], layout: Layout, to: ConversationRef, known: Resolved): Part {
  const messages = sections.flatMap((section): readonly Message[] =>
    section.kind === "message" ? [section.message] : [],
  );
  const people = messages.filter(({ author }) => author.kind !== "robot");
  const authors = new Map(people.map(({ author }) => [keyOf(author), author] as const));
  const speaks = preparedOf(known).puppets && authors.size > 0;
  const name = puppetNames([...authors.values()]);
  const [author] = authors.values();
  const puppet = layout.told ? ({ name, told: true } as const) : { name, ...(author && faceOf(author)) };
  const source =
    messages.length > 0 ? messages.map(({ ref }) => messageKey(ref)).join() : `notice@${known.now}`;
  return createPart(layout.text(sections.length), to, `joined ${source}`, {
    ...(speaks && { puppet }),
    ...flagsOf(messages),
  });
}
