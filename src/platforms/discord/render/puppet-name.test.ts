// States which names come out for Discord's puppets: always such that Discord accepts, never without a trace of who speaks.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Author } from "../../../model/message.ts";
import { puppetName } from "./puppet-name.ts";

const named = (name: string, username?: string): Author =>
  username === undefined ? { kind: "person", name } : { kind: "person", name, username };

describe("puppetName", () => {
  it.each([
    ["an ordinary name stays", named("Ana Souza"), "Ana Souza"],
    ["emoji stay", named("Zé 🎸"), "Zé 🎸"],
    ["discord is broken", named("Discord"), "D\u200aiscord"],
    ["clyde is broken anywhere", named("Bonnie & CLYDE"), "Bonnie & C\u200aLYDE"],
    ["here is broken", named("here"), "h\u200aere"],
    ["everyone is broken", named("Everyone"), "E\u200averyone"],
    ["a fence is broken", named("```x"), "`\u200a``x"],
    ["invisible characters do not hide a word", named("dis\u200bcord"), "d\u200aiscord"],
    ["lines and controls are spaces or nothing", named("a\n\u0000b"), "a b"],
    ["an invisible name is the user name", named("\u3164\u200b", "ana"), "ana"],
    ["nothing at all is an ellipsis", named(" \u2800 "), "…"],
  ] as const)("%s", (_name, author, expected) => {
    expect(puppetName(author)).toBe(expected);
  });

  it("a long name is cut between characters", () => {
    const name = puppetName(named("👨‍👩‍👧‍👦é".repeat(40)));
    expect(name.endsWith("…")).toBe(true);
    expect(name.length).toBeLessThanOrEqual(80);
    expect(name.isWellFormed()).toBe(true);
  });

  it("always passes the rules", () => {
    const parts = fc.constantFrom(
      "discord",
      "Clyde",
      "HERE",
      "everyone",
      "`",
      "```",
      "\u200b",
      "\u200a",
      " ",
      "😀",
      "a",
    );
    const names = fc.oneof(
      fc.array(parts, { maxLength: 30 }).map((words) => words.join("")),
      fc.string({ unit: "binary", maxLength: 200 }),
    );
    fc.assert(
      fc.property(names, fc.option(names, { nil: undefined }), (name, username) => {
        const made = puppetName(named(name, username));
        expect(made).not.toMatch(/clyde|discord|here|everyone|```/i);
        expect(made.trim()).toBe(made);
        expect(made.length).toBeGreaterThanOrEqual(1);
        expect(made.length).toBeLessThanOrEqual(80);
        expect(made).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
        expect(made).toMatch(/[\p{L}\p{N}\p{P}\p{S}]/u);
      }),
      { numRuns: 2000 },
    );
  });
});
