// Flattens a rich message (a tree of blocks, Bot API 10.1) into a body and attachments; `parse-content.ts` calls it.

import type { RichBlock, RichMessage, RichText as RichTelegram } from "@grammyjs/types";
import { type Attachment, isFile } from "../../model/attachment.ts";
import { type Node, plainText, type RichText, text, tidy } from "../../model/rich-text.ts";
import { attachmentsOf, hidden } from "./attachments.ts";
import { codeTable } from "./code-table.ts";
import { isSafeHref } from "./entity-rules.ts";
import { label } from "./parse-cards.ts";
import type { FilePlace } from "./parse-files.ts";
import { inline } from "./parse-rich-inline.ts";

interface Flat {
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
}

type RichButton = Extract<RichBlock, { readonly type: "buttons" }>["buttons"][number];
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
      return withCaption(blocks(from.blocks, place, "\n"), from.caption?.text, place);
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

/** A block of tomorrow: its words, and else its name. */
function unknown(from: { readonly type?: unknown; readonly text?: RichTelegram }, place: FilePlace): Flat {
  const body = inline(from.text, place.account);
  const name = typeof from.type === "string" ? label("name", from.type) : {};
  return { body, attachments: body.length > 0 ? [] : [{ kind: "unsupported", ...name }] };
}

function carried(
  attachments: readonly Attachment[],
  from: { readonly has_spoiler?: boolean; readonly caption?: { readonly text: RichTelegram } },
  place: FilePlace,
): Flat {
  const shown = from.has_spoiler
    ? attachments.map((each) => (isFile(each) ? hidden(each) : each))
    : attachments;
  return withCaption({ body: [], attachments: shown }, from.caption?.text, place);
}

function only(node: Node): Flat {
  return { body: [node], attachments: [] };
}

function withCaption(flat: Flat, caption: RichTelegram | undefined, place: FilePlace): Flat {
  const said = inline(caption, place.account);
  if (said.length === 0) return flat;
  return { ...flat, body: flat.body.length === 0 ? said : [...flat.body, text("\n"), ...said] };
}

function list(from: Shape<RichBlock> & { readonly type: "list" }, place: FilePlace): Flat {
  const items = from.items.map((item) => {
    const flat = blocks(item.blocks, place, "\n");
    const box = item.has_checkbox ? [text(item.is_checked ? "☑ " : "☐ ")] : [];
    return { ...flat, body: [...box, ...flat.body] };
  });
  const start = from.items[0]?.value;
  return {
    body: [
      {
        kind: "list",
        ordered: start !== undefined,
        ...(start === undefined ? {} : { start }),
        items: items.map((item) => item.body),
      },
    ],
    attachments: items.flatMap((item) => item.attachments),
  };
}

function quote(inner: Flat, expandable: boolean, credit: RichTelegram | undefined, place: FilePlace): Flat {
  const by = inline(credit, place.account);
  const children = by.length === 0 ? inner.body : [...inner.body, text("\n~ "), ...by];
  return { ...inner, body: children.length === 0 ? [] : [{ kind: "quote", expandable, children }] };
}

function table(from: Shape<RichBlock> & { readonly type: "table" }, place: FilePlace): Flat {
  const rows = from.cells.map((row) =>
    row.map((cell) => ({
      words: plainText(inline(cell.text, place.account)),
      isHeader: cell.is_header === true,
      align: cell.align,
      columns: cell.colspan ?? 1,
    })),
  );
  return withCaption(only({ kind: "pre", text: codeTable(rows) }), from.caption, place);
}

/** What is folded away stays folded as far as it goes: in an expandable quote under its summary. */
function details(from: Shape<RichBlock> & { readonly type: "details" }, place: FilePlace): Flat {
  const inner = quote(blocks(from.blocks, place, "\n"), true, undefined, place);
  const summary: Node = { kind: "bold", children: inline(from.summary, place.account) };
  return { ...inner, body: [summary, text("\n"), ...inner.body] };
}
