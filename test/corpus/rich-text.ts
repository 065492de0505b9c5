// One table of formatted texts, a column for each platform; the platforms' own tests read their column.
//
// `discord` is what the renderer writes for `tree`. `reads` is what the parser makes of it where that is another tree.

import type { Node, RichText, StyleKind } from "../../src/model/rich-text.ts";

export interface RichTextRow {
  /** States the behaviour. */
  readonly name: string;
  readonly tree: RichText;
  readonly discord: string;
  readonly reads?: RichText;
}

const t = (text: string): Node => ({ kind: "text", text });
const s = (kind: StyleKind, ...children: readonly Node[]): Node => ({ kind, children });
const q = (...children: readonly Node[]): Node => ({ kind: "quote", expandable: false, children });
const link = (href: string, ...children: readonly Node[]): Node => ({ kind: "link", href, children });
const list = (...items: readonly RichText[]): Node => ({ kind: "list", ordered: false, items });

export const RICH_TEXT: readonly RichTextRow[] = [
  { name: "bold", tree: [s("bold", t("a"))], discord: "**a**" },
  { name: "italic", tree: [s("italic", t("a"))], discord: "*a*" },
  { name: "underline", tree: [s("underline", t("a"))], discord: "__a__" },
  { name: "strike", tree: [s("strike", t("a"))], discord: "~~a~~" },
  { name: "spoiler", tree: [s("spoiler", t("a"))], discord: "||a||" },
  {
    name: "five styles at once",
    tree: [s("spoiler", s("strike", s("bold", s("underline", s("italic", t("a"))))))],
    discord: "||~~**__*a*__**~~||",
  },
  {
    name: "a style inside another",
    tree: [s("bold", t("a "), s("italic", t("b")), t(" c"))],
    discord: "**a *b* c**",
  },
  { name: "a style over two lines", tree: [s("bold", t("a\nb"))], discord: "**a\nb**" },
  { name: "code", tree: [{ kind: "code", text: "a_b" }], discord: "`a_b`" },
  { name: "code with a backtick", tree: [{ kind: "code", text: "a`b" }], discord: "``a`b``" },
  { name: "code that begins with a backtick", tree: [{ kind: "code", text: "`a" }], discord: "`` `a``" },
  {
    name: "a fence keeps its language",
    tree: [{ kind: "pre", text: "const a = 1;\n", language: "ts" }],
    discord: "```ts\nconst a = 1;\n```",
    reads: [{ kind: "pre", text: "const a = 1;", language: "ts" }],
  },
  {
    name: "a fence stands on lines of its own",
    tree: [t("see"), { kind: "pre", text: "x" }, t("ok")],
    discord: "see\n```\nx\n```\nok",
    reads: [t("see\n"), { kind: "pre", text: "x" }, t("\nok")],
  },
  { name: "a quote keeps its mark on every line", tree: [q(t("a\nb"))], discord: "> a\n> b" },
  {
    name: "what follows a quote is outside of it",
    tree: [q(t("a")), t("b")],
    discord: "> a\nb",
    reads: [q(t("a")), t("\nb")],
  },
  {
    name: "an expandable quote is a quote",
    tree: [{ kind: "quote", expandable: true, children: [t("a")] }],
    discord: "> a",
    reads: [q(t("a"))],
  },
  {
    name: "a quote in a quote is one",
    tree: [q(t("a"), q(t("b")))],
    discord: "> a\n> b",
    reads: [q(t("a\nb"))],
  },
  {
    name: "a fence in a quote is quoted line by line",
    tree: [q(t("a\n"), { kind: "pre", text: "x\ny" })],
    discord: "> a\n> ```\n> x\n> y\n> ```",
  },
  {
    name: "a bold quote is a quote of bold words",
    tree: [s("bold", t("a"), q(t("b")))],
    discord: "**a**\n> **b**",
    reads: [s("bold", t("a")), t("\n"), q(s("bold", t("b")))],
  },
  {
    name: "headings",
    tree: [{ kind: "heading", level: 2, children: [t("a")] }, t("\nb")],
    discord: "## a\nb",
  },
  { name: "subtext", tree: [{ kind: "subtext", children: [t("a")] }], discord: "-# a" },
  { name: "a list", tree: [t("x\n"), list([t("a")], [s("bold", t("b"))])], discord: "x\n- a\n- **b**" },
  {
    name: "a list in a list",
    tree: [list([t("a\n"), list([t("b")])], [t("c")])],
    discord: "- a\n  - b\n- c",
  },
  {
    name: "a numbered list begins where it began",
    tree: [{ kind: "list", ordered: true, start: 3, items: [[t("a")], [t("b")]] }],
    discord: "3. a\n4. b",
  },
  { name: "a masked link", tree: [link("https://a.b/c", t("here"))], discord: "[here](https://a.b/c)" },
  {
    name: "a parenthesis does not end a masked link",
    tree: [link("https://a.b/(c)", t("x"))],
    discord: "[x](https://a.b/%28c%29)",
    reads: [link("https://a.b/%28c%29", t("x"))],
  },
  {
    name: "a link that shows its own address is the address",
    tree: [link("https://a.b/", t("a.b"))],
    discord: "https://a.b/",
    reads: [t("https://a.b/")],
  },
  {
    name: "a label that could be taken for another address stands beside it",
    tree: [link("https://evil.example", t("https://bank.example"))],
    discord: "https://bank.example (<https://evil.example>)",
    reads: [t("https://bank.example (https://evil.example)")],
  },
  {
    name: "a mail address is no web link",
    tree: [link("mailto:a@b.example", t("write me"))],
    discord: "write me (a@b.example)",
    reads: [t("write me (a@b.example)")],
  },
  {
    name: "a Telegram mention by name keeps the name",
    tree: [link("tg://user?id=1", t("Ana"))],
    discord: "Ana",
    reads: [t("Ana")],
  },
  {
    name: "a time",
    tree: [{ kind: "time", at: 1_700_000_000_000, style: "R" }],
    discord: "<t:1700000000:R>",
  },
  {
    name: "a mention is its label, and pings nobody",
    tree: [{ kind: "mention", user: { account: "x", id: "1" }, label: "everyone" }],
    discord: "@\u200beveryone",
    reads: [t("@\u200beveryone")],
  },
  {
    name: "an emoji is its fallback",
    tree: [{ kind: "emoji", name: "blob", id: "1", fallback: "😀" }],
    discord: "😀",
    reads: [t("😀")],
  },
  {
    name: "marks in plain text are no markup",
    tree: [t("2*3*4 a_b_ `c` ||d||")],
    discord: "2\\*3\\*4 a\\_b\\_ \\`c\\` \\|\\|d\\|\\|",
  },
  {
    name: "a line that looks like a heading is none",
    tree: [t("# a\n-# b\n> c")],
    discord: "\\# a\n\\-# b\n\\> c",
  },
  { name: "a line that looks like a list item is none", tree: [t("- a\n1. b")], discord: "\\- a\n1\\. b" },
  {
    name: "text that looks like a link is none",
    tree: [t("[a](https://b.c)")],
    discord: "\\[a](https://b.c)",
  },
  {
    name: "text that looks like an emoji is none",
    tree: [t("at 10:30:45 :smile:")],
    discord: "at 10\\:30:45 \\:smile:",
  },
  {
    name: "a typed id mentions nobody",
    tree: [t("<@123456789012345678>")],
    discord: "<@\u200b123456789012345678>",
    reads: [t("<@\u200b123456789012345678>")],
  },
  { name: "a backslash stays", tree: [t("C:\\Users \\o/ \\*")], discord: "C:\\Users \\o/ \\\\\\*" },
  { name: "a shrug keeps both arms", tree: [t("¯\\_(ツ)_/¯")], discord: "¯\\\\\\_(ツ)\\_/¯" },
  {
    name: "spaces stay outside of styles",
    tree: [s("bold", t(" a ")), t("b")],
    discord: " **a** b",
    reads: [t(" "), s("bold", t("a")), t(" b")],
  },
];
