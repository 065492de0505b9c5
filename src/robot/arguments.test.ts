// What stands behind a command becomes typed values, or a refusal that names the argument and shows an example.

import { describe, expect, it } from "vitest";
import type { Asked } from "../model/ask.ts";
import { loadTexts } from "../texts.ts";
import { readArguments } from "./arguments.ts";
import type { Argument, Command } from "./command.ts";

const each = <T>(value: T) => ({ "pt-BR": value, en: value, es: value });
const command = (args: readonly Argument[]): Command => ({
  ...{ name: "demo", texts: "none", args, answer: () => ({}) },
  words: {
    ...{ names: each("demo"), aliases: each([]), about: each("…"), example: each("demo 3 sim") },
    args: Object.fromEntries(args.map(({ key }) => [key, { name: each(`<${key}>`), about: each("…") }])),
  },
});

function read(
  args: readonly Argument[],
  words: string,
  more: Partial<Extract<Asked, { kind: "command" }>> = {},
) {
  const asked = { kind: "command", name: "demo", words, files: [], ...more } as const;
  const textsOf = (language: "pt-BR" | "en" | "es") => loadTexts(language);
  const reader = { command: command(args), language: "pt-BR", texts: loadTexts("pt-BR"), textsOf } as const;
  try {
    return readArguments(asked, reader);
  } catch (error) {
    const { key, values } = error as { key: string; values: Record<string, string | number> };
    return loadTexts("pt-BR")(key, values);
  }
}

const faces: Argument = { key: "faces", type: "integer", min: 2, max: 100, isRequired: true };
const words: Argument = { key: "words", type: "text", rest: true };

describe("words", () => {
  it("become numbers, yes or no in any language, choices and the rest", () => {
    const args: readonly Argument[] = [
      ...[faces, { key: "on", type: "boolean" }, { key: "way", type: "choice", choices: ["up", "down"] }],
      words,
    ] as readonly Argument[];
    expect(read(args, "20 ligado UP  o resto  todo ")).toEqual({
      faces: 20,
      on: true,
      way: "up",
      words: "o resto  todo",
    });
    expect(read(args, "20 off")).toEqual({ faces: 20, on: false });
  });

  it("leave out what is not required and does not fit", () => {
    const args: readonly Argument[] = [{ key: "count", type: "integer" }, words];
    expect(read(args, "dois cafés")).toEqual({ words: "dois cafés" });
    expect(read(args, "2 cafés")).toEqual({ count: 2, words: "cafés" });
  });

  it.each([
    ["", "Falta dizer: <faces>. Por exemplo: /demo 3 sim"],
    [
      "vinte",
      "“vinte” não serve para <faces>: espero um número inteiro de 2 a 100. Por exemplo: /demo 3 sim",
    ],
    ["101", "“101” não serve para <faces>: espero um número inteiro de 2 a 100. Por exemplo: /demo 3 sim"],
    ["2.5", "“2.5” não serve para <faces>: espero um número inteiro de 2 a 100. Por exemplo: /demo 3 sim"],
    ["6 e mais", "“e” sobrou: esse comando não espera isso. Por exemplo: /demo 3 sim"],
  ])("that are wrong (%j) are told why", (given, refusal) => {
    expect(read([faces], given)).toBe(refusal);
  });

  it("that are too long are refused with the limit", () => {
    expect(read([{ ...words, most: 5 } as Argument], "abcdef")).toContain("5 caracteres");
  });

  it("are not looked at where the command takes none", () => {
    expect(read([], "seja o que for")).toEqual({});
  });

  it("need no file when one is attached or answered", () => {
    const file: Argument = { key: "picture", type: "file", isRequired: true };
    expect(read([file], "")).toContain("Falta dizer: <picture>");
    const photo = { kind: "photo", account: "telegram" } as const;
    expect(read([file], "", { files: [photo] })).toEqual({});
    const ref = { conversation: { account: "telegram", id: "1" }, id: "2" };
    expect(read([file], "", { about: { ref, files: [photo] } })).toEqual({});
  });
});

describe("options of a platform that knows types", () => {
  it("are checked all the same", () => {
    expect(read([faces], "", { options: { faces: 6 } })).toEqual({ faces: 6 });
    expect(read([faces], "", { options: { faces: 1 } })).toContain("de 2 a 100");
  });
});
