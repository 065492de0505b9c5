// States how the tree is written as Discord's Markdown, and that what was written is read back as the same tree.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Node, plainText, type RichText, type StyleKind, text, tidy } from "../../../model/rich-text.ts";
import { BREAK } from "./escape.ts";
import { normalise } from "./normal.ts";
import { parseMarkdown } from "./parse.ts";
import { renderMarkdown } from "./render.ts";

const context = {
  account: "discord",
  mentionUser: () => undefined,
  role: () => undefined,
  channel: () => undefined,
};
const parse = (content: string) => parseMarkdown(content, context);
const style = (kind: StyleKind, ...children: readonly Node[]): Node => ({ kind, children });
const link = (href: string, ...children: readonly Node[]): Node => ({ kind: "link", href, children });

function withoutBreaks(body: RichText): RichText {
  return tidy(JSON.parse(JSON.stringify(body).replaceAll(BREAK, "")) as RichText);
}

/** Everything a reader could take for markup, and some plain words. */
const spiky = fc
  .array(
    fc.constantFrom(
      ..."*_~|`\\<>#-+[]():@!.&/ \n",
      "**",
      "__",
      "```",
      "||",
      "a",
      "é",
      "1",
      "2.",
      "- ",
      "# ",
      "-# ",
      "> ",
      ">>> ",
      "https://a_b.c/d_e",
      "@everyone",
      "@here",
      "<@123456789012345678>",
      "<t:1>",
      "<:n:123456789012345678>",
      ":smile:",
      "😀",
      "¯\\_(ツ)_/¯",
    ),
    { maxLength: 24 },
  )
  .map((parts) => parts.join(""));

describe("plain text", () => {
  it("is shown exactly as it was typed, whatever it looks like", () => {
    fc.assert(
      fc.property(fc.oneof(spiky, fc.string({ unit: "grapheme" })), (value) => {
        const shown = plainText(parse(renderMarkdown([text(value)])));
        // Inside a URL "@" is written as "%40", which is the same address.
        const seen = (shownText: string) =>
          shownText.replaceAll(BREAK, "").replace(/%40(?=everyone|here)/gi, "@");
        expect(seen(shown)).toBe(seen(value));
      }),
      { numRuns: 3000 },
    );
  });

  it("never mentions anybody", () => {
    fc.assert(
      fc.property(spiky, (value) => {
        expect(renderMarkdown([text(value)])).not.toMatch(/@everyone|@here|<@[!&]?\d|<#\d/);
      }),
      { numRuns: 1000 },
    );
  });
});

const inline: fc.Arbitrary<RichText> = fc.letrec<{ body: RichText; node: Node }>((tie) => ({
  body: fc.array(tie("node"), { minLength: 1, maxLength: 4 }),
  node: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(spiky, fc.constantFrom("a", "b c", " ", "x\ny", "word")).map(text),
    spiky.map((value): Node => ({ kind: "code", text: value })),
    fc.constant(link("https://a.b/c_d", text("label"))),
    fc.constant<Node>({ kind: "time", at: 1000, style: "R" }),
    fc.record({
      kind: fc.constantFrom<StyleKind[]>("bold", "italic", "underline", "strike", "spoiler"),
      children: tie("body"),
    }),
  ),
})).body;

describe("styles", () => {
  it("are read back as they were written, in the normal form", () => {
    fc.assert(
      fc.property(inline, (body) => {
        const written = renderMarkdown(body);
        expect(withoutBreaks(normalise(parse(written)))).toEqual(withoutBreaks(normalise(body)));
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    ["spaces at the edges stand outside", [style("bold", text(" a "))], " **a** "],
    ["the same style in itself is one", [style("bold", text("a"), style("bold", text("b")))], "**ab**"],
    [
      "two marks that would touch are parted",
      [style("bold", text("a")), style("italic", text("b"))],
      `**a**${BREAK}*b*`,
    ],
    ["bold and italic together", [style("bold", style("italic", text("a")))], "***a***"],
    ["italic around bold", [style("italic", text("a "), style("bold", text("b")))], "*a **b***"],
    ["a URL keeps its underscores", [text("https://a_b_c/d")], "https://a_b_c/d"],
    [
      "a URL before bold is fenced off",
      [text("https://a.b"), style("bold", text("x"))],
      "<https://a.b>**x**",
    ],
    ["a style that only covers spaces is none", [style("italic", text(" "))], " "],
  ] as const)("%s", (_name, body, markdown) => {
    expect(renderMarkdown(body)).toBe(markdown);
  });
});

const inQuote: fc.Arbitrary<Node> = fc.oneof(
  inline.map((children): Node => ({ kind: "heading", level: 2, children })),
  inline.map((children): Node => ({ kind: "subtext", children })),
  fc
    .array(inline, { minLength: 1, maxLength: 3 })
    .map((items): Node => ({ kind: "list", ordered: false, items })),
  fc
    .array(inline, { minLength: 1, maxLength: 3 })
    .map((items): Node => ({ kind: "list", ordered: true, start: 3, items })),
  fc.record({ kind: fc.constant<"pre">("pre"), text: spiky, language: fc.constantFrom("js", "c++") }),
  spiky.map((value): Node => ({ kind: "pre", text: value })),
);

const blocks: fc.Arbitrary<RichText> = fc
  .array(
    fc.oneof(
      inline,
      inQuote.map((node) => [node]),
      fc
        .array(
          fc.oneof(
            inline,
            inQuote.map((node) => [node]),
          ),
          { maxLength: 3 },
        )
        .map((children): RichText => [{ kind: "quote", expandable: true, children: children.flat() }]),
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.flat());

describe("blocks", () => {
  it("are read back as they were written, in the normal form", () => {
    fc.assert(
      fc.property(blocks, (body) => {
        expect(withoutBreaks(normalise(parse(renderMarkdown(body))))).toEqual(withoutBreaks(normalise(body)));
      }),
      { numRuns: 3000 },
    );
  });
});
