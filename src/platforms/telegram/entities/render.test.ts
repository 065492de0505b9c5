// Tree to entities: what Telegram has, what it lacks, and the form in which the server has nothing to repair.

import type { MessageEntity } from "@grammyjs/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Node, type RichText, text, tidy } from "../../../model/rich-text.ts";
import { entitiesToTree } from "./parse.ts";
import { treeToEntities } from "./render.ts";

const bold = (...children: RichText): Node => ({ kind: "bold", children });
const quote = (...children: RichText): Node => ({ kind: "quote", expandable: false, children });
const link = (href: string, ...children: RichText): Node => ({ kind: "link", href, children });

/** The text with every entity as `[type:…]`, for eyes. */
function shown(body: RichText): string {
  const made = treeToEntities(body);
  const at = (index: number) => [
    ...made.entities
      .filter((one) => one.offset + one.length === index)
      .toReversed()
      .map(() => "]"),
    ...made.entities.filter((one) => one.offset === index).map((one) => `[${one.type}:`),
  ];
  return Array.from(
    { length: made.text.length + 1 },
    (_, i) => at(i).join("") + made.text.slice(i, i + 1),
  ).join("");
}

describe("treeToEntities", () => {
  it("gives a block the newlines it needs and no more", () => {
    expect(shown([text("a"), quote(text("q")), text("b")])).toBe("a\n[blockquote:q]\nb");
    expect(shown([text("a\n"), quote(text("q")), text("\nb")])).toBe("a\n[blockquote:q]\nb");
    expect(shown([quote(text("q")), quote(text("r"))])).toBe("[blockquote:q]\n[blockquote:r]");
    expect(shown([text("a"), { kind: "heading", level: 1, children: [] }, text("b")])).toBe("a\nb");
  });

  it("makes a heading bold and a subtext italic, each on its own line", () => {
    const body: RichText = [
      { kind: "heading", level: 2, children: [text("Title")] },
      text("\ntext"),
      { kind: "subtext", children: [text("small")] },
    ];
    expect(shown(body)).toBe("[bold:Title]\ntext\n[italic:small]");
  });

  it("gives lists their marks and nested lists an indent", () => {
    const inner: Node = { kind: "list", ordered: true, start: 3, items: [[text("x")], [text("y")]] };
    const body: RichText = [
      { kind: "list", ordered: false, items: [[text("a\nmore"), inner], [bold(text("b"))]] },
      text("end"),
    ];
    expect(shown(body)).toBe("• a\n    more\n    3. x\n    4. y\n• [bold:b]\nend");
  });

  it("makes one quote of nested ones, for quotes cannot be nested", () => {
    expect(shown([quote(text("a"), quote(text("b")), text("c"))])).toBe("[blockquote:a\nb\nc]");
  });

  it("drops styles around code, and code inside a link", () => {
    expect(shown([bold(text("a "), { kind: "code", text: "b" }, text(" c"))])).toBe(
      "[bold:a ][code:b][bold: c]",
    );
    expect(shown([link("https://example.org", { kind: "code", text: "b" })])).toBe("[text_link:b]");
  });

  it("keeps the language of code and spells out its tabs", () => {
    expect(treeToEntities([{ kind: "pre", text: "a\tb", language: "c" }])).toEqual({
      text: "a    b",
      entities: [{ type: "pre", offset: 0, length: 6, language: "c" }],
    });
  });

  it("links what the server takes and spells out what it would refuse the whole message for", () => {
    expect(shown([link("https://example.org/x", text("here"))])).toBe("[text_link:here]");
    expect(shown([link("tg://resolve?domain=a", text("here"))])).toBe("[text_link:here]");
    expect(shown([link("https://example.org/x", text("https://example.org/x"))])).toBe(
      "https://example.org/x",
    );
    expect(shown([link("https://example.org/x")])).toBe("https://example.org/x");
    expect(shown([link("http://localhost:80/x", text("here"))])).toBe("here (http://localhost:80/x)");
    expect(shown([link("mailto:a@example.org", text("write"))])).toBe("write (a@example.org)");
    expect(shown([link("tel:+551199", text("+551199"))])).toBe("+551199");
    expect(shown([link("javascript:alert(1)", text("here"))])).toBe("here");
  });

  it("shows mentions, conversations and emoji by their words", () => {
    const body: RichText = [
      { kind: "mention", label: "@Ana" },
      text(" "),
      { kind: "conversation", label: "#geral" },
      { kind: "emoji", name: "capivara", id: "1", fallback: ":capivara:" },
      { kind: "emoji", name: "onça", fallback: "" },
    ];
    expect(treeToEntities(body)).toEqual({ text: "@Ana #geral:capivara::onça:", entities: [] });
  });

  it.each([
    ["t", "16:00 UTC", "t"],
    ["T", "16:00:09 UTC", "T"],
    ["d", "2026-11-22 (UTC)", "d"],
    ["D", "2026-11-22 (UTC)", "D"],
    ["f", "2026-11-22 16:00 UTC", "Dt"],
    ["F", "2026-11-22 16:00 UTC", "wDt"],
    ["s", "2026-11-22 16:00 UTC", "dt"],
    ["S", "2026-11-22 16:00:09 UTC", "dT"],
    ["R", "2026-11-22 16:00 UTC", "r"],
    ["?", "2026-11-22 16:00 UTC", "Dt"],
  ])(
    "shows a time of style %s in the reader's own zone, and in UTC where that is unknown",
    (style, said, format) => {
      const at = Date.UTC(2026, 10, 22, 16, 0, 9);
      expect(treeToEntities([{ kind: "time", at, style }])).toEqual({
        text: said,
        entities: [
          {
            type: "date_time",
            offset: 0,
            length: said.length,
            unix_time: at / 1000,
            date_time_format: format,
          },
        ],
      });
    },
  );

  it("shows a time that no calendar has without failing", () => {
    expect(treeToEntities([{ kind: "time", at: 9e15, style: "f" }])).toEqual({ text: "?", entities: [] });
    expect(treeToEntities([{ kind: "time", at: Number.NaN, style: "f" }]).entities).toEqual([]);
  });

  it("trims what the server would trim, but not the indent of code", () => {
    expect(treeToEntities([text(" \n"), bold(text("a\n")), text(" \n")])).toEqual({
      text: "a",
      entities: [{ type: "bold", offset: 0, length: 1 }],
    });
    expect(treeToEntities([{ kind: "pre", text: "  a" }]).text).toBe("  a");
    expect(treeToEntities([bold(text(" ")), text("\n")])).toEqual({ text: "", entities: [] });
  });

  it("replaces control characters and lone surrogates, and drops what turns text around", () => {
    expect(treeToEntities([text("a\r\nb\u0007c\td\u202Ee\uD83D")]).text).toBe("a\nb c de\uFFFD");
  });

  it("keeps spoilers and links when there are more entities than a message may have", () => {
    const many: Node[] = Array.from({ length: 120 }, (_, i) => [bold(text(`b${i}`)), text(" ")]).flat();
    const secret: Node = { kind: "spoiler", children: [text("secret")] };
    const { entities } = treeToEntities([
      ...many,
      secret,
      text(" "),
      link("https://example.org", text("here")),
    ]);
    expect(entities).toHaveLength(100);
    expect(entities.slice(-2).map((one) => one.type)).toEqual(["spoiler", "text_link"]);
    expect(entities[0]).toEqual({ type: "bold", offset: 0, length: 2 });
  });

  it("keeps entity data below what the server takes", () => {
    const far = (i: number) => link(`https://example.org/${"x".repeat(500)}${i}`, text(`l${i}`));
    const { entities } = treeToEntities(Array.from({ length: 50 }, (_, i) => [far(i), text(" ")]).flat());
    const bytes = entities.reduce((sum, one) => sum + 20 + ("url" in one ? one.url.length : 0), 0);
    expect(entities.length).toBeGreaterThan(10);
    expect(bytes).toBeLessThanOrEqual(9_000);
  });
});

const word = fc.constantFrom("oi", "tudo bem", "é 😀", "👩‍👩‍👧", "x_y*z", "fim.");
const inline = fc.letrec<{ node: Node; body: RichText }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    word.map(text),
    fc.record({
      kind: fc.constantFrom("bold" as const, "italic" as const, "underline" as const, "spoiler" as const),
      children: tie("body"),
    }),
    tie("body").map((children): Node => ({ kind: "strike", children })),
    fc
      .array(word, { minLength: 1, maxLength: 2 })
      .map((all): Node => link("https://example.org/a", text(all.join(" ")))),
    word.map((value): Node => ({ kind: "code", text: value })),
    fc
      .constantFrom("R", "t", "T", "d", "D", "f", "F", "s", "S")
      .map((style): Node => ({ kind: "time", at: 5000, style })),
  ),
  body: fc.array(tie("node"), { minLength: 1, maxLength: 4 }),
}));

const block: fc.Arbitrary<Node> = fc.oneof(
  fc.record({ kind: fc.constant("quote" as const), expandable: fc.boolean(), children: inline.body }),
  fc.constantFrom<Node>({ kind: "pre", text: "a\n  b" }, { kind: "pre", text: "c", language: "js" }),
);

/** Lines of text and blocks, each with its own newline: the form in which Telegram's texts arrive. */
const document = fc
  .array(
    fc.oneof(
      inline.body,
      block.map((node): RichText => [node]),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((lines): RichText => lines.flatMap((line, index) => (index === 0 ? line : [text("\n"), ...line])));

const anyTree = fc.letrec<{ node: Node; body: RichText }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: "grapheme" }).map(text),
    fc.string({ unit: "binary" }).map(text),
    fc.constantFrom("\n", " ", "\t", "").map(text),
    fc.record({
      kind: fc.constantFrom("bold" as const, "italic" as const, "spoiler" as const, "subtext" as const),
      children: tie("body"),
    }),
    fc.record({ kind: fc.constant("quote" as const), expandable: fc.boolean(), children: tie("body") }),
    fc.record({
      kind: fc.constant("heading" as const),
      level: fc.constant(1 as const),
      children: tie("body"),
    }),
    fc.record({ kind: fc.constant("list" as const), ordered: fc.boolean(), items: fc.array(tie("body")) }),
    fc.record({ kind: fc.constant("link" as const), href: fc.webUrl(), children: tie("body") }),
    fc.record({
      kind: fc.constantFrom("code" as const, "pre" as const),
      text: fc.string({ unit: "grapheme" }),
    }),
    fc.record({ kind: fc.constant("time" as const), at: fc.integer(), style: fc.constantFrom("t", "R") }),
  ),
  body: fc.array(tie("node"), { maxLength: 4 }),
}));

function end(entity: MessageEntity): number {
  return entity.offset + entity.length;
}

/** Nested or apart, as Bot API 10.1 (formatting options) demands. */
function fits(outer: MessageEntity, inner: MessageEntity): boolean {
  if (inner.offset >= end(outer)) return true;
  const styles = ["bold", "italic", "underline", "strikethrough", "spoiler"];
  const quotes = ["blockquote", "expandable_blockquote"];
  const holds = styles.includes(outer.type) ? !["code", "pre"].includes(inner.type) : true;
  const both = styles.includes(outer.type) || styles.includes(inner.type) || quotes.includes(outer.type);
  const nestedQuotes = quotes.includes(outer.type) && quotes.includes(inner.type);
  return (
    end(inner) <= end(outer) &&
    holds &&
    both &&
    !nestedQuotes &&
    outer.type !== "code" &&
    outer.type !== "pre"
  );
}

describe("treeToEntities as a property", () => {
  it("is undone by entitiesToTree for every tidy tree that Telegram can hold", () => {
    fc.assert(
      fc.property(document, (body) => {
        const tree = representable(body);
        const made = treeToEntities(tree);
        fc.pre(made.entities.length < 100);
        expect(entitiesToTree(made.text, made.entities)).toEqual(tree);
      }),
      { numRuns: 500 },
    );
  });

  it("makes of any tree entities that lie inside the text, split no pair and are nested properly", () => {
    fc.assert(
      fc.property(anyTree.body, (body) => {
        const { text: value, entities } = treeToEntities(body);
        expect(value).toBe(value.toWellFormed());
        expect(value.trimEnd()).toBe(value);
        entities.forEach((one, index) => {
          expect(one.length).toBeGreaterThan(0);
          expect(end(one)).toBeLessThanOrEqual(value.length);
          const covered = value.slice(one.offset, end(one));
          expect(covered.isWellFormed() && covered === covered.replace(/^\n+|\n+$/g, "")).toBe(true);
          expect(covered.trim()).not.toBe("");
          for (const later of entities.slice(index + 1)) expect(fits(one, later)).toBe(true);
        });
      }),
      { numRuns: 500 },
    );
  });
});

/** The generated tree without what Telegram cannot hold: a style within itself, or around code. */
function representable(body: RichText, around: readonly string[] = []): RichText {
  return tidy(
    body.flatMap((node): RichText => {
      if (node.kind === "code" && around.some((kind) => kind !== "quote")) return [text(node.text)];
      if (!("children" in node)) return [node];
      if (around.includes(node.kind)) return representable(node.children, around);
      return [{ ...node, children: representable(node.children, [...around, node.kind]) }];
    }),
  );
}
