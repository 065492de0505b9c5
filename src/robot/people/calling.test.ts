// Who is called by @name becomes a mention, and nothing else changes.

import fc from "fast-check";
import { expect, it } from "vitest";
import type { UserRef } from "../../model/refs.ts";
import { type Node, plainText, text } from "../../model/rich-text.ts";
import { withCalls } from "./calling.ts";

const ana: UserRef = { account: "telegram", id: "11" };
const whose = (handle: string) => (handle.toLowerCase() === "ana_b" ? ana : undefined);
const call = (label = "@ana_b"): Node => ({ kind: "mention", user: ana, label });

it.each<[string, readonly Node[]]>([
  ["@ana_b", [call()]],
  ["oi @ANA_B!", [text("oi "), call("@ANA_B"), text("!")]],
  ["@ana_b @ana_b", [call(), text(" "), call()]],
  ["@zeca e @ana_b", [text("@zeca e "), call()]],
  ["a@ana_b.org", [text("a@ana_b.org")]],
  ["x.org/@ana_b", [text("x.org/@ana_b")]],
  ["@ana_bc", [text("@ana_bc")]],
  ["@@ana_b", [text("@@ana_b")]],
])("%j", (words, expected) => {
  expect(withCalls([text(words)], whose)).toEqual(expected);
});

it("also within styles and lists, never within links and code", () => {
  const inside = [text("@ana_b")];
  const link: Node = { kind: "link", href: "https://a.org", children: inside };
  const code: Node = { kind: "code", text: "@ana_b" };
  const bold: Node = { kind: "bold", children: inside };
  const list: Node = { kind: "list", ordered: false, items: [inside] };
  expect(withCalls([link, code, bold, list], whose)).toEqual([
    link,
    code,
    { kind: "bold", children: [call()] },
    { kind: "list", ordered: false, items: [[call()]] },
  ]);
});

it("never changes what people read", () => {
  const words = fc.array(fc.constantFrom("@", "ana_b", " ", "é", "\n", "@ana_b", ".", "/", "@zeca"), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(words, (parts) => {
      expect(plainText(withCalls([text(parts.join(""))], whose))).toBe(parts.join(""));
    }),
  );
});
