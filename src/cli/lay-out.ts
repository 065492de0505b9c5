// Lays out what the commands print: tables, fields, times, and words that must not steer the terminal. Pure.

/** Columns as wide as their widest cell. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  }
  return rows.map((row) => {
    return row
      .map((cell, i) => pad(cell, widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  });
}

/** Names in front, what they stand for behind, the lines of a longer value below each other. */
export function fieldLines(fields: readonly (readonly [name: string, value: string])[]): readonly string[] {
  const width = Math.max(0, ...fields.map(([name]) => widthOf(name)));
  return fields.flatMap(([name, value]) =>
    value.split("\n").map((line, i) => `${pad(i === 0 ? name : "", width)}  ${line}`.trimEnd()),
  );
}

/** Date and time to the second where the program runs, in digits that sort. */
export function timeWords(at: number): string {
  return new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" }).format(at);
}

/** Control characters in people's words could move the cursor or forge lines of the terminal. */
export function harmless(words: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return words.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

function pad(cell: string, width: number): string {
  return cell + " ".repeat(Math.max(0, width - widthOf(cell)));
}

/** In signs, as a terminal shows those of our languages. */
export function widthOf(cell: string): number {
  return [...cell].length;
}
