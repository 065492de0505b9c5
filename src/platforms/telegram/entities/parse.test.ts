// Entities to tree: nesting, crossing, hostile offsets; `@telegraf/entity` is the oracle for what is nested properly.

import type { MessageEntity } from "@grammyjs/types";
import { toHTML } from "@telegraf/entity";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Node, plainText, type RichText } from "../../../model/rich-text.ts";
import { entitiesToTree } from "./parse.ts";

function entity(type: string, offset: number, length: number, more: object = {}): MessageEntity {
  return { type, offset, length, ...more } as MessageEntity;
}

const bold = (...children: RichText): Node => ({ kind: "bold", children });
const italic = (...children: RichText): Node => ({ kind: "italic", children });
const words = (text: string): Node => ({ kind: "text", text });

describe("entitiesToTree", () => {
  describe("of who is mentioned without a user name", () => {
    const named = entity("text_mention", 2, 3, { user: { id: 102, first_name: "Bia" } });
    const mention: Node = { kind: "mention", user: { account: "telegram", id: "102" }, label: "Bia" };

    it("makes a mention when the account is known, and text otherwise", () => {
      expect(entitiesToTree("a Bia", [named], "telegram")).toEqual([words("a "), mention]);
      expect(entitiesToTree("a Bia", [named])).toEqual([words("a Bia")]);
    });

    it("keeps the style around it, and none that covers half of it", () => {
      expect(entitiesToTree("a Bia", [entity("bold", 0, 5), named], "telegram")).toEqual([
        bold(words("a "), mention),
      ]);
      expect(entitiesToTree("a Bia", [entity("bold", 0, 3), named], "telegram")).toEqual([
        bold(words("a ")),
        mention,
      ]);
    });

    it("makes text of a mention of nobody", () => {
      const nobody = entity("text_mention", 0, 3, { user: { id: "102" } });
      expect(entitiesToTree("Bia", [nobody], "telegram")).toEqual([words("Bia")]);
    });
  });

  it("takes the first of two equal entities as the outer one", () => {
    expect(entitiesToTree("ab", [entity("italic", 0, 2), entity("bold", 0, 2)])).toEqual([
      italic(bold(words("ab"))),
    ]);
  });

  it("keeps neighbours of one style apart and unites those that overlap", () => {
    expect(entitiesToTree("abcd", [entity("bold", 0, 2), entity("bold", 2, 2)])).toEqual([
      bold(words("ab")),
      bold(words("cd")),
    ]);
    expect(entitiesToTree("abcd", [entity("bold", 0, 3), entity("bold", 1, 3)])).toEqual([
      bold(words("abcd")),
    ]);
  });

  it("cuts a style at the border of a quote it crosses, never the quote", () => {
    const tree = entitiesToTree("ab\ncd\nef", [entity("bold", 0, 5), entity("blockquote", 3, 5)]);
    expect(tree).toEqual([
      bold(words("ab\n")),
      { kind: "quote", expandable: false, children: [bold(words("cd")), words("\nef")] },
    ]);
  });

  it("drops styles inside code and goes on behind it", () => {
    expect(entitiesToTree("a b c", [entity("bold", 0, 5), entity("code", 2, 1)])).toEqual([
      bold(words("a ")),
      { kind: "code", text: "b" },
      bold(words(" c")),
    ]);
  });

  it("keeps the first of crossing links, and no link that could harm", () => {
    const tree = entitiesToTree("abcd", [
      entity("text_link", 0, 3, { url: "https://a.example" }),
      entity("text_link", 2, 2, { url: "https://b.example" }),
    ]);
    expect(tree).toEqual([{ kind: "link", href: "https://a.example", children: [words("abc")] }, words("d")]);
    expect(entitiesToTree("ab", [entity("text_link", 0, 2, { url: "javascript:alert(1)" })])).toEqual([
      words("ab"),
    ]);
  });

  it("makes no node of a style that covers only white space", () => {
    expect(entitiesToTree("a\nb", [entity("bold", 1, 1)])).toEqual([words("a\nb")]);
  });

  it.each([
    ["r", "R"],
    ["t", "t"],
    ["T", "T"],
    ["d", "d"],
    ["D", "D"],
    ["Dt", "f"],
    ["wDt", "F"],
    ["wDT", "F"],
    ["dt", "s"],
    ["w", "D"],
  ])("reads the date format %s as the style %s", (format, style) => {
    const date = entity("date_time", 0, 2, { unix_time: 5, date_time_format: format });
    expect(entitiesToTree("ab", [date])).toEqual([{ kind: "time", at: 5000, style }]);
  });

  it("keeps the text of a date that no clock can show", () => {
    const date = entity("date_time", 0, 2, { unix_time: 9e15, date_time_format: "t" });
    expect(entitiesToTree("ab", [date])).toEqual([words("ab")]);
  });

  it("never throws and never loses text, whatever the entities claim", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(hostileEntity), (text, entities) => {
        expect(plainText(entitiesToTree(text, entities))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it("never splits a surrogate pair", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.array(hostileEntity), (text, entities) => {
        for (const piece of leaves(entitiesToTree(text, entities))) expect(piece.isWellFormed()).toBe(true);
      }),
    );
  });

  it("nests like @telegraf/entity where entities are nested properly", () => {
    fc.assert(
      fc.property(nestedEntities, (entities) => {
        const text = "abcdefghijklmnop";
        expect(html(entitiesToTree(text, entities))).toBe(
          toHTML({ text, entities: structuredClone(entities) as never }),
        );
      }),
    );
  });
});

const hostileEntity = fc
  .record({
    type: fc.constantFrom(
      ..."bold italic underline strikethrough spoiler blockquote expandable_blockquote code pre".split(" "),
      ..."text_link custom_emoji mention url text_mention nonsense constructor".split(" "),
    ),
    offset: fc.oneof(fc.integer({ min: -2, max: 20 }), fc.double(), fc.constant(Number.MAX_SAFE_INTEGER)),
    length: fc.oneof(fc.integer({ min: -2, max: 20 }), fc.double(), fc.constant(Number.MAX_SAFE_INTEGER)),
    url: fc.constantFrom("https://example.org", "javascript:1", ""),
  })
  .map((record) => record as unknown as MessageEntity);

/** Different styles, each smaller than the one before; the oracle has its own order for equals. */
const nestedEntities = fc
  .tuple(
    fc.shuffledSubarray(["bold", "italic", "underline", "strikethrough", "spoiler", "text_link"], {
      minLength: 1,
    }),
    fc.array(fc.constantFrom([0, 1] as const, [1, 0] as const, [1, 1] as const), {
      minLength: 6,
      maxLength: 6,
    }),
  )
  .map(([types, margins]) => {
    let start = 0;
    let end = 16;
    return types.map((type, index) => {
      const [left, right] = margins[index] ?? [0, 0];
      start += left;
      end -= right;
      return entity(type, start, end - start, type === "text_link" ? { url: "https://example.org/" } : {});
    });
  });

function leaves(body: RichText): readonly string[] {
  return body.flatMap((node) => {
    if ("text" in node) return [node.text];
    return "children" in node ? leaves(node.children) : [];
  });
}

const TAGS: Readonly<Record<string, readonly [string, string]>> = {
  bold: ["<b>", "</b>"],
  italic: ["<i>", "</i>"],
  underline: ["<u>", "</u>"],
  strike: ["<del>", "</del>"],
  spoiler: ['<span class="tg-spoiler">', "</span>"],
  link: ['<a href="https://example.org/">', "</a>"],
};

function html(body: RichText): string {
  return body
    .map((node) => {
      if (node.kind === "text") return node.text;
      const [open, close] = TAGS[node.kind] ?? ["", ""];
      return `${open}${"children" in node ? html(node.children) : ""}${close}`;
    })
    .join("");
}
