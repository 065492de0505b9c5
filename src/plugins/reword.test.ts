// Other words for a message: what stayed keeps its formatting, and the words are exactly those that were asked for.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Node, plainText, type RichText, text } from "../model/rich-text.ts";
import { reworded } from "./reword.ts";

const bold = (words: string): Node => ({ kind: "bold", children: [text(words)] });
const mention: Node = { kind: "mention", label: "@ana", user: { account: "t", id: "1" } };

describe("reworded", () => {
  it.each<[string, RichText, string, RichText]>([
    ["words behind", [bold("oi")], "oi ☕", [bold("oi"), text(" ☕")]],
    ["words before", [bold("oi")], "☕ oi", [text("☕ "), bold("oi")]],
    [
      "a word in the middle",
      [text("a "), bold("b c"), text(" d")],
      "a b x d",
      [text("a "), bold("b "), text("x d")],
    ],
    [
      "several words",
      [text("damn "), bold("very"), text(" damn")],
      "x very x",
      [text("x "), bold("very"), text(" x")],
    ],
    ["all", [bold("oi")], "tchau", [text("tchau")]],
    ["nothing left", [bold("oi")], "", []],
    ["words around a mention", [mention, text(" veio")], "e @ana veio", [text("e "), mention, text(" veio")]],
    [
      "a part of a link",
      [{ kind: "link", href: "https://x", children: [text("a b")] }],
      "a c",
      [{ kind: "link", href: "https://x", children: [text("a ")] }, text("c")],
    ],
  ])("changes %s", (_, body, changed, expected) => {
    expect(reworded(body, changed)).toEqual(expected);
  });

  it("says exactly what was asked for, whatever it was before", () => {
    const words = fc.string({ unit: "grapheme", maxLength: 40 });
    const body: fc.Arbitrary<RichText> = fc.array(
      fc.oneof(words.map(text), words.map(bold), fc.constant(mention)),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(body, words, fc.nat(20), (was, put, at) => {
        const old = plainText(was);
        const changed = old.slice(0, at) + put + old.slice(at + 3);
        expect(plainText(reworded(was, changed))).toBe(changed);
      }),
    );
  });

  it("needs no more than a moment for a long message in other words", () => {
    const was = Array.from({ length: 2_000 }, (_, i) => `w${i}`).join(" ");
    const since = performance.now();
    const changed = [...was].reverse().join("");
    expect(plainText(reworded([text(was)], changed))).toBe(changed);
    expect(performance.now() - since).toBeLessThan(500);
  });
});
