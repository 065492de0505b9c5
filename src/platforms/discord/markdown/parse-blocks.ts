// Reads what must begin a line (headings, subtext, quotes, lists); parse.ts calls it at a line's first character.

export interface Line {
  /** Before the newline. */
  readonly end: number;
  readonly body: string;
}

export interface Heading extends Line {
  readonly level: 1 | 2 | 3;
}

const HEADING = /(#{1,3}) +(?! |#{1,3} )([^\n]+)/y;
const SUBTEXT = /-# +(?! )([^\n]+)/y;

/** `# `, `## ` or `### ` and something after it. */
export function heading(source: string, at: number): Heading | undefined {
  HEADING.lastIndex = at;
  const match = HEADING.exec(source);
  const body = match?.[2]?.trimEnd();
  const level = match?.[1]?.length;
  if (!match || !body || (level !== 1 && level !== 2 && level !== 3)) return undefined;
  return { end: at + match[0].length, body, level };
}

/** `-# ` and something after it. */
export function subtext(source: string, at: number): Line | undefined {
  SUBTEXT.lastIndex = at;
  const match = SUBTEXT.exec(source);
  const body = match?.[1]?.trimEnd();
  return match && body ? { end: at + match[0].length, body } : undefined;
}

const QUOTE_REST = / *>>> /y;
const QUOTE_LINES = / *> [^\n]*(?:\n *> [^\n]*)*/y;

/** `> ` on every line, or `>>> ` up to the end; the body comes without the marks. */
export function quote(source: string, at: number): Line | undefined {
  QUOTE_REST.lastIndex = at;
  const rest = QUOTE_REST.exec(source);
  if (rest) {
    const body = source.slice(at + rest[0].length).trimEnd();
    return body === "" ? undefined : { end: source.length, body };
  }
  QUOTE_LINES.lastIndex = at;
  const lines = QUOTE_LINES.exec(source)?.[0];
  if (lines === undefined) return undefined;
  return { end: at + lines.length, body: lines.replace(/^ *> ?/gm, "") };
}

export interface List {
  readonly end: number;
  readonly ordered: boolean;
  readonly start: number;
  /** Each with its continuation lines, their common indentation removed. */
  readonly items: readonly string[];
}

interface Bullet {
  readonly indent: number;
  readonly ordered: boolean;
  readonly number: number;
  readonly body: string;
}

const BULLET = /^( {0,40})(?:[-*]|(\d{1,9})\.) +(\S.*)$/;

function bullet(line: string): Bullet | undefined {
  const match = BULLET.exec(line);
  if (!match?.[3]) return undefined;
  const number = match[2];
  return {
    indent: match[1]?.length ?? 0,
    ordered: number !== undefined,
    number: Number(number ?? 1),
    body: match[3],
  };
}

/** A list up to its first line that is neither an item of the same kind nor indented below one. */
export function list(source: string, at: number): List | undefined {
  let next = lineAt(source, at);
  const first = bullet(next.text);
  if (!first) return undefined;
  const items: string[][] = [[first.body]];
  let end = next.end;
  while (next.end < source.length) {
    next = lineAt(source, next.end + 1);
    const item = bullet(next.text);
    if (item && item.indent <= first.indent) {
      if (item.ordered !== first.ordered) break;
      items.push([item.body]);
    } else if (/^ +\S/.test(next.text)) items.at(-1)?.push(next.text);
    else break;
    end = next.end;
  }
  return { end, ordered: first.ordered, start: first.number, items: items.map(dedent) };
}

function lineAt(source: string, from: number): { readonly end: number; readonly text: string } {
  const newline = source.indexOf("\n", from);
  const end = newline < 0 ? source.length : newline;
  return { end, text: source.slice(from, end) };
}

function dedent([head = "", ...rest]: readonly string[]): string {
  const indent = /^ */.exec(rest[0] ?? "")?.[0].length ?? 0;
  const mark = new RegExp(`^ {0,${indent}}`);
  return [head, ...rest.map((line) => line.replace(mark, ""))].join("\n");
}
