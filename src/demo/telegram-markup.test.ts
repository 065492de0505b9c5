import { describe, expect, it } from "vitest";
import { readTelegramMarkup } from "./telegram-markup.ts";

describe("what is typed on the demo's Telegram side", () => {
  it.each([
    { name: "plain text stays plain", in: "oi", text: "oi", entities: [] },
    {
      name: "two stars are bold",
      in: "a **b** c",
      text: "a b c",
      entities: [{ type: "bold", offset: 2, length: 1 }],
    },
    {
      name: "marks nest",
      in: "**a __b__**",
      text: "a b",
      entities: [
        { type: "bold", offset: 0, length: 3 },
        { type: "italic", offset: 2, length: 1 },
      ],
    },
    {
      name: "nothing inside code is markup",
      in: "`**x**`",
      text: "**x**",
      entities: [{ type: "code", offset: 0, length: 5 }],
    },
    {
      name: "a fence keeps its language",
      in: "```ts\nlet a\n```",
      text: "let a\n",
      entities: [{ type: "pre", offset: 0, length: 6, language: "ts" }],
    },
    { name: "a mark that is never closed is text", in: "2 ** 3", text: "2 ** 3", entities: [] },
  ])("$name", (row) => {
    expect(readTelegramMarkup(row.in)).toEqual({ text: row.text, entities: row.entities });
  });
});
