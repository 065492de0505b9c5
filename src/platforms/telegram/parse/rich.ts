// Flattens a rich message (a tree of blocks, Bot API 10.1) into a body and attachments; `content.ts` calls it.

import type { RichBlock, RichMessage, RichText as RichTelegram } from "@grammyjs/types";
import { type Attachment, isFile } from "../../../model/attachment.ts";
import { type Node, plainText, type RichText, text, tidy } from "../../../model/rich-text.ts";
import { isSafeHref } from "../entities/rules.ts";
import { attachmentsOf, hidden } from "./attachments.ts";
import { label } from "./cards.ts";
import { codeTable } from "./code-table.ts";
import type { FilePlace } from "./files.ts";
import { inline } from "./rich-inline.ts";

interface Flat {
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
}

type RichButton = Extract<RichBlock, { readonly type: "buttons" }>["buttons"][number];
/** Of media; whom it credits is Telegram's `<cite>`. */
interface Caption {
  readonly text: RichTelegram;
  readonly credit?: RichTelegram;
}
type Shape<T> = Extract<T, { readonly type: string }>;

const NOTHING: Flat = { body: [], attachments: [] };

/** All the text of the message, as well as the tree can hold it, and its media in order. */
export function richToTree(message: RichMessage, place: FilePlace): Flat {
  const flat = blocks(message.blocks, place);
  return { body: tidy(flat.body), attachments: flat.attachments };
}

/** Blocks with an empty line between them. */
function blocks(all: readonly RichBlock[] | undefined, place: FilePlace, between = "\n\n"): Flat {
  const parts = (all ?? []).map((each) => block(each, place));
  const bodies = parts.map((part) => part.body).filter((body) => body.length > 0);
  return {
    body: bodies.flatMap((body, index) => (index === 0 ? body : [text(between), ...body])),
    attachments: parts.flatMap((part) => part.attachments),
  };
}

function block(from: RichBlock, place: FilePlace): Flat {
  switch (from.type) {
    case "heading":
      return only({
        kind: "heading",
        level: from.size <= 1 ? 1 : from.size === 2 ? 2 : 3,
        children: inline(from.text, place.account),
      });
    case "pre":
      return only({
        kind: "pre",
        text: plainText(inline(from.text, place.account)),
        ...(from.language ? { language: from.language } : {}),
      });
    case "mathematical_expression":
      return only({ kind: "pre", text: from.expression, language: "latex" });
    case "footer":
      return only({ kind: "subtext", children: inline(from.text, place.account) });
    case "divider":
      return only(text("———"));
    case "list":
      return list(from, place);
    case "blockquote":
      return quote(blocks(from.blocks, place, "\n"), false, from.credit, place);
    case "expandable_blockquote":
      return quote({ ...NOTHING, body: inline(from.text, place.account) }, true, from.credit, place);
    case "pullquote":
      return quote({ ...NOTHING, body: inline(from.text, place.account) }, false, from.credit, place);
    case "table":
      return table(from, place);
    case "details":
      return details(from, place);
    case "collage":
    case "slideshow":
      return withCaption(blocks(from.blocks, place, "\n"), from.caption, place);
    case "buttons":
      return {
        ...NOTHING,
        body: from.buttons.flatMap((each, index) => [
          ...(index === 0 ? [] : [text(" ")]),
          ...button(each, place),
        ]),
      };
    case "paragraph":
      return { ...NOTHING, body: inline(from.text, place.account) };
    // What a bot writes while it thinks goes again when the answer is there; an anchor is not seen.
    case "thinking":
    case "anchor":
      return NOTHING;
    default:
      return media(from, place);
  }
}

/** Of a bot's buttons only those that open a page work elsewhere. */
function button({ text: label, ...from }: RichButton, place: FilePlace): RichText {
  const children: RichText = [text("["), ...inline(label, place.account), text("]")];
  const href = "url" in from ? from.url : undefined;
  return typeof href === "string" && isSafeHref(href) ? [{ kind: "link", href, children }] : children;
}

type MediaBlock = Extract<
  RichBlock,
  { readonly type: "photo" | "video" | "animation" | "audio" | "document" | "voice_note" | "map" }
>;

/** Media blocks carry the same objects as messages do. */
function media(from: MediaBlock, place: FilePlace): Flat {
  switch (from.type) {
    case "photo":
    case "video":
    case "animation":
    case "audio":
    case "document":
      return carried(attachmentsOf(from.type, from as never, place), from, place);
    case "voice_note":
      return carried(attachmentsOf("voice", { voice: from.voice_note } as never, place), from, place);
    case "map":
      return carried(attachmentsOf("location", from as never, place), from, place);
    default:
      from satisfies never;
      return unknown(from, place);
  }
}

/** What a block of tomorrow may hold under the names that Telegram gives to words. */
interface UnknownBlock {
  readonly type?: unknown;
  readonly text?: RichTelegram;
  readonly blocks?: readonly RichBlock[];
  readonly caption?: Caption;
}

/** A block of tomorrow: its name and its words. */
function unknown(from: UnknownBlock, place: FilePlace): Flat {
  const said = inline(from.text, place.account);
  const inner = blocks(from.blocks, place, "\n");
  const between = said.length > 0 && inner.body.length > 0 ? [text("\n")] : [];
  const name = typeof from.type === "string" ? label("name", from.type) : {};
  const body = [...said, ...between, ...inner.body];
  const attachments: Attachment[] = [{ kind: "unsupported", ...name }, ...inner.attachments];
  return withCaption({ body, attachments }, from.caption, place);
}

function carried(
  attachments: readonly Attachment[],
  from: { readonly has_spoiler?: boolean; readonly caption?: Caption },
  place: FilePlace,
): Flat {
  const shown = from.has_spoiler
    ? attachments.map((each) => (isFile(each) ? hidden(each) : each))
    : attachments;
  return withCaption({ body: [], attachments: shown }, from.caption, place);
}

function only(node: Node): Flat {
  return { body: [node], attachments: [] };
}

/** Below the block, with whom it credits. */
function withCaption(flat: Flat, caption: Caption | undefined, place: FilePlace): Flat {
  const said = credited(inline(caption?.text, place.account), caption?.credit, place);
  if (said.length === 0) return flat;
  return { ...flat, body: flat.body.length === 0 ? said : [...flat.body, text("\n"), ...said] };
}

function credited(said: RichText, credit: RichTelegram | undefined, place: FilePlace): RichText {
  const by = inline(credit, place.account);
  return by.length === 0 ? said : [...said, text(said.length === 0 ? "~ " : "\n~ "), ...by];
}

type ListBlock = Extract<RichBlock, { readonly type: "list" }>;

function list({ items }: ListBlock, place: FilePlace): Flat {
  const flats = items.map((item) => {
    const flat = blocks(item.blocks, place, "\n");
    const box = item.has_checkbox ? [text(item.is_checked ? "☑ " : "☐ ")] : [];
    return { ...flat, body: [...box, ...flat.body] };
  });
  const attachments = flats.flatMap((flat) => flat.attachments);
  if (!isCounted(items)) return { body: labelled(items, flats), attachments };
  const start = items[0]?.value;
  const numbers = start === undefined ? { ordered: false } : { ordered: true, start };
  return { body: [{ kind: "list", ...numbers, items: flats.map((flat) => flat.body) }], attachments };
}

/** Without numbers, or with those that any list would have. */
function isCounted(items: ListBlock["items"]): boolean {
  const start = items[0]?.value;
  if (start === undefined) return items.every(({ value }) => value === undefined);
  return items.every(({ value, type = "1" }, index) => type === "1" && value === start + index);
}

/** Letters, Roman numerals, and numbers that leap or fall stand as Telegram wrote them, each on a line. */
function labelled(items: ListBlock["items"], flats: readonly Flat[]): RichText {
  return flats.flatMap(({ body }, index) => [
    text(`${index === 0 ? "" : "\n"}${items[index]?.label ?? "•"} `),
    ...body,
  ]);
}

function quote(inner: Flat, expandable: boolean, credit: RichTelegram | undefined, place: FilePlace): Flat {
  const children = credited(inner.body, credit, place);
  return { ...inner, body: children.length === 0 ? [] : [{ kind: "quote", expandable, children }] };
}

function table(from: Shape<RichBlock> & { readonly type: "table" }, place: FilePlace): Flat {
  const rows = from.cells.map((row) =>
    row.map((cell) => ({
      words: plainText(inline(cell.text, place.account)),
      isHeader: cell.is_header === true,
      align: cell.align,
      columns: cell.colspan ?? 1,
      rows: cell.rowspan ?? 1,
    })),
  );
  return withCaption(only({ kind: "pre", text: codeTable(rows) }), { text: from.caption ?? "" }, place);
}

/** What is folded away stays folded as far as it goes: in an expandable quote under its summary. */
function details(from: Shape<RichBlock> & { readonly type: "details" }, place: FilePlace): Flat {
  const inner = quote(blocks(from.blocks, place, "\n"), true, undefined, place);
  const summary: Node = { kind: "bold", children: inline(from.summary, place.account) };
  return { ...inner, body: [summary, text("\n"), ...inner.body] };
}
