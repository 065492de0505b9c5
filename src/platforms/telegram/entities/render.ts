// Turns a rich-text tree into a Telegram text with entities; the renderer calls it for everything the bot says.

import type { MessageEntity } from "@grammyjs/types";
import type { UserRef } from "../../../model/refs.ts";
import {
  isBlock,
  listMark,
  type Node,
  plainText,
  type RichText,
  type StyleKind,
} from "../../../model/rich-text.ts";
import { keepUseful } from "./limits.ts";
import { isLinkable, isSafeHref, TIME_FORMATS } from "./rules.ts";
import { isQuote, type Mark, placeMarks, type Run, trimEnds } from "./runs.ts";

/** What the server is sent: `offset` and `length` count UTF-16 units. */
export interface EntityText {
  readonly text: string;
  readonly entities: readonly MessageEntity[];
}

/** Who is mentioned and has an account here, too: `account:id` of the mention -> the user here. */
type People = ReadonlyMap<string, UserRef>;

/** What surrounds a node: the marks around it and the spaces every line of it begins with. */
interface Place {
  readonly marks: readonly Mark[];
  readonly indent: string;
}

const STYLE_TYPES: Readonly<Record<StyleKind, MessageEntity["type"]>> = {
  bold: "bold",
  italic: "italic",
  underline: "underline",
  strike: "strikethrough",
  spoiler: "spoiler",
};

const INDENT = "    ";

/** Bot API 10.1 calls `unix_time` an Integer; later than 32 bits reach, the time stays text. */
const MAX_TIME = (2 ** 31 - 1) * 1000;

/**
 * The text a Telegram reader sees and its entities, in a form the server has nothing to repair in: properly nested, at
 * most 100, trimmed, without control characters. What Telegram lacks becomes the nearest thing that reads well.
 */
export function treeToEntities(body: RichText, people?: People): EntityText {
  const whole = treeToAllEntities(body, people);
  return { text: whole.text, entities: keepUseful(whole.entities) };
}

/** The same with all its entities, for whoever sees to their number himself. */
export function treeToAllEntities(body: RichText, people?: People): EntityText {
  const draft: Draft = { runs: [], breakDue: false, people };
  writeNodes(draft, body, { marks: [], indent: "" });
  const runs = trimEnds(draft.runs);
  return { text: runs.map((run) => run.text).join(""), entities: placeMarks(runs) };
}

/** What is written so far; `breakDue` says that a block just ended and what follows begins a line. */
interface Draft {
  readonly runs: Run[];
  breakDue: boolean;
  readonly people: People | undefined;
}

function writeNodes(draft: Draft, body: RichText, place: Place): void {
  for (const node of body) {
    if (!isBlock(node)) {
      writeNode(draft, node, place);
      continue;
    }
    startLine(draft, place);
    const before = draft.runs.length;
    writeNode(draft, node, place);
    if (draft.runs.length > before) draft.breakDue = true;
  }
}

function writeNode(draft: Draft, node: Node, place: Place): void {
  switch (node.kind) {
    case "text":
      writeText(draft, cleanText(node.text), place);
      return;
    case "bold":
    case "italic":
    case "underline":
    case "strike":
    case "spoiler":
      writeNodes(draft, node.children, within(place, { type: STYLE_TYPES[node.kind] }));
      return;
    case "heading":
      writeNodes(draft, node.children, within(place, { type: "bold" }));
      return;
    case "subtext":
      writeNodes(draft, node.children, within(place, { type: "italic" }));
      return;
    case "quote":
      writeNodes(draft, node.children, withinQuote(place, node.expandable));
      return;
    case "list":
      writeList(draft, node, place);
      return;
    case "link":
      writeLink(draft, node, place);
      return;
    case "mention":
      writeMention(draft, node, place);
      return;
    case "conversation":
      writeText(draft, cleanText(node.label), place);
      return;
    case "emoji":
      // Bots can send custom emoji only with a username bought on Fragment [Bot API 10.1], so the words go.
      writeText(draft, cleanText(node.fallback || `:${node.name}:`), place);
      return;
    case "time":
      writeTime(draft, node, place);
      return;
    case "code":
    case "pre":
      writeCode(draft, node, place);
      return;
    default:
      node satisfies never;
  }
}

function writeList(draft: Draft, node: Extract<Node, { kind: "list" }>, place: Place): void {
  node.items.forEach((item, index) => {
    startLine(draft, place);
    writeText(draft, listMark(node, index), place);
    writeNodes(draft, item, { ...place, indent: place.indent + INDENT });
  });
}

function writeLink(draft: Draft, node: Extract<Node, { kind: "link" }>, place: Place): void {
  const label = plainText(node.children);
  const nested = place.marks.some((mark) => mark.type === "text_link");
  const linkable = isLinkable(node.href) && !nested;
  if (linkable && label.trim() === "") {
    writeText(draft, cleanText(node.href), place);
  } else if (linkable && label !== node.href) {
    writeNodes(draft, node.children, within(place, { type: "text_link", more: { url: node.href } }));
  } else {
    // The server makes a link of a bare address by itself; an address it would refuse is at least readable.
    writeNodes(draft, node.children, place);
    const address = node.href.replace(/^(?:mailto|tel):/i, "");
    const readable = linkable || nested || !isSafeHref(node.href) || label.includes(address);
    if (!readable) writeText(draft, cleanText(` (${address})`), place);
  }
}

/** A plain "@name" is left as typed: Telegram links it and may notify that user, which is what the writer wants. */
function writeMention(draft: Draft, node: Extract<Node, { kind: "mention" }>, place: Place): void {
  const person = node.user && draft.people?.get(`${node.user.account}:${node.user.id}`);
  const isFree = !place.marks.some((mark) => mark.type === "text_link");
  // The server takes the id alone, and pings only who is in the chat [Bot API 10.1, MessageEntity].
  const user = { id: Number(person?.id), is_bot: false, first_name: node.label };
  const pings = person !== undefined && isFree && Number.isSafeInteger(user.id);
  const label = cleanText(node.label);
  writeText(draft, label, pings ? within(place, { type: "text_mention", more: { user } }) : place);
}

function writeTime(draft: Draft, node: Extract<Node, { kind: "time" }>, place: Place): void {
  const format = TIME_FORMATS.get(node.style) ?? "Dt";
  const mark: Mark = {
    type: "date_time",
    more: { unix_time: Math.floor(node.at / 1000), date_time_format: format },
  };
  const plain =
    place.marks.some((other) => other.type === "text_link") || !(node.at >= 0 && node.at <= MAX_TIME);
  writeText(draft, timeText(node), plain ? place : within(place, mark));
}

/** Code takes no style around it, and none fits into a link: there the address matters more. */
function writeCode(draft: Draft, node: Extract<Node, { kind: "code" | "pre" }>, place: Place): void {
  const link = place.marks.some((mark) => mark.type === "text_link");
  const language = node.kind === "pre" && node.language ? { more: { language: node.language } } : {};
  const marks = place.marks.filter(isQuote);
  const mark: Mark = { type: node.kind, ...language };
  writeText(
    draft,
    cleanText(node.text.replaceAll("\t", INDENT)),
    link ? place : { indent: "", marks: [...marks, mark] },
  );
}

/** Writes lines; the indent comes before the first character of a line that has any. */
function writeText(draft: Draft, value: string, place: Place): void {
  if (value === "") return;
  if (draft.breakDue) {
    draft.breakDue = false;
    if (!value.startsWith("\n")) push(draft, "\n", shared(draft.runs.at(-1), place.marks));
  }
  for (const piece of value.split(/(?<=\n)/)) {
    if (place.indent !== "" && piece !== "\n" && atLineStart(draft)) push(draft, place.indent, place.marks);
    push(draft, piece, place.marks);
  }
}

function startLine(draft: Draft, place: Place): void {
  if (draft.breakDue || atLineStart(draft)) return;
  push(draft, "\n", shared(draft.runs.at(-1), place.marks));
}

function atLineStart(draft: Draft): boolean {
  const last = draft.runs.at(-1);
  return last === undefined || last.text.endsWith("\n");
}

function push(draft: Draft, value: string, marks: readonly Mark[]): void {
  draft.runs.push({ text: value, marks });
}

function within(place: Place, mark: Mark): Place {
  return place.marks.some((other) => other.type === mark.type)
    ? place
    : { ...place, marks: [...place.marks, mark] };
}

/** Quotes cannot be nested: the inner one is plain lines of the outer one. A link around a quote goes on inside it. */
function withinQuote(place: Place, expandable: boolean): Place {
  if (place.marks.some(isQuote)) return place;
  const quote: Mark = { type: expandable ? "expandable_blockquote" : "blockquote" };
  const cut = place.marks.findIndex((mark) => mark.type === "text_link");
  if (cut < 0) return within(place, quote);
  // New marks of the same kind: so the link, and all within it, is cut at the quote's borders.
  const inside = place.marks.slice(cut).map((mark) => ({ ...mark }));
  return { ...place, marks: [...place.marks.slice(0, cut), quote, ...inside] };
}

function shared(last: Run | undefined, marks: readonly Mark[]): readonly Mark[] {
  return marks.filter((mark) => last?.marks.includes(mark));
}

/** The text as the server would keep it [tdlib MessageEntity.cpp, clean_input_string], so that offsets stay right. */
function cleanText(value: string): string {
  return (
    value
      .toWellFormed()
      .replace(/[\r\u2028-\u202e]/g, "")
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters the server replaces.
      .replace(/[\u0000-\u0009\u000b-\u001f]/g, " ")
  );
}

/** What old clients show: UTC, without words of any language. New ones show the reader's own time. */
function timeText(node: { readonly at: number; readonly style: string }): string {
  const at = new Date(node.at);
  if (Number.isNaN(at.getTime())) return "?";
  const [date = "", clock = ""] = at.toISOString().split("T");
  switch (node.style) {
    case "t":
      return `${clock.slice(0, 5)} UTC`;
    case "T":
      return `${clock.slice(0, 8)} UTC`;
    case "d":
    case "D":
      return `${date} (UTC)`;
    case "S":
      return `${date} ${clock.slice(0, 8)} UTC`;
    default:
      return `${date} ${clock.slice(0, 5)} UTC`;
  }
}
