// The rules by which entities are repaired, cleaned, trimmed and found.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Entity } from "../types.ts";
import { repairEntities } from "./entities-repair.ts";
import { codePoints, formatText } from "./formatted-text.ts";

const e = (type: string, offset: number, length: number, more: object = {}): Entity => ({
  type,
  offset,
  length,
  ...more,
});
const spans = (entities: readonly Entity[]) =>
  entities.map(({ type, offset, length }) => [type, offset, length]);

const TYPES = [
  "bold",
  "italic",
  "underline",
  "spoiler",
  "code",
  "pre",
  "text_link",
  "blockquote",
  "custom_emoji",
];
const anyEntities = fc.array(
  fc.record({
    type: fc.constantFrom(...TYPES),
    offset: fc.nat(20),
    length: fc.integer({ min: -2, max: 12 }),
  }),
  { maxLength: 12 },
);
const contains = (a: Entity, b: Entity) => a.offset <= b.offset && a.offset + a.length >= b.offset + b.length;
const apart = (a: Entity, b: Entity) => a.offset + a.length <= b.offset || b.offset + b.length <= a.offset;

describe("repair", () => {
  it("splits a style that crosses another at its end", () => {
    expect(spans(repairEntities([e("bold", 0, 5), e("italic", 3, 5)]))).toEqual([
      ["bold", 0, 5],
      ["italic", 3, 2],
      ["italic", 5, 3],
    ]);
  });
  it("splits a style at a link that crosses it, and keeps the link whole", () => {
    expect(spans(repairEntities([e("bold", 0, 5), e("text_link", 3, 5)]))).toEqual([
      ["bold", 0, 3],
      ["text_link", 3, 5],
      ["bold", 3, 2],
    ]);
  });
  it("drops styles inside code and pre", () => {
    expect(spans(repairEntities([e("bold", 0, 9), e("code", 3, 3)]))).toEqual([
      ["bold", 0, 3],
      ["code", 3, 3],
      ["bold", 6, 3],
    ]);
  });
  it("drops the second of two links that cross, and a quote in a quote", () => {
    expect(spans(repairEntities([e("text_link", 0, 5), e("text_link", 3, 5)]))).toEqual([
      ["text_link", 0, 5],
    ]);
    expect(spans(repairEntities([e("blockquote", 0, 9), e("blockquote", 2, 3)]))).toEqual([
      ["blockquote", 0, 9],
    ]);
  });
  it("joins touching parts of one style", () => {
    expect(spans(repairEntities([e("bold", 0, 3), e("bold", 3, 3)]))).toEqual([["bold", 0, 6]]);
  });
  it("always gives properly nested, non-empty entities, and changes them no further", () => {
    fc.assert(
      fc.property(anyEntities, (entities) => {
        const fixed = repairEntities(entities);
        for (const [i, a] of fixed.entries()) {
          expect(a.length).toBeGreaterThan(0);
          for (const b of fixed.slice(i + 1))
            expect(apart(a, b) || contains(a, b) || contains(b, a)).toBe(true);
        }
        expect(repairEntities(fixed).length).toBe(fixed.length);
      }),
    );
  });
  it("never styles a letter that was not styled", () => {
    fc.assert(
      fc.property(anyEntities, (entities) => {
        for (const fixed of repairEntities(entities)) {
          for (let at = fixed.offset; at < fixed.offset + fixed.length; at++) {
            const given = entities.some(
              (o) => o.type === fixed.type && o.offset <= at && at < o.offset + o.length,
            );
            expect(given).toBe(true);
          }
        }
      }),
    );
  });
});

describe("text", () => {
  it("loses spaces and newlines at both ends, entities move along", () => {
    expect(formatText(" \n a b \n", [e("bold", 5, 3)])).toEqual({ text: "a b", entities: [e("bold", 2, 1)] });
  });
  it("keeps leading spaces inside an entity", () => {
    expect(formatText("  code", [e("pre", 0, 6)])).toEqual({ text: "  code", entities: [e("pre", 0, 6)] });
  });
  it("gets spaces for control characters and loses carriage returns", () => {
    expect(formatText("a\tb\r\nc\u0007d\u2028e", [e("bold", 5, 1)])).toEqual({
      text: "a b\nc de",
      entities: [e("bold", 4, 1)],
    });
  });
  it("is counted in code points, not in UTF-16 units", () => {
    expect(codePoints("a👍é")).toBe(3);
  });
  it("refuses offsets outside of it and inside a surrogate pair", () => {
    expect(() => formatText("abc", [e("bold", 1, 3)])).toThrow(
      "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4",
    );
    expect(() => formatText("abc", [e("bold", 4, 1)])).toThrow("entity begins after the end of the text");
    expect(() => formatText("a👍b", [e("bold", 2, 2)])).toThrow(
      "entity begins in a middle of a UTF-16 symbol",
    );
    expect(() => formatText("a👍b", [e("bold", 0, 2)])).toThrow("entity ends in a middle of a UTF-16 symbol");
  });
  it("never grows or throws for entities within it", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 30 }), (text) => {
        const out = formatText(text, text === "" ? [] : [e("bold", 0, text.length)]);
        expect(out.text.length).toBeLessThanOrEqual(text.length);
        for (const { offset, length } of out.entities)
          expect(offset + length).toBeLessThanOrEqual(out.text.length);
      }),
    );
  });
});

describe("detection", () => {
  const found = (text: string, given: readonly Entity[] = []) =>
    formatText(text, given).entities.map((x) => [x.type, text.slice(x.offset, x.offset + x.length)]);

  it("marks links, mentions, hashtags, commands and addresses", () => {
    expect(
      found("/start@ponte_bot see https://a.org/b(c). or matebot.org/x, ask @ana_b #praça a@b.com $BRL"),
    ).toEqual([
      ["bot_command", "/start@ponte_bot"],
      ["url", "https://a.org/b(c)"],
      ["url", "matebot.org/x"],
      ["mention", "@ana_b"],
      ["hashtag", "#praça"],
      ["email", "a@b.com"],
      ["cashtag", "$BRL"],
    ]);
  });
  it("marks nothing inside code and links", () => {
    expect(found("a https://a.org b", [e("code", 0, 17)])).toEqual([["code", "a https://a.org b"]]);
    expect(found("see @everyone", [e("text_link", 0, 13, { url: "http://x/" })])).toEqual([
      ["text_link", "see @everyone"],
    ]);
  });
  it("leaves plain words alone", () => {
    expect(found("3/4 of e.g. file.txt cost #1 or 5$ @ab")).toEqual([]);
  });
});
