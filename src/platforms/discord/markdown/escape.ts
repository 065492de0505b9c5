// Keeps plain characters plain in Discord's Markdown; render.ts calls it for every piece of text.

/** Invisible, no space, and no part of any markup: it parts what must not touch. */
export const BREAK = "\u200b";

const URL = /(https?:\/\/[^\s<>]+)/;

/**
 * Text that the client shows exactly as it stands, and that mentions nobody. URLs stay as they are, so that they can
 * be clicked. `lineStart` says whether the text begins a line.
 */
export function escapeText(value: string, lineStart: boolean, previewless = false): string {
  const pieces = value
    .split(URL)
    .map((piece, i) => (i % 2 === 1 ? piece : escapePlain(piece, i === 0 && lineStart)));
  // A backslash or ">" would become part of the URL before it.
  return pieces
    .map((piece, i) =>
      i % 2 === 1 && (previewless || /^[\\>]/.test(pieces[i + 1] ?? "")) ? bracketUrl(piece) : piece,
    )
    .join("");
}

/** A URL in brackets, which end it (and suppress its preview); punctuation at its end stays outside. */
export function bracketUrl(url: string): string {
  const address = url.replace(/[.,:;"')\]]+$/, "");
  return `<${address}>${url.slice(address.length)}`;
}

function escapePlain(value: string, lineStart: boolean): string {
  return value
    .split("\n")
    .map((line, i) => (i > 0 || lineStart ? escapeLineStart(escapeInline(line)) : escapeInline(line)))
    .join("\n");
}

function escapeInline(line: string): string {
  return line
    .replace(/\\(?![0-9A-Za-z\s])|[`*_[]/g, "\\$&")
    .replace(/\|(?=\||$)|(?<=\||^)\|/g, "\\|")
    .replace(/~(?=~|$)|(?<=~|^)~/g, "\\~")
    .replace(/@(?=everyone|here)/gi, `@${BREAK}`)
    .replace(/<(?:@[!&]?|#)(?=\d)/g, `$&${BREAK}`)
    .replace(/<(?=[:/\w+]|$)/g, "\\<")
    .replace(/:(?=[\w+~-]+:)/g, "\\:");
}

function escapeLineStart(line: string): string {
  return line
    .replace(/^(\s*)(#{1,3}(?:\s|$)|-#(?:\s|$)|>(?:\s|$|>>)|[-+](?:\s|$))/, "$1\\$2")
    .replace(/^(\s*\d+)\.(?=\s|$)/, "$1\\.");
}
