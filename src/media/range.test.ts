// Range headers: one span is obeyed, what cannot be met is told, all else is the whole file.

import { expect, it } from "vitest";
import { readRange } from "./range.ts";

it.each([
  ["bytes=0-0", { from: 0, to: 1 }],
  ["bytes=10-19", { from: 10, to: 20 }],
  ["bytes=90-", { from: 90, to: 100 }],
  ["bytes=90-1000", { from: 90, to: 100 }],
  ["bytes=-5", { from: 95, to: 100 }],
  ["bytes=-500", { from: 0, to: 100 }],
  ["bytes=99-99", { from: 99, to: 100 }],
  ["bytes=100-", "none"],
  ["bytes=-0", "none"],
  [undefined, "all"],
  ["bytes=-", "all"],
  ["bytes=5-4", "all"],
  ["bytes=0-1,3-4", "all"],
  ["items=0-1", "all"],
  ["bytes=a-b", "all"],
  ["bytes=0-99999999999999999999", "all"],
  ["", "all"],
])("%s of 100 bytes", (header, span) => {
  expect(readRange(header, 100)).toEqual(span);
});

it("has nothing to give of an empty file", () => {
  expect([readRange("bytes=0-", 0), readRange("bytes=-1", 0), readRange(undefined, 0)]).toEqual([
    "none",
    "none",
    "all",
  ]);
});
