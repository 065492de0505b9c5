// States what the parser makes of Discord's Markdown, beside another parser where that one is right.

import { parse as oracle } from "discord-markdown-parser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Node, plainText, type RichText, text, tidy } from "../../../model/rich-text.ts";
import { parseMarkdown } from "./parse.ts";

const ANA = "111111111111111111";
const MODS = "222222222222222222";
const ROOM = "333333333333333333";
const THREAD = "444444444444444444";
const NOBODY = "999999999999999999";

const context = {
  account: "discord",
  mentionUser: (id: string) => (id === ANA ? "Ana" : undefined),
  role: (id: string) => (id === MODS ? "mods" : undefined),
  channel: (id: string) => ({ [ROOM]: { name: "geral" }, [THREAD]: { name: "fio", parent: ROOM } })[id],
};
const parse = (content: string) => parseMarkdown(content, context);
const bold = (...children: readonly Node[]): Node => ({ kind: "bold", children });
const italic = (...children: readonly Node[]): Node => ({ kind: "italic", children });
const quote = (...children: readonly Node[]): Node => ({ kind: "quote", expandable: false, children });

describe("emphasis", () => {
  it.each<readonly [string, string, RichText]>([
    ["underscores inside words stay", "snake_case_word", [text("snake_case_word")]],
    ["an underscore may open inside a word", "foo_bar_", [text("foo"), italic(text("bar"))]],
    ["a star may stand inside words", "a*b*c", [text("a"), italic(text("b")), text("c")]],
    ["a space after the star is no italic", "2 * 3 * 4", [text("2 * 3 * 4")]],
    ["three stars are both", "***a***", [italic(bold(text("a")))]],
    ["bold may end in italic", "**a *b***", [bold(text("a "), italic(text("b")))]],
    ["italic may end in bold", "*a **b***", [italic(text("a "), bold(text("b")))]],
    ["an escaped star does not close", "*a\\*b*", [italic(text("a*b"))]],
    ["two stars are text", "a ** b", [text("a ** b")]],
    ["what never closes is text", "**a", [text("**a")]],
    ["styles reach over lines", "**a\nb**", [bold(text("a\nb"))]],
    ["italic in italic is one", "*a _b_ c*", [italic(text("a b c"))]],
    [
      "a strike ends at the first pair",
      "~~a\\~~b~~",
      [{ kind: "strike", children: [text("a\\")] }, text("b~~")],
    ],
    ["only signs can be escaped", "\\a \\* \\é", [text("\\a * é")]],
  ])("%s: %s", (_name, content, tree) => {
    expect(parse(content)).toEqual(tree);
  });
});

describe("code", () => {
  it.each<readonly [string, string, RichText]>([
    ["one backtick", "`a*b*`", [{ kind: "code", text: "a*b*" }]],
    ["two backticks hold one", "``a`b``", [{ kind: "code", text: "a`b" }]],
    ["a fence with its language", "```js\na\n```", [{ kind: "pre", text: "a", language: "js" }]],
    ["a word on the only line is no language", "```js```", [{ kind: "pre", text: "js" }]],
    ["a first line with spaces is no language", "```a b\nc```", [{ kind: "pre", text: "a b\nc" }]],
    ["a fence in a line", "a ```b``` c", [text("a "), { kind: "pre", text: "b" }, text(" c")]],
    ["nothing is special in code", "`\\`\\*", [{ kind: "code", text: "\\" }, text("*")]],
    ["an open fence is text", "```a", [text("```a")]],
  ])("%s: %s", (_name, content, tree) => {
    expect(parse(content)).toEqual(tree);
  });
});

describe("lines", () => {
  it.each<readonly [string, string, RichText]>([
    ["a heading needs its space", "#a", [text("#a")]],
    ["a heading begins a line", "a # b", [text("a # b")]],
    ["four signs are no heading", "#### a", [text("#### a")]],
    ["a quote needs its space", ">a", [text(">a")]],
    ["three marks quote the rest", ">>> a\nb", [quote(text("a\nb"))]],
    ["a quote may hold a heading", "> # a", [quote({ kind: "heading", level: 1, children: [text("a")] })]],
    ["a mark in a quote is text", "> > a", [quote(text("> a"))]],
    ["a style does not reach into a quote", "**a\n> b**", [bold(text("a\n"), quote(text("b")))]],
    ["a dash alone is no list", "- ", [text("- ")]],
    [
      "stars and dashes are one list",
      "* a\n- b",
      [{ kind: "list", ordered: false, items: [[text("a")], [text("b")]] }],
    ],
    [
      "an indented line goes on with its item",
      "- a\n  b\nc",
      [{ kind: "list", ordered: false, items: [[text("a\nb")]] }, text("\nc")],
    ],
    [
      "numbers begin where they begin",
      "7. a\n8. b",
      [{ kind: "list", ordered: true, start: 7, items: [[text("a")], [text("b")]] }],
    ],
  ])("%s: %s", (_name, content, tree) => {
    expect(parse(content)).toEqual(tree);
  });
});

describe("tokens", () => {
  it.each<readonly [string, string, RichText]>([
    ["a user", `<@${ANA}>`, [{ kind: "mention", user: { account: "discord", id: ANA }, label: "@Ana" }]],
    [
      "the old form",
      `<@!${ANA}>`,
      [{ kind: "mention", user: { account: "discord", id: ANA }, label: "@Ana" }],
    ],
    [
      "nobody we know",
      `<@${NOBODY}>`,
      [{ kind: "mention", user: { account: "discord", id: NOBODY }, label: "@…" }],
    ],
    ["a role", `<@&${MODS}>`, [text("@mods")]],
    [
      "a channel",
      `<#${ROOM}>`,
      [{ kind: "conversation", ref: { account: "discord", id: ROOM }, label: "#geral" }],
    ],
    [
      "a thread",
      `<#${THREAD}>`,
      [{ kind: "conversation", ref: { account: "discord", id: ROOM, thread: THREAD }, label: "#fio" }],
    ],
    ["an unknown channel", `<#${NOBODY}>`, [{ kind: "conversation", label: "#…" }]],
    ["everyone is a word", "@everyone", [text("@everyone")]],
    ["a command", `</play song:${NOBODY}>`, [text("/play song")]],
    ["a place of the server", "<id:guide>", [{ kind: "conversation", label: "#guide" }]],
    [
      "custom emoji",
      `<a:dance:${NOBODY}>`,
      [{ kind: "emoji", name: "dance", id: NOBODY, animated: true, fallback: ":dance:" }],
    ],
    ["a time", "<t:1700000000:R>", [{ kind: "time", at: 1_700_000_000_000, style: "R" }]],
    ["a time without a style", "<t:-1>", [{ kind: "time", at: -1000, style: "f" }]],
    ["a time nobody reaches", "<t:9999999999999>", [text("<t:9999999999999>")]],
    ["a short id is text", "<@123>", [text("<@123>")]],
    ["a URL with underscores", "https://a.b/c_d_e", [text("https://a.b/c_d_e")]],
    ["a URL without a preview", "<https://a.b/_c_>", [text("https://a.b/_c_")]],
    ["a mail address", "<a@b.example>", [text("a@b.example")]],
    ["an escaped mention", `\\<@${ANA}>`, [text(`<@${ANA}>`)]],
    [
      "a masked link",
      "[*a*](https://a.b)",
      [{ kind: "link", href: "https://a.b", children: [italic(text("a"))] }],
    ],
    [
      "one without a preview",
      "[a](<https://a.b>)",
      [{ kind: "link", href: "https://a.b", children: [text("a")] }],
    ],
    ["a link that pretends", "[https://a.b](https://c.d)", [text("[https://a.b](https://c.d)")]],
    ["a script", "[a](javascript:b)", [text("[a](javascript:b)")]],
  ])("%s: %s", (_name, content, tree) => {
    expect(parse(content)).toEqual(tree);
  });
});

type OracleNode = { readonly type: string; readonly content?: unknown; readonly lang?: string };

const NAMES = new Map([
  ["em", "italic"],
  ["strong", "bold"],
  ["underline", "underline"],
  ["strikethrough", "strike"],
  ["spoiler", "spoiler"],
] as const);

function fromOracle(nodes: readonly OracleNode[]): RichText {
  const tree = nodes.map((node): Node => {
    const style = NAMES.get(node.type as "em");
    if (style) return { kind: style, children: fromOracle(node.content as readonly OracleNode[]) };
    if (node.type === "inlineCode") return { kind: "code", text: String(node.content) };
    if (node.type === "br") return text("\n");
    return text(String(node.content));
  });
  return tidy(tree);
}

describe("beside discord-markdown-parser", () => {
  it("styles, escapes and inline code are the same tree", () => {
    const marked = fc
      .array(fc.constantFrom("*", "**", "_", "__", "~~", "||", "`", "\\", "a", "b c", " ", "é", "."), {
        maxLength: 14,
      })
      // It knows no lists: no content begins with a star.
      .map((parts) => `x${parts.join("")}`)
      .filter((content) => !content.includes("```"));
    fc.assert(
      fc.property(marked, (content) => {
        expect(parse(content)).toEqual(fromOracle(oracle(content) as readonly OracleNode[]));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("hostile input", () => {
  const units = [
    "*",
    "_",
    "[",
    ">",
    "||",
    "`",
    "**a",
    "<",
    "[a](",
    "- ",
    "\\",
    "__**~~||",
    "> ",
    "* _",
    "``a`",
  ];

  it.each(units)("4000 characters of %s are read at once, and stay visible", (unit) => {
    const content = unit.repeat(4000 / unit.length);
    const before = performance.now();
    const shown = plainText(parse(content));
    // The worst takes 40 ms; backtracking would take minutes.
    expect(performance.now() - before).toBeLessThan(2000);
    expect(shown.length).toBeGreaterThan(0);
  });

  it("never throws, and loses no letter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 60 }), (content) => {
        const letters = (value: string) => value.replace(/[^\p{L}]/gu, "");
        expect(letters(plainText(parse(content)))).toBe(letters(content));
      }),
      { numRuns: 1000 },
    );
  });
});
