// Finds where an inline construct of Discord's Markdown ends; called by parse.ts. Every scan is linear.
//
// The rules are those of the client's own parser (a fork of Khan's simple-markdown): the nearest closing mark wins,
// `**` and `__` close only where no third mark follows, spoilers and strikes know no escapes.

const WORD = /[0-9A-Za-z_]/;
const SPACE = /\s/;

/** Where `**` or `__`, opened at `at`, closes: the index of the closing mark. Backslash pairs are skipped. */
export function closeDouble(source: string, at: number, mark: string): number | undefined {
  let i = at + 2;
  while (i < source.length) {
    if (i > at + 2 && source[i] === mark && source[i + 1] === mark && source[i + 2] !== mark) return i;
    if (source[i] === "\\") {
      if (i + 1 >= source.length) return undefined;
      i += 2;
    } else i += 1;
  }
  return undefined;
}

/** Where an italic `*` closes. It opens before a non-space only, and a `*` after a space never closes it. */
export function closeStar(source: string, at: number): number | undefined {
  const first = source[at + 1];
  if (first === undefined || SPACE.test(first)) return undefined;
  let i = at + 1;
  while (i < source.length) {
    const char = source[i] ?? "";
    if (char === "*" && source[i + 1] !== "*") return i > at + 1 ? i : undefined;
    if (SPACE.test(char)) {
      while (SPACE.test(source[i] ?? "")) i += 1;
      if (i >= source.length || (source[i] === "*" && source[i + 1] !== "*")) return undefined;
    }
    if (source[i] === "\\" && i + 1 >= source.length) return undefined;
    i += source[i] === "*" || source[i] === "\\" ? 2 : 1;
  }
  return undefined;
}

/** Where an italic `_` closes: before a non-word character only, so that snake_case_words stay as they are. */
export function closeUnderscore(source: string, at: number): number | undefined {
  let i = at + 1;
  while (i < source.length) {
    if (source[i] === "_") {
      if (i > at + 1 && !WORD.test(source[i + 1] ?? " ")) return i;
      if (source[i + 1] !== "_") return undefined;
      i += 2;
    } else if (source[i] === "\\") {
      if (i + 1 >= source.length) return undefined;
      i += 2;
    } else i += 1;
  }
  return undefined;
}

/** Where `~~` or `||` closes: the next such pair after at least one character, escaped or not. */
export function closePair(source: string, at: number, mark: "~~" | "||"): number | undefined {
  let i = source.indexOf(mark, at + 3);
  // The client refuses a strike that is followed by an underscore.
  while (mark === "~~" && i >= 0 && source[i + 2] === "_") i = source.indexOf(mark, i + 1);
  return i < 0 ? undefined : i;
}

export interface CodeSpan {
  readonly end: number;
  readonly text: string;
}

/** A code span in any number of backticks; `dead` remembers lengths that have no closing run any more. */
export function codeSpan(source: string, at: number, dead: Set<string>): CodeSpan | undefined {
  let run = 0;
  while (source[at + run] === "`") run += 1;
  for (let ticks = run; ticks > 0; ticks -= 1) {
    const key = `code${ticks}`;
    if (dead.has(key)) continue;
    const close = closingRun(source, at + run, ticks);
    if (close === undefined) {
      dead.add(key);
      continue;
    }
    const inner = source.slice(at + ticks, close);
    return { end: close + ticks, text: inner.replace(/^ (?= *`)/, "").replace(/(` *) $/, "$1") };
  }
  return undefined;
}

function closingRun(source: string, from: number, ticks: number): number | undefined {
  let i = source.indexOf("`", from);
  while (i >= 0) {
    let length = 0;
    while (source[i + length] === "`") length += 1;
    if (length === ticks) return i;
    i = source.indexOf("`", i + length);
  }
  return undefined;
}

export interface Fence {
  readonly end: number;
  readonly text: string;
  readonly language?: string;
}

const LANGUAGE = /([a-z0-9_+\-.#]+)\n/iy;

/** A fence of three backticks; a word on the opening line is a language only when a newline follows it. */
export function fence(source: string, at: number): Fence | undefined {
  LANGUAGE.lastIndex = at + 3;
  const named = LANGUAGE.exec(source);
  if (named?.[1]) {
    const body = fenceBody(source, LANGUAGE.lastIndex);
    if (body) return { ...body, language: named[1] };
  }
  return fenceBody(source, at + 3);
}

function fenceBody(source: string, from: number): Fence | undefined {
  let start = from;
  while (source[start] === "\n") start += 1;
  const close = source.indexOf("```", start + 1);
  if (close < 0) return undefined;
  let stop = close;
  while (stop > start + 1 && source[stop - 1] === "\n") stop -= 1;
  return { end: close + 3, text: source.slice(start, stop) };
}

export interface MaskedLink {
  readonly end: number;
  readonly label: string;
  readonly href: string;
}

const TARGET = /\]\(\s*(?:<([^<>\s]+)>|((?:[^()\s<>]|\((?:[^()\s<>])*\))+))(?:\s+"[^"\n]*")?\s*\)/y;
const LOOKS_LIKE_URL = /:\/\//;

/** `[label](url)`; undefined where the client shows it raw: another scheme, or a label that looks like a URL. */
export function maskedLink(source: string, at: number): MaskedLink | undefined {
  const close = closingBracket(source, at);
  if (close === undefined || close === at + 1) return undefined;
  TARGET.lastIndex = close;
  const target = TARGET.exec(source);
  const href = target?.[1] ?? target?.[2];
  const label = source.slice(at + 1, close);
  if (!target || !href || !/^https?:\/\/\S/.test(href)) return undefined;
  if (LOOKS_LIKE_URL.test(label) || label.trim() === "") return undefined;
  return { end: TARGET.lastIndex, label, href: href.replace(/\\([^0-9A-Za-z\s])/g, "$1") };
}

function closingBracket(source: string, at: number): number | undefined {
  let depth = 0;
  for (let i = at; i < source.length; i += 1) {
    const char = source[i];
    if (char === "\\") i += 1;
    else if (char === "[") depth += 1;
    else if (char === "]") {
      depth -= 1;
      if (depth === 0) return i;
    }
  }
  return undefined;
}
