// Flattens a rich message (a tree of blocks, Bot API 10.1) into a body and attachments; `parse-content.ts` calls it.

import type { RichBlock, RichMessage, RichText as RichTelegram } from "@grammyjs/types";
import type { Attachment } from "../../model/message.ts";
import { type Node, plainText, type RichText, type StyleKind, text, tidy } from "../../model/rich-text.ts";
import { attachmentOf } from "./attachments.ts";
import { isSafeHref, timeNode } from "./entity-rules.ts";

interface Flat {
  readonly body: RichText;
  readonly attachments: readonly Attachment[];
}

type Shape<T> = Extract<T, { readonly type: string }>;

const NOTHING: Flat = { body: [], attachments: [] };

const STYLES: ReadonlyMap<string, StyleKind> = new Map([
  ["bold", "bold"],
  ["italic", "italic"],
  ["underline", "underline"],
  ["strikethrough", "strike"],
  ["spoiler", "spoiler"],
  ["marked", "underline"],
]);

/** All the text of the message, as well as the tree can hold it, and its media in order. */
export function richToTree(message: RichMessage): Flat {
  const flat = blocks(message.blocks);
  return { body: tidy(flat.body), attachments: flat.attachments };
}

/** Blocks with an empty line between them. */
function blocks(all: readonly RichBlock[] | undefined, between = "\n\n"): Flat {
  const parts = (all ?? []).map(block);
  const bodies = parts.map((part) => part.body).filter((body) => body.length > 0);
  return {
    body: bodies.flatMap((body, index) => (index === 0 ? body : [text(between), ...body])),
    attachments: parts.flatMap((part) => part.attachments),
  };
}

function block(from: RichBlock): Flat {
  switch (from.type) {
    case "heading":
      return only({
        kind: "heading",
        level: from.size <= 1 ? 1 : from.size === 2 ? 2 : 3,
        children: inline(from.text),
      });
    case "pre":
      return only({
        kind: "pre",
        text: plainText(inline(from.text)),
        ...(from.language ? { language: from.language } : {}),
      });
    case "mathematical_expression":
      return only({ kind: "pre", text: from.expression, language: "latex" });
    case "footer":
      return only({ kind: "subtext", children: inline(from.text) });
    case "divider":
      return only(text("———"));
    case "list":
      return list(from);
    case "blockquote":
      return quote(blocks(from.blocks, "\n"), false, from.credit);
    case "expandable_blockquote":
      return quote({ ...NOTHING, body: inline(from.text) }, true, from.credit);
    case "pullquote":
      return quote({ ...NOTHING, body: inline(from.text) }, false, from.credit);
    case "table":
      return table(from);
    case "details":
      return details(from);
    case "collage":
    case "slideshow":
      return withCaption(blocks(from.blocks, "\n"), from.caption?.text);
    case "buttons":
      return {
        ...NOTHING,
        body: from.buttons.flatMap((button) => [text("["), ...inline(button.text), text("] ")]),
      };
    default:
      return media(from) ?? { ...NOTHING, body: "text" in from ? inline(from.text) : [] };
  }
}

/** Media blocks carry the same objects as messages do. */
function media(from: RichBlock): Flat | undefined {
  switch (from.type) {
    case "photo":
    case "video":
    case "animation":
    case "audio":
    case "document":
      return carried(attachmentOf(from.type, from as never), from);
    case "voice_note":
      return carried(attachmentOf("voice", { voice: from.voice_note } as never), from);
    case "map":
      return carried(attachmentOf("location", from as never), from);
    default:
      return undefined;
  }
}

function carried(
  attachment: Attachment,
  from: { readonly has_spoiler?: boolean; readonly caption?: { readonly text: RichTelegram } },
): Flat {
  const hidden = from.has_spoiler ? { ...attachment, spoiler: true } : attachment;
  return withCaption({ body: [], attachments: [hidden] }, from.caption?.text);
}

function only(node: Node): Flat {
  return { body: [node], attachments: [] };
}

function withCaption(flat: Flat, caption: RichTelegram | undefined): Flat {
  const said = inline(caption ?? "");
  if (said.length === 0) return flat;
  return { ...flat, body: flat.body.length === 0 ? said : [...flat.body, text("\n"), ...said] };
}

function list(from: Shape<RichBlock> & { readonly type: "list" }): Flat {
  const items = from.items.map((item) => {
    const flat = blocks(item.blocks, "\n");
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

function quote(inner: Flat, expandable: boolean, credit: RichTelegram | undefined): Flat {
  const by = inline(credit ?? "");
  const children = by.length === 0 ? inner.body : [...inner.body, text("\n~ "), ...by];
  return { ...inner, body: children.length === 0 ? [] : [{ kind: "quote", expandable, children }] };
}

function table(from: Shape<RichBlock> & { readonly type: "table" }): Flat {
  const rows = from.cells.map((row) => row.map((cell) => plainText(inline(cell.text ?? ""))).join(" | "));
  return withCaption(only({ kind: "pre", text: rows.join("\n") }), from.caption);
}

/** What is folded away stays folded as far as it goes: in an expandable quote under its summary. */
function details(from: Shape<RichBlock> & { readonly type: "details" }): Flat {
  const inner = quote(blocks(from.blocks, "\n"), true, undefined);
  const summary: Node = { kind: "bold", children: inline(from.summary) };
  return { ...inner, body: [summary, text("\n"), ...inner.body] };
}

function inline(from: RichTelegram | undefined): RichText {
  if (typeof from === "string") return from === "" ? [] : [text(from)];
  if (Array.isArray(from)) return from.flatMap(inline);
  if (typeof from !== "object" || from === null) return [];
  const style = STYLES.get(from.type);
  if (style && "text" in from) return [{ kind: style, children: inline(from.text) }];
  switch (from.type) {
    case "code":
      return [{ kind: "code", text: plainText(inline(from.text)) }];
    case "mathematical_expression":
      return [{ kind: "code", text: from.expression }];
    case "custom_emoji":
      return [
        {
          kind: "emoji",
          name: from.alternative_text,
          id: from.custom_emoji_id,
          fallback: from.alternative_text,
        },
      ];
    case "url":
      return isSafeHref(from.url)
        ? [{ kind: "link", href: from.url, children: inline(from.text) }]
        : inline(from.text);
    case "date_time": {
      const time = timeNode(from.date_time_format, from.unix_time);
      return time ? [time] : inline(from.text);
    }
    case "button":
      return inline(from.button.text);
    default:
      return "text" in from ? inline(from.text) : [];
  }
}
