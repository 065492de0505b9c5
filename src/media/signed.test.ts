// Signed paths: what we made is read, whatever is changed in it is not.

import fc from "fast-check";
import { expect, it } from "vitest";
import { createSigner } from "./signed.ts";

const signer = createSigner(Buffer.alloc(32, 1), "link");
const until = Date.UTC(2026, 0, 20);

it("reads what it signed", () => {
  expect(signer.read(signer.sign("some-id", until))).toEqual({ id: "some-id", until });
});

it("reads nothing in which a character was changed, added or taken away", () => {
  const path = signer.sign("some-id", until);
  const spot = fc.nat({ max: path.length - 1 });
  const char = fc.constantFrom(..."abcXYZ019-_/");
  fc.assert(
    fc.property(spot, char, (at, other) => {
      const changed = path.slice(0, at) + other + path.slice(at + 1);
      if (changed !== path) expect(signer.read(changed)).toBeUndefined();
      expect(signer.read(path.slice(0, at))).toBeUndefined();
      expect(signer.read(path + other)).toBeUndefined();
    }),
  );
});

it("reads nothing that was signed with another key or for another purpose", () => {
  const path = signer.sign("some-id", until);
  expect(createSigner(Buffer.alloc(32, 2), "link").read(path)).toBeUndefined();
  expect(createSigner(Buffer.alloc(32, 1), "picture").read(path)).toBeUndefined();
});

it("names the same the same, and tells nothing of it", () => {
  const source = "https://files.example.org/bot123:secret/x";
  const name = signer.name(source);
  expect(name).toMatch(/^[\w-]{22}$/);
  expect(signer.name(source)).toBe(name);
  expect(createSigner(Buffer.alloc(32, 2), "link").name(source)).not.toBe(name);
});
