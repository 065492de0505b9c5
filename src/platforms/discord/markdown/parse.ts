// Turns the Markdown of a Discord message into the rich-text tree; parse.ts calls it for every text Discord sends.

import { type Node, type RichText, type StyleKind, text, tidy } from "../../../model/rich-text.ts";
import { heading, list, quote, subtext } from "./parse-blocks.ts";
import {
  closeDouble,
  closePair,
  closeStar,
  closeUnderscore,
  codeSpan,
  fence,
  maskedLink,
} from "./parse-scan.ts";
import { angleToken, type MarkdownContext, urlEnd } from "./parse-tokens.ts";

/** Deeper nesting stays as it was written. */
const MAX_DEPTH = 24;

interface Scope {
  readonly context: MarkdownContext;
  readonly depth: number;
  readonly quoted: boolean;
  readonly italic: boolean;
  readonly linked: boolean;
}

interface Cursor {
  readonly source: string;
  readonly at: number;
  readonly lineStart: boolean;
  readonly scope: Scope;
  /** Marks that are known to close nowhere in the rest of `source`. */
  readonly dead: Set<string>;
}

interface Hit {
  readonly end: number;
  readonly nodes: RichText;
}

/** Understands everything the Discord client does; what is no valid markup stays as visible text. Never throws. */
export function parseMarkdown(content: string, context: MarkdownContext): RichText {
  return tidy(parseSource(content, true, { context, depth: 0, quoted: false, italic: false, linked: false }));
}

// Everything at which a construct can begin.
const SPECIAL = /[\\`*_~|<[h¯\n]/g;

function parseSource(source: string, lineStart: boolean, scope: Scope): RichText {
  if (scope.depth > MAX_DEPTH) return [text(source)];
  const dead = new Set<string>();
  const out: Node[] = [];
  let plainFrom = 0;
  let at = 0;
  while (at < source.length) {
    const fresh = at === 0 ? lineStart : source[at - 1] === "\n";
    const hit = match({ source, at, lineStart: fresh, scope, dead });
    if (hit) {
      out.push(text(source.slice(plainFrom, at)), ...hit.nodes);
      at = hit.end;
      plainFrom = at;
    } else at = nextStop(source, at);
  }
  out.push(text(source.slice(plainFrom)));
  return out;
}

function nextStop(source: string, at: number): number {
  if (source[at] === "\n") return at + 1;
  SPECIAL.lastIndex = at + 1;
  return SPECIAL.exec(source)?.index ?? source.length;
}

function inner(body: string, scope: Scope, lineStart: boolean, change: Partial<Scope> = {}): RichText {
  return parseSource(body, lineStart, { ...scope, ...change, depth: scope.depth + 1 });
}

function match(cursor: Cursor): Hit | undefined {
  return (cursor.lineStart ? matchBlock(cursor) : undefined) ?? matchInline(cursor);
}

function matchBlock({ source, at, scope }: Cursor): Hit | undefined {
  const title = heading(source, at);
  if (title) {
    const children = inner(title.body, scope, false);
    return { end: title.end, nodes: [{ kind: "heading", level: title.level, children }] };
  }
  const small = subtext(source, at);
  if (small)
    return { end: small.end, nodes: [{ kind: "subtext", children: inner(small.body, scope, false) }] };
  const said = scope.quoted ? undefined : quote(source, at);
  if (said) {
    const children = inner(said.body, scope, true, { quoted: true });
    return { end: said.end, nodes: [{ kind: "quote", expandable: false, children }] };
  }
  const found = list(source, at);
  if (!found) return undefined;
  const items = found.items.map((item) => inner(item, scope, false));
  const { ordered, start } = found;
  const node: Node = ordered ? { kind: "list", ordered, start, items } : { kind: "list", ordered, items };
  return { end: found.end, nodes: [node] };
}

function matchInline(cursor: Cursor): Hit | undefined {
  switch (cursor.source[cursor.at]) {
    case "\\":
      return escaped(cursor);
    case "`":
      return code(cursor);
    case "*":
      return star(cursor);
    case "_":
      return underscore(cursor);
    case "~":
      return pair(cursor, "~~", "strike");
    case "|":
      return pair(cursor, "||", "spoiler");
    case "<":
      return angle(cursor);
    case "[":
      return link(cursor);
    case "h":
      return url(cursor);
    case "¯":
      return shrug(cursor);
    default:
      return undefined;
  }
}

const ESCAPED = /\\([^0-9A-Za-z\s])/uy;

function escaped({ source, at }: Cursor): Hit | undefined {
  ESCAPED.lastIndex = at;
  const char = ESCAPED.exec(source)?.[1];
  return char === undefined ? undefined : { end: at + 1 + char.length, nodes: [text(char)] };
}

function code({ source, at, dead }: Cursor): Hit | undefined {
  const block = source.startsWith("```", at) ? fence(source, at) : undefined;
  if (block) {
    const { text: body, language } = block;
    const node: Node =
      language === undefined ? { kind: "pre", text: body } : { kind: "pre", text: body, language };
    return { end: block.end, nodes: [node] };
  }
  const span = codeSpan(source, at, dead);
  return span && { end: span.end, nodes: [{ kind: "code", text: span.text }] };
}

/** The longer of `*x*` and `**x**` wins, as in the client; the italic wins a tie. */
function star(cursor: Cursor): Hit | undefined {
  const { source, at } = cursor;
  const strong = double(cursor, "*");
  const italic = closeStar(source, at);
  if (italic !== undefined && (strong === undefined || italic + 1 >= strong + 2))
    return italicHit(cursor, italic);
  return strong === undefined ? undefined : styled(cursor, "bold", at + 2, strong, 2);
}

function underscore(cursor: Cursor): Hit | undefined {
  const { source, at } = cursor;
  const under = double(cursor, "_");
  const italic = closeUnderscore(source, at);
  if (italic !== undefined && (under === undefined || italic + 1 >= under + 2))
    return italicHit(cursor, italic);
  return under === undefined ? undefined : styled(cursor, "underline", at + 2, under, 2);
}

function double({ source, at, dead }: Cursor, mark: "*" | "_"): number | undefined {
  if (source[at + 1] !== mark || dead.has(mark)) return undefined;
  const close = closeDouble(source, at, mark);
  if (close === undefined) dead.add(mark);
  return close;
}

/** Italic inside italic is one italic. */
function italicHit(cursor: Cursor, close: number): Hit {
  if (!cursor.scope.italic) return styled(cursor, "italic", cursor.at + 1, close, 1);
  const nodes = inner(cursor.source.slice(cursor.at + 1, close), cursor.scope, false);
  return { end: close + 1, nodes };
}

function pair(cursor: Cursor, mark: "~~" | "||", kind: StyleKind): Hit | undefined {
  const { source, at, dead } = cursor;
  if (!source.startsWith(mark, at) || dead.has(mark)) return undefined;
  const close = closePair(source, at, mark);
  if (close === undefined) {
    dead.add(mark);
    return undefined;
  }
  return styled(cursor, kind, at + 2, close, 2);
}

function styled({ source, scope }: Cursor, kind: StyleKind, from: number, close: number, width: number): Hit {
  const change = kind === "italic" ? { italic: true } : {};
  const children = inner(source.slice(from, close), scope, false, change);
  return { end: close + width, nodes: [{ kind, children }] };
}

function angle({ source, at, scope }: Cursor): Hit | undefined {
  const token = angleToken(source, at, scope.context);
  return token && { end: token.end, nodes: [token.node] };
}

function link({ source, at, scope }: Cursor): Hit | undefined {
  const masked = scope.linked ? undefined : maskedLink(source, at);
  if (!masked) return undefined;
  const children = inner(masked.label, scope, false, { linked: true });
  return { end: masked.end, nodes: [{ kind: "link", href: masked.href, children }] };
}

/** A bare URL stays plain text, so that both sides link it themselves; its marks are no markup. */
function url({ source, at }: Cursor): Hit | undefined {
  const end = urlEnd(source, at);
  return end === undefined ? undefined : { end, nodes: [text(source.slice(at, end))] };
}

const SHRUG = "¯\\_(ツ)_/¯";

function shrug({ source, at }: Cursor): Hit | undefined {
  return source.startsWith(SHRUG, at) ? { end: at + SHRUG.length, nodes: [text(SHRUG)] } : undefined;
}
