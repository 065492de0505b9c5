// "Did you mean": slips of the finger are seen through, other words are not forced into a suggestion.

import * as fc from "fast-check";
import { expect, it } from "vitest";
import { editDistance, nearest } from "./suggest.ts";

const known = ["token", "platform", "public_url", "listen", "tls"];

it.each([
  ["tokn", "token"],
  ["tokne", "token"],
  ["Token", "token"],
  ["plattform", "platform"],
  ["publicurl", "public_url"],
  ["public-url", "public_url"],
  ["lisent", "listen"],
  ["tsl", "tls"],
  ["certificate", undefined],
  ["x", undefined],
])("%s: %s", (word, suggestion) => {
  expect(nearest(word, known)).toBe(suggestion);
});

it("measures a distance: zero for the same, the same both ways, never more than the longer word", () => {
  const word = fc.string({ maxLength: 12, unit: fc.constantFrom("a", "b", "c") });
  fc.assert(
    fc.property(word, word, (a, b) => {
      expect(editDistance(a, b) === 0).toBe(a === b);
      expect(editDistance(a, b)).toBe(editDistance(b, a));
      expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});
