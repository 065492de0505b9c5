// Reads Telegram's column of the shared table of formatted texts.

import { describe, expect, it } from "vitest";
import { RICH_TEXT } from "../../../../test/corpus/rich-text.ts";
import { treeToEntities } from "./render.ts";

describe("the shared table", () => {
  it.each(RICH_TEXT.map((row) => [row.name, row] as const))("%s", (_name, row) => {
    const { text, entities } = treeToEntities(row.tree);
    expect([text, ...entities.map((entity) => Object.values(entity))]).toEqual(row.telegram);
  });
});
