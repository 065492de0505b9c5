// What counts as a command, and how values are told apart.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { folded, tokens, typedCommand } from "./words.ts";

describe("a command", () => {
  it.each([
    ["/ponte", { name: "ponte", rest: "" }],
    ["/Ponte@Mate_Bot  ABC 123 ", { name: "ponte", handle: "mate_bot", rest: "ABC 123" }],
    ["  /dado 2d6", { name: "dado", rest: "2d6" }],
    ["/opções", { name: "opcoes", rest: "" }],
    ["/dado\n20", { name: "dado", rest: "20" }],
    ["/boas-vindas oi", { name: "boas-vindas", rest: "oi" }],
  ])("is %j", (text, typed) => {
    expect(typedCommand(text)).toEqual(typed);
  });

  it.each([
    "/",
    "//",
    "/usr/bin",
    "ponte",
    "a /ponte",
    "/ ponte",
    `/${"x".repeat(33)}`,
    "/ponte!",
    "¿/ponte",
  ])("is not %j", (text) => {
    expect(typedCommand(text)).toBeUndefined();
  });

  it("never throws, whatever somebody writes", () => {
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void typedCommand(`/${text}`)));
  });
});

it("is the same word with and without accents", () => {
  expect(folded("Boas-Vindas Ação")).toBe("boas-vindas acao");
});

it("keeps together what stands between quotes", () => {
  expect(tokens('um "dois três" “quatro cinco” seis').map(({ word }) => word)).toEqual([
    ...["um", "dois três", "quatro cinco", "seis"],
  ]);
});
