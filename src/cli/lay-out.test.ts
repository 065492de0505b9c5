import { expect, it } from "vitest";
import { fieldLines, harmless, tableLines } from "./lay-out.ts";

it("sets cells below each other, without spaces at the end", () => {
  expect(
    tableLines([
      ["a", "bb", "c"],
      ["aaa", "b", ""],
    ]),
  ).toEqual(["a    bb  c", "aaa  b"]);
});

it("sets a value's further lines below its first", () => {
  expect(
    fieldLines([
      ["Name", "x"],
      ["T", "1\n2"],
    ]),
  ).toEqual(["Name  x", "T     1", "      2"]);
});

it("takes from words what would steer the terminal, and leaves the rest", () => {
  expect(harmless("a\u001b[2Jb\rc\u202ed\u009be")).toBe("a\ufffd[2Jb\ufffdc\ufffdd\ufffde");
  expect(harmless("olá\n\t👋🏽 ça")).toBe("olá\n\t👋🏽 ça");
});
