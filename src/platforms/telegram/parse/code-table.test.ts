// Tables stand in columns, whatever their words are.

import { describe, expect, it } from "vitest";
import { codeTable, type TableCell } from "./code-table.ts";

const cell = (words: string, more: Partial<TableCell> = {}): TableCell => ({
  words,
  isHeader: false,
  align: "left",
  columns: 1,
  rows: 1,
  ...more,
});
const head = (words: string) => cell(words, { isHeader: true });

describe("codeTable", () => {
  it("puts a line below the header", () => {
    expect(
      codeTable([
        [head("ano"), head("nº")],
        [cell("2026"), cell("1")],
      ]),
    ).toBe("ano  │ nº\n─────┼───\n2026 │ 1");
  });

  it("needs no header, and draws no line then", () => {
    expect(codeTable([[cell("a"), cell("b")]])).toBe("a │ b");
    expect(codeTable([[head("a"), head("b")]])).toBe("a │ b");
  });

  it("counts wide characters and pictures as two columns, and joined ones once", () => {
    expect(
      codeTable([
        [cell("東京"), cell("x")],
        [cell("👨‍👩‍👧"), cell("x")],
        [cell("e\u0301"), cell("x")],
      ]),
    ).toBe("東京 │ x\n👨‍👩‍👧   │ x\ne\u0301    │ x");
  });

  it("aligns to the right and to the middle", () => {
    expect(
      codeTable([
        [cell("1234"), cell("12345")],
        [cell("7", { align: "right" }), cell("x", { align: "center" })],
      ]),
    ).toBe("1234 │ 12345\n   7 │   x");
  });

  it("keeps the columns behind a wide cell and in short rows", () => {
    expect(
      codeTable([[cell("a", { columns: 2 }), cell("c")], [cell("1")], [cell("1"), cell("2"), cell("3")]]),
    ).toBe("a │   │ c\n1 │   │\n1 │ 2 │ 3");
  });

  it("leaves the place below a tall cell empty, and what stands beside it in its column", () => {
    expect(
      codeTable([
        [cell("a", { rows: 2 }), cell("b")],
        [cell("d"), cell("e")],
      ]),
    ).toBe("a │ b │\n  │ d │ e");
    expect(codeTable([[cell("a"), cell("b", { rows: 2, columns: 2 })], [cell("c")], [cell("d")]])).toBe(
      "a │ b │\nc │   │\nd │   │",
    );
  });

  it("gives up the columns where they would be mostly spaces", () => {
    const long = "x".repeat(15_000);
    const rows = Array.from({ length: 499 }, () => [cell("1"), cell("2")]);
    const drawn = codeTable([[head(long), head("y")], ...rows]);
    expect(drawn.split("\n").slice(0, 3)).toEqual([`${long} │ y`, "1 │ 2", "1 │ 2"]);
    expect(drawn.length).toBeLessThan(20_000);
  });

  it("puts words of several lines on one", () => {
    expect(codeTable([[cell("a\n b")]])).toBe("a b");
  });

  it("takes no more columns than Telegram allows, and no cells at all", () => {
    expect(codeTable([[cell("a", { columns: 1e9, rows: 1e9 })]]).length).toBeLessThan(100);
    expect(codeTable([])).toBe("");
    expect(codeTable([[]])).toBe("");
  });
});
