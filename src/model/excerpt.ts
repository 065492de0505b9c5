// Shortens words to one line, for replies and titles; the parsers, the reply line and the demo call it.

const graphemes = new Intl.Segmenter();

/** The first words in one line, at most `limit` code points, never cut inside an emoji. */
export function excerptOf(words: string, limit: number): string {
  const line = words.replace(/\s+/g, " ").trim();
  if ([...line].length <= limit) return line;
  let out = "";
  let length = 1;
  for (const { segment } of graphemes.segment(line.slice(0, limit * 4))) {
    length += [...segment].length;
    if (length > limit) break;
    out += segment;
  }
  return `${out.trimEnd()}…`;
}
