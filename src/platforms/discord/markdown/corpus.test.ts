// Reads Discord's column of the shared table of formatted texts, both ways.

import { describe, expect, it } from "vitest";
import { RICH_TEXT } from "../../../../test/corpus/rich-text.ts";
import { parseMarkdown } from "./parse.ts";
import { renderMarkdown } from "./render.ts";

const context = {
  account: "discord",
  mentionUser: () => undefined,
  role: () => undefined,
  channel: () => undefined,
};

describe("the shared table", () => {
  it.each(RICH_TEXT.map((row) => [row.name, row] as const))("%s", (_name, row) => {
    expect(renderMarkdown(row.tree)).toBe(row.discord);
    expect(parseMarkdown(row.discord, context)).toEqual(row.reads ?? row.tree);
  });
});
