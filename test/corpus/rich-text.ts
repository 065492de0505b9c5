// One table of formatted texts, a column for each platform; the platforms' own tests read their column.
//
// `telegram` and `discord` are what the renderers write for `tree`. `reads` is what Discord's parser makes of it where that is another tree.

import type { Node, RichText, StyleKind } from "../../src/model/rich-text.ts";

export interface RichTextRow {
  /** States the behaviour. */
  readonly name: string;
  readonly tree: RichText;
  /** The text, then its entities as [type, offset, length, what else they say]. */
  readonly telegram: readonly [text: string, ...entities: readonly (readonly (string | number)[])[]];
  readonly discord: string;
  readonly reads?: RichText;
}

const t = (text: string): Node => ({ kind: "text", text });
const s = (kind: StyleKind, ...children: readonly Node[]): Node => ({ kind, children });
const q = (...children: readonly Node[]): Node => ({ kind: "quote", expandable: false, children });
const link = (href: string, ...children: readonly Node[]): Node => ({ kind: "link", href, children });
const list = (...items: readonly RichText[]): Node => ({ kind: "list", ordered: false, items });

export const RICH_TEXT: readonly RichTextRow[] = [
  { name: "bold", tree: [s("bold", t("a"))], telegram: ["a", ["bold", 0, 1]], discord: "**a**" },
  { name: "italic", tree: [s("italic", t("a"))], telegram: ["a", ["italic", 0, 1]], discord: "*a*" },
  {
    name: "underline",
    tree: [s("underline", t("a"))],
    telegram: ["a", ["underline", 0, 1]],
    discord: "__a__",
  },
  { name: "strike", tree: [s("strike", t("a"))], telegram: ["a", ["strikethrough", 0, 1]], discord: "~~a~~" },
  { name: "spoiler", tree: [s("spoiler", t("a"))], telegram: ["a", ["spoiler", 0, 1]], discord: "||a||" },
  {
    name: "five styles at once",
    tree: [s("spoiler", s("strike", s("bold", s("underline", s("italic", t("a"))))))],
    telegram: [
      "a",
      ["spoiler", 0, 1],
      ["strikethrough", 0, 1],
      ["bold", 0, 1],
      ["underline", 0, 1],
      ["italic", 0, 1],
    ],
    discord: "||~~**__*a*__**~~||",
  },
  {
    name: "a style inside another",
    tree: [s("bold", t("a "), s("italic", t("b")), t(" c"))],
    telegram: ["a b c", ["bold", 0, 5], ["italic", 2, 1]],
    discord: "**a *b* c**",
  },
  {
    name: "a style over two lines",
    tree: [s("bold", t("a\nb"))],
    telegram: ["a\nb", ["bold", 0, 3]],
    discord: "**a\nb**",
  },
  {
    name: "code",
    tree: [{ kind: "code", text: "a_b" }],
    telegram: ["a_b", ["code", 0, 3]],
    discord: "`a_b`",
  },
  {
    name: "code with a backtick",
    tree: [{ kind: "code", text: "a`b" }],
    telegram: ["a`b", ["code", 0, 3]],
    discord: "``a`b``",
  },
  {
    name: "code that begins with a backtick",
    tree: [{ kind: "code", text: "`a" }],
    telegram: ["`a", ["code", 0, 2]],
    discord: "`` `a``",
  },
  {
    name: "a fence keeps its language",
    tree: [{ kind: "pre", text: "const a = 1;\n", language: "ts" }],
    telegram: ["const a = 1;", ["pre", 0, 12, "ts"]],
    discord: "```ts\nconst a = 1;\n```",
    reads: [{ kind: "pre", text: "const a = 1;", language: "ts" }],
  },
  {
    name: "a fence stands on lines of its own",
    tree: [t("see"), { kind: "pre", text: "x" }, t("ok")],
    telegram: ["see\nx\nok", ["pre", 4, 1]],
    discord: "see\n```\nx\n```\nok",
    reads: [t("see\n"), { kind: "pre", text: "x" }, t("\nok")],
  },
  {
    name: "a quote keeps its mark on every line",
    tree: [q(t("a\nb"))],
    telegram: ["a\nb", ["blockquote", 0, 3]],
    discord: "> a\n> b",
  },
  {
    name: "what follows a quote is outside of it",
    tree: [q(t("a")), t("b")],
    telegram: ["a\nb", ["blockquote", 0, 1]],
    discord: "> a\nb",
    reads: [q(t("a")), t("\nb")],
  },
  {
    name: "an expandable quote is a quote",
    tree: [{ kind: "quote", expandable: true, children: [t("a")] }],
    telegram: ["a", ["expandable_blockquote", 0, 1]],
    discord: "> a",
    reads: [q(t("a"))],
  },
  {
    name: "a quote in a quote is one",
    tree: [q(t("a"), q(t("b")))],
    telegram: ["a\nb", ["blockquote", 0, 3]],
    discord: "> a\n> b",
    reads: [q(t("a\nb"))],
  },
  {
    name: "a fence in a quote is quoted line by line",
    tree: [q(t("a\n"), { kind: "pre", text: "x\ny" })],
    telegram: ["a\nx\ny", ["blockquote", 0, 5], ["pre", 2, 3]],
    discord: "> a\n> ```\n> x\n> y\n> ```",
  },
  {
    name: "a bold quote is a quote of bold words",
    tree: [s("bold", t("a"), q(t("b")))],
    telegram: ["a\nb", ["bold", 0, 3], ["blockquote", 2, 1]],
    discord: "**a**\n> **b**",
    reads: [s("bold", t("a")), t("\n"), q(s("bold", t("b")))],
  },
  {
    name: "headings",
    tree: [{ kind: "heading", level: 2, children: [t("a")] }, t("\nb")],
    telegram: ["a\nb", ["bold", 0, 1]],
    discord: "## a\nb",
  },
  {
    name: "subtext",
    tree: [{ kind: "subtext", children: [t("a")] }],
    telegram: ["a", ["italic", 0, 1]],
    discord: "-# a",
  },
  {
    name: "a list",
    tree: [t("x\n"), list([t("a")], [s("bold", t("b"))])],
    telegram: ["x\n• a\n• b", ["bold", 8, 1]],
    discord: "x\n- a\n- **b**",
  },
  {
    name: "a list in a list",
    tree: [list([t("a\n"), list([t("b")])], [t("c")])],
    telegram: ["• a\n    • b\n• c"],
    discord: "- a\n  - b\n- c",
  },
  {
    name: "a numbered list begins where it began",
    tree: [{ kind: "list", ordered: true, start: 3, items: [[t("a")], [t("b")]] }],
    telegram: ["3. a\n4. b"],
    discord: "3. a\n4. b",
  },
  {
    name: "a masked link",
    tree: [link("https://a.b/c", t("here"))],
    telegram: ["here", ["text_link", 0, 4, "https://a.b/c"]],
    discord: "[here](https://a.b/c)",
  },
  {
    name: "a parenthesis does not end a masked link",
    tree: [link("https://a.b/(c)", t("x"))],
    telegram: ["x", ["text_link", 0, 1, "https://a.b/(c)"]],
    discord: "[x](https://a.b/%28c%29)",
    reads: [link("https://a.b/%28c%29", t("x"))],
  },
  {
    name: "a link that shows its own address is the address",
    tree: [link("https://a.b/", t("a.b"))],
    telegram: ["a.b", ["text_link", 0, 3, "https://a.b/"]],
    discord: "https://a.b/",
    reads: [t("https://a.b/")],
  },
  {
    name: "a label that could be taken for another address stands beside it",
    tree: [link("https://evil.example", t("https://bank.example"))],
    telegram: ["https://bank.example", ["text_link", 0, 20, "https://evil.example"]],
    discord: "https://bank.example (<https://evil.example>)",
    reads: [t("https://bank.example (https://evil.example)")],
  },
  {
    name: "a mail address is no web link",
    tree: [link("mailto:a@b.example", t("write me"))],
    telegram: ["write me (a@b.example)"],
    discord: "write me (a@b.example)",
    reads: [t("write me (a@b.example)")],
  },
  {
    name: "a Telegram mention by name keeps the name",
    tree: [link("tg://user?id=1", t("Ana"))],
    telegram: ["Ana", ["text_link", 0, 3, "tg://user?id=1"]],
    discord: "Ana",
    reads: [t("Ana")],
  },
  {
    name: "a time",
    tree: [{ kind: "time", at: 1_700_000_000_000, style: "R" }],
    telegram: ["2023-11-14 22:13 UTC", ["date_time", 0, 20, 1700000000, "r"]],
    discord: "<t:1700000000:R>",
  },
  {
    name: "a mention is its label, and pings nobody",
    tree: [{ kind: "mention", user: { account: "x", id: "1" }, label: "everyone" }],
    telegram: ["everyone"],
    discord: "@\u200beveryone",
    reads: [t("@\u200beveryone")],
  },
  {
    name: "an emoji is its fallback",
    tree: [{ kind: "emoji", name: "blob", id: "1", fallback: "😀" }],
    telegram: ["😀"],
    discord: "😀",
    reads: [t("😀")],
  },
  {
    name: "marks in plain text are no markup",
    tree: [t("2*3*4 a_b_ `c` ||d||")],
    telegram: ["2*3*4 a_b_ `c` ||d||"],
    discord: "2\\*3\\*4 a\\_b\\_ \\`c\\` \\|\\|d\\|\\|",
  },
  {
    name: "a line that looks like a heading is none",
    tree: [t("# a\n-# b\n> c")],
    telegram: ["# a\n-# b\n> c"],
    discord: "\\# a\n\\-# b\n\\> c",
  },
  {
    name: "a line that looks like a list item is none",
    tree: [t("- a\n1. b")],
    telegram: ["- a\n1. b"],
    discord: "\\- a\n1\\. b",
  },
  {
    name: "text that looks like a link is none",
    tree: [t("[a](https://b.c)")],
    telegram: ["[a](https://b.c)"],
    discord: "\\[a](https://b.c)",
  },
  {
    name: "text that looks like an emoji is none",
    tree: [t("at 10:30:45 :smile:")],
    telegram: ["at 10:30:45 :smile:"],
    discord: "at 10\\:30:45 \\:smile:",
  },
  {
    name: "a typed id mentions nobody",
    tree: [t("<@123456789012345678>")],
    telegram: ["<@123456789012345678>"],
    discord: "<@\u200b123456789012345678>",
    reads: [t("<@\u200b123456789012345678>")],
  },
  {
    name: "a backslash stays",
    tree: [t("C:\\Users \\o/ \\*")],
    telegram: ["C:\\Users \\o/ \\*"],
    discord: "C:\\Users \\o/ \\\\\\*",
  },
  {
    name: "a shrug keeps both arms",
    tree: [t("¯\\_(ツ)_/¯")],
    telegram: ["¯\\_(ツ)_/¯"],
    discord: "¯\\\\\\_(ツ)\\_/¯",
  },
  {
    name: "spaces stay outside of styles",
    tree: [s("bold", t(" a ")), t("b")],
    telegram: ["a b", ["bold", 0, 2]],
    discord: " **a** b",
    reads: [t(" "), s("bold", t("a")), t(" b")],
  },
];
