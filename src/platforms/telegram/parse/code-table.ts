// Draws a table in characters of one width, with its columns below each other; `rich.ts` calls it.

export interface TableCell {
  readonly words: string;
  readonly isHeader: boolean;
  readonly align: "left" | "center" | "right";
  /** How many columns it takes, at least 1. */
  readonly columns: number;
  /** How many rows it takes, at least 1. */
  readonly rows: number;
}

type Row = readonly TableCell[];

/** Bot API 10.1, Rich Message Limits: 20 columns. */
const MAX_COLUMNS = 20;
const GAP = " │ ";

/** Drawn larger than this, a table is mostly spaces: one long cell would pad every other row. */
const MAX_DRAWN = 20_000;

/**
 * A line for each row, and one below the header. Words of several lines are put on one. Where the columns would take
 * too much room, the words stand side by side without them.
 */
export function codeTable(rows: readonly Row[]): string {
  const grid = gridOf(rows);
  const count = Math.max(0, ...grid.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(1, ...grid.map((row) => width(row[i]?.words ?? ""))),
  );
  const drawn = widths.reduce((sum, size) => sum + size + GAP.length, 0) * grid.length;
  if (drawn > MAX_DRAWN) return grid.map((row) => row.map(({ words }) => words).join(GAP)).join("\n");
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

/** A large cell keeps its words in the first of its places; the others are empty. */
function gridOf(rows: readonly Row[]): readonly Row[] {
  /** How many rows from here on each column is taken by a cell above. */
  const taken: number[] = [];
  return rows.map((row) => {
    const line: TableCell[] = [];
    const left = [...row];
    while (line.length < MAX_COLUMNS) {
      const column = line.length;
      const above = taken[column] ?? 0;
      const cell = above > 0 ? EMPTY : left.shift();
      if (!cell) break;
      if (above > 0) taken[column] = above - 1;
      line.push(...spread(cell));
      if (above === 0) for (let i = column; i < line.length; i++) taken[i] = cell.rows - 1;
    }
    return line.slice(0, MAX_COLUMNS);
  });
}

const EMPTY: TableCell = { words: "", isHeader: false, align: "left", columns: 1, rows: 1 };

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
