import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Node, plainText, type RichText, text } from "./rich-text.ts";
import { split } from "./split.ts";

const length = (body: RichText) => plainText(body).length;
const pieces = (body: RichText, limit: number) => split(body, limit, length).map(plainText);

describe("where a long message is cut", () => {
  it.each([
    { name: "a message that fits stays whole", in: "um dois", limit: 7, out: ["um dois"] },
    {
      name: "between paragraphs first",
      in: "um dois.\n\ntrês quatro",
      limit: 14,
      out: ["um dois.", "três quatro"],
    },
    {
      name: "after a sentence when there is no paragraph",
      in: "Um dois. Três quatro",
      limit: 14,
      out: ["Um dois.", "Três quatro"],
    },
    {
      name: "between words when there is no sentence",
      in: "um dois três",
      limit: 8,
      out: ["um dois", "três"],
    },
    {
      name: "inside a word only when nothing else is left",
      in: "abcdefgh",
      limit: 3,
      out: ["abc", "def", "gh"],
    },
    { name: "a surrogate pair is never cut", in: "😀😀😀", limit: 3, out: ["😀", "😀", "😀"] },
    { name: "a family emoji is never cut", in: "a👨‍👩‍👧b", limit: 9, out: ["a👨‍👩‍👧", "b"] },
  ])("$name", (row) => {
    expect(pieces([text(row.in)], row.limit)).toEqual(row.out);
  });

  it("code that goes on in the next piece keeps its language", () => {
    const body: RichText = [{ kind: "pre", language: "ts", text: "let a\nlet b" }];
    expect(split(body, 6, length)).toEqual([
      [{ kind: "pre", language: "ts", text: "let a" }],
      [{ kind: "pre", language: "ts", text: "let b" }],
    ]);
  });

  it("a numbered list goes on with its number", () => {
    const body: RichText = [{ kind: "list", ordered: true, start: 3, items: [[text("abc")], [text("def")]] }];
    expect(split(body, 6, length)).toEqual([
      [{ kind: "list", ordered: true, start: 3, items: [[text("abc")]] }],
      [{ kind: "list", ordered: true, start: 4, items: [[text("def")]] }],
    ]);
  });

  it("a style that is cut is closed and opened again", () => {
    const body: RichText = [{ kind: "bold", children: [text("um dois")] }];
    expect(split(body, 4, length)).toEqual([
      [{ kind: "bold", children: [text("um")] }],
      [{ kind: "bold", children: [text("dois")] }],
    ]);
  });
});

const leaf: fc.Arbitrary<Node> = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }).map(text),
  fc.lorem({ maxCount: 12 }).map(text),
  fc.lorem({ maxCount: 3, mode: "sentences" }).map((value): Node => ({ kind: "pre", text: value })),
  fc.constant<Node>({ kind: "mention", label: "@ana" }),
);
const tree: fc.Arbitrary<RichText> = fc.array(
  fc.oneof(
    leaf,
    fc.array(leaf, { maxLength: 4 }).map((children): Node => ({ kind: "bold", children })),
    fc
      .array(fc.array(leaf, { maxLength: 3 }), { maxLength: 4 })
      .map((items): Node => ({ kind: "list", ordered: true, items })),
  ),
  { maxLength: 6 },
);
const letters = (body: RichText) =>
  body
    .map((node): string => {
      if (node.kind === "list") return node.items.map(letters).join("");
      return "children" in node ? letters(node.children) : plainText([node]);
    })
    .join("")
    .replace(/\s/g, "");

describe("any message", () => {
  it("keeps every visible letter, in order, and every piece fits", () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: 40, max: 90 }), (body, limit) => {
        const out = split(body, limit, length);
        expect(out.map(letters).join("")).toBe(letters(body));
        for (const piece of out) expect(length(piece)).toBeLessThanOrEqual(limit);
      }),
      { numRuns: 1000 },
    );
  });
});
