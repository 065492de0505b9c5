// Buttons as Discord takes them: what it has no room for is left out, and the message still goes.

import { expect, it } from "vitest";
import { rowsOf } from "./components.ts";

const link = (length: number) => ({ label: "Open", href: `https://example.org/${"a".repeat(length - 20)}` });

it("leaves out a link that is longer than Discord takes, and the row that has no other", () => {
  const press = { label: "Yes", action: "a:yes" };
  const [first, ...others] = rowsOf([[link(513), press], [link(513)]]) as readonly {
    components: readonly { label: string }[];
  }[];
  expect(first?.components.map(({ label }) => label)).toEqual(["Yes"]);
  expect(others).toEqual([]);
  expect(rowsOf([[link(512)]])).toHaveLength(1);
});
