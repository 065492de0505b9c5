// The Markdown of plugins: what is a mark, what is not, and that nothing is lost.

import { describe, expect, it } from "vitest";
import type { PluginNode } from "./api.ts";
import { parseMarkdown } from "./markdown.ts";

const text = (words: string): PluginNode => ({ kind: "text", text: words });

describe("parseMarkdown", () => {
  it.each<[string, readonly PluginNode[]]>([
    ["plain", [text("plain")]],
    ["", []],
    [
      "**b** *i* _i_ __u__ ~~s~~ ||h|| `c`",
      [
        { kind: "bold", children: [text("b")] },
        text(" "),
        { kind: "italic", children: [text("i")] },
        text(" "),
        { kind: "italic", children: [text("i")] },
        text(" "),
        { kind: "underline", children: [text("u")] },
        text(" "),
        { kind: "strike", children: [text("s")] },
        text(" "),
        { kind: "spoiler", children: [text("h")] },
        text(" "),
        { kind: "code", text: "c" },
      ],
    ],
    [
      "**a *b* c**",
      [{ kind: "bold", children: [text("a "), { kind: "italic", children: [text("b")] }, text(" c")] }],
    ],
    ["[site](https://x.org/a_b)", [{ kind: "link", href: "https://x.org/a_b", children: [text("site")] }]],
    ["[x](javascript:alert)", [text("[x](javascript:alert)")]],
    [
      "snake_case_name 2*3*4 = 24",
      [text("snake_case_name 2"), { kind: "italic", children: [text("3")] }, text("4 = 24")],
    ],
    ["\\*not\\* `*nor*` * nor *", [text("*not* "), { kind: "code", text: "*nor*" }, text(" * nor *")]],
    ["**open", [text("**open")]],
    ["a\n> b\n> c\nd", [text("a\n"), { kind: "quote", children: [text("b\nc")] }, text("\nd")]],
    ["a\n```ts\nx\ny\n```\nb", [text("a\n"), { kind: "pre", text: "x\ny", language: "ts" }, text("\nb")]],
    ["```\nnever closed", [text("```\nnever closed")]],
    ["> q", [{ kind: "quote", children: [text("q")] }]],
  ])("reads %j", (markdown, nodes) => {
    expect(parseMarkdown(markdown)).toEqual(nodes);
  });

  it("needs no more than a moment for what was made to be hard", () => {
    const since = performance.now();
    for (const hard of [
      "*".repeat(4000),
      "**a".repeat(1300),
      "[".repeat(4000),
      "`".repeat(3999),
      "> *".repeat(1300),
      "```\n".repeat(1000),
    ]) {
      parseMarkdown(hard);
    }
    expect(performance.now() - since).toBeLessThan(2_000);
  });
});
