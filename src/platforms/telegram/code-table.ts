// Draws a table in characters of one width, with its columns below each other; `parse-rich.ts` calls it.

export interface TableCell {
  readonly words: string;
  readonly isHeader: boolean;
  readonly align: "left" | "center" | "right";
  /** How many columns it takes, at least 1. */
  readonly columns: number;
}

type Row = readonly TableCell[];

/** Bot API 10.1, Rich Message Limits: 20 columns. */
const MAX_COLUMNS = 20;
const GAP = " │ ";

/** A line for each row, and one below the header. Words of several lines are put on one. */
export function codeTable(rows: readonly Row[]): string {
  const grid = rows.map((row) => row.flatMap(spread).slice(0, MAX_COLUMNS));
  const count = Math.max(0, ...grid.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(1, ...grid.map((row) => width(row[i]?.words ?? ""))),
  );
  const lines = grid.map((row) =>
    widths
      .map((size, i) => pad(row[i], size))
      .join(GAP)
      .trimEnd(),
  );
  const heads = grid.findIndex((row) => !row.some(({ isHeader }) => isHeader));
  const rule = widths.map((size) => "─".repeat(size)).join("─┼─");
  return (heads > 0 ? [...lines.slice(0, heads), rule, ...lines.slice(heads)] : lines).join("\n");
}

/** A wide cell keeps its words in the first of its columns. */
function spread(cell: TableCell): Row {
  const more = Math.max(0, Math.min(MAX_COLUMNS, cell.columns) - 1);
  const words = cell.words.replace(/\s+/g, " ").trim();
  return [{ ...cell, words }, ...Array.from({ length: more }, () => ({ ...cell, words: "" }))];
}

function pad(cell: TableCell | undefined, size: number): string {
  const words = cell?.words ?? "";
  const free = size - width(words);
  const before = cell?.align === "right" ? free : cell?.align === "center" ? Math.floor(free / 2) : 0;
  return " ".repeat(before) + words + " ".repeat(free - before);
}

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
/** Unicode Standard Annex 11: the blocks whose characters take two columns; and pictures. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}|\uFE0F/u;

/** In columns of a terminal. */
function width(words: string): number {
  return [...graphemes.segment(words)].reduce((sum, { segment }) => sum + (WIDE.test(segment) ? 2 : 1), 0);
}
