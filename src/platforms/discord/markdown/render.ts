// Turns the rich-text tree into Discord's Markdown; render.ts calls it for every text it sends.

import { type Node, plainText, type RichText, type StyleKind } from "../../../model/rich-text.ts";
import { BREAK, bracketUrl, escapeText } from "./escape.ts";
import { isPing } from "./mentions.ts";
import { normalise } from "./normal.ts";

/** A longer address could leave no room for anything else in a message. */
const MAX_ADDRESS = 1500;

const MARKS: Readonly<Record<StyleKind, string>> = {
  bold: "**",
  italic: "*",
  underline: "__",
  strike: "~~",
  spoiler: "||",
};

interface Place {
  readonly lineStart: boolean;
  /** Inside a spoiler no "||" may stand, not even in code: it would end the spoiler. */
  readonly hidden: boolean;
  /** Small print makes no previews: its URLs stand in brackets. */
  readonly small: boolean;
}

/** Markdown that the Discord client shows as `body`; it mentions nobody but by `withPings`. Empty when there is nothing to see. */
export function renderMarkdown(body: RichText): string {
  return renderAll(normalise(body), { lineStart: true, hidden: false, small: false });
}

function renderAll(body: RichText, place: Place): string {
  let out = "";
  let last = "";
  let lineStart = place.lineStart;
  body.forEach((node, i) => {
    const piece = keepIndent(renderNode(node, { ...place, lineStart }), body[i - 1]);
    const before = body[i - 1]?.kind;
    if (before === "text" || (before === "link" && last.startsWith("http"))) last = closeUrl(last, piece);
    out = join(out, last);
    last = piece;
    const newline = piece.lastIndexOf("\n");
    lineStart = (newline >= 0 || lineStart) && piece.slice(newline + 1).trim() === "";
  });
  return join(out, last);
}

/** Spaces after a list would make the next line a part of its last item. */
function keepIndent(piece: string, before: Node | undefined): string {
  return before?.kind === "list" ? piece.replace(/^\n(?=[^\S\n])/, `\n${BREAK}`) : piece;
}

/** A URL swallows everything up to the next space: brackets end it where `right` follows at once. */
function closeUrl(left: string, right: string): string {
  const url = /^\s/.test(right) ? undefined : /https?:\/\/[^\s<>]+$/.exec(left)?.[0];
  return url === undefined ? left : `${left.slice(0, -url.length)}${bracketUrl(url)}`;
}

/** Puts `right` behind `left` so that their marks do not run into each other. */
function join(left: string, right: string): string {
  const last = left.at(-1);
  if (last === undefined) return right;
  const clash =
    ("*_~|`".includes(last) && right.startsWith(last)) || (left.endsWith("~~") && right.startsWith("_"));
  return clash ? `${left}${BREAK}${right}` : left + right;
}

function renderNode(node: Node, place: Place): string {
  switch (node.kind) {
    case "text":
      return escapeText(node.text, place.lineStart, place.small);
    case "code":
      return inlineCode(hide(node.text, place));
    case "pre":
      return fenced(hide(node.text, place), node.language);
    case "time":
      return `<t:${Math.floor(node.at / 1000)}:${/^[tTdDfFsSR]$/.test(node.style) ? node.style : "f"}>`;
    case "quote":
      return prefixLines(renderAll(node.children, { ...place, lineStart: true }), "> ", "> ");
    case "heading":
      return `${"#".repeat(node.level)} ${renderAll(node.children, { ...place, lineStart: true })}`;
    case "subtext":
      return `-# ${renderAll(node.children, { ...place, lineStart: true, small: true })}`;
    case "list":
      return renderList(node, place);
    case "link":
      return renderLink(node.href, node.children, place);
    case "bold":
    case "italic":
    case "underline":
    case "strike":
    case "spoiler":
      return renderStyle(node.kind, node.children, place);
    case "mention":
      return isPing(node) ? `<@${node.user.id}>` : escapeText(node.label, place.lineStart);
    default:
      return escapeText(plainText([node]), place.lineStart);
  }
}

function renderStyle(kind: StyleKind, children: RichText, place: Place): string {
  const mark = MARKS[kind];
  const body = renderAll(children, { ...place, hidden: place.hidden || kind === "spoiler" });
  // Strikes and spoilers end at the first such pair, escaped or not.
  const gap = (kind === "strike" || kind === "spoiler") && body.endsWith(mark.charAt(0)) ? BREAK : "";
  return `${mark}${body}${gap}${mark}`;
}

function renderList(list: Node & { kind: "list" }, place: Place): string {
  return list.items
    .map((item, i) => {
      const mark = list.ordered ? `${(list.start ?? 1) + i}. ` : "- ";
      const [first] = item;
      const body = renderAll(item, { ...place, lineStart: true });
      return prefixLines(first?.kind === "list" ? `${BREAK}\n${body}` : body, mark, "  ");
    })
    .join("\n");
}

function prefixLines(body: string, first: string, others: string): string {
  return first + body.replaceAll("\n", `\n${others}`);
}

function hide(code: string, place: Place): string {
  return place.hidden ? code.replace(/\|(?=\|)/g, `|${BREAK}`) : code;
}

function inlineCode(code: string): string {
  if (!code.includes("`")) return `\`${code}\``;
  const single = /(?<!`)``(?!`)/.test(code) ? code.replace(/`(?=`)/g, `\`${BREAK}`) : code;
  const before = /^ *`/.test(single) ? " " : "";
  const after = /` *$/.test(single) ? " " : "";
  return `\`\`${before}${single}${after}\`\``;
}

function fenced(code: string, language: string | undefined): string {
  const name = language !== undefined && /^[a-z0-9_+\-.#]+$/i.test(language) ? language : "";
  return `\`\`\`${name}\n${code.replace(/`(?=``)/g, `\`${BREAK}`)}\n\`\`\``;
}

function renderLink(href: string, children: RichText, place: Place): string {
  const label = plainText(children);
  const shown = renderAll(children, place);
  const address = webAddress(href);
  if (address === undefined) return besideLabel(label, shown, href);
  if (address.length > MAX_ADDRESS) return shown;
  if (sameAddress(label, address)) return escapeText(address, false, place.small);
  // Discord shows a masked link raw when its label could be taken for another address.
  if (
    /:\/\/|^\s*(?:www\.)?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}(?:[/?#]\S*)?\s*$/i.test(label) ||
    /[[\]]/.test(label)
  ) {
    return `${shown} (<${address}>)`;
  }
  return place.small ? `[${shown}](<${maskable(address)}>)` : `[${shown}](${maskable(address)})`;
}

function webAddress(href: string): string | undefined {
  return /^https?:\/\/[^\s/]/i.test(href)
    ? href.replace(/\s/g, "%20").replace(/[<>]/g, encodeURIComponent)
    : undefined;
}

function sameAddress(label: string, address: string): boolean {
  const bare = (value: string) =>
    value
      .trim()
      .replace(/^https?:\/\//i, "")
      .replace(/\/$/, "");
  return bare(label) === bare(address);
}

/** Addresses Discord does not link (mail, Telegram's own) stand beside their label, unless they add nothing. */
function besideLabel(label: string, shown: string, href: string): string {
  const address = href.replace(/^(?:mailto|tel):/i, "");
  if (address === label || /^tg:\/\/user/i.test(href)) return shown;
  return `${shown} (${escapeText(address, false)})`;
}

/** An address without the characters that would end the link or a style around it. */
function maskable(address: string): string {
  return address.replace(/[()*|~\\"]|__+/g, (found) =>
    [...found].map((char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`).join(""),
  );
}
