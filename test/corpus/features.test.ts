// Holds docs/features.md to the tables and the corpus it is made from; MATEBOT_WRITE=1 writes it anew.

import { readFileSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { featuresPage } from "./features.ts";

const page = new URL("../../docs/features.md", import.meta.url);

it("docs/features.md says what the parsers do (npm run features writes it anew)", () => {
  const made = featuresPage();
  if (process.env.MATEBOT_WRITE) writeFileSync(page, made);
  expect(readFileSync(page, "utf8")).toBe(made);
});
