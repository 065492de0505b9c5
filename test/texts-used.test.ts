// Every text that is said is there, every text that is there is said, and nobody says a word that is no text.

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync, Visitor } from "oxc-parser";
import { describe, expect, it } from "vitest";
import { LANGUAGES, localesFolder, readMessages } from "../src/texts.ts";

const root = join(import.meta.dirname, "..");
const sources = globSync(["src/**/*.ts", "console/**/*.ts", "examples/**/*.ts"], { cwd: root })
  .filter((path) => !path.endsWith(".test.ts"))
  .sort();

interface Literal {
  readonly path: string;
  readonly line: number;
  /** The static pieces: one for a string, several for a template with values between them. */
  readonly pieces: readonly string[];
}

/** What a person could read without any locale having said it. */
interface Spoken {
  readonly path: string;
  readonly line: number;
  readonly words: string;
}

const literals: Literal[] = [];
/** What `Command.texts` holds of commands that bring their own words. */
const prefixes = new Set<string>();
const spoken: Spoken[] = [];

/** Fields whose value somebody reads. */
const READ_FIELDS = new Set([
  "text",
  "label",
  "content",
  "title",
  "description",
  "placeholder",
  "hint",
  "toast",
  "message",
]);
/** What says its first argument to somebody. */
const SAYING = new Set(["said", "UserError", "Refusal", "text"]);

/**
 * Who speaks for somebody else: the simulators say what the real servers say; who writes a plugin reads what is wrong with
 * it in English, as the API is; a language is called by its own name.
 */
const OTHERS =
  /^(src\/sandbox\/|src\/plugins\/(sheet|wire|api|declare)\.ts|console\/language\.ts|examples\/)/;

/** Two words at least, one of them with letters: an id, a code or a mark is none. */
function isSentence(value: string): boolean {
  return /\p{L}{2,}\s+\p{L}{2,}/u.test(value) || /[áàâãéêíóôõúçñ¿¡]/i.test(value);
}

for (const path of sources) {
  const code = readFileSync(join(root, path), "utf8");
  const lineOf = (offset: number) => code.slice(0, offset).split("\n").length;
  const { program } = parseSync(path, code);
  const stringIn = (node: { type: string; value?: unknown } | undefined) =>
    node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
  const note = (node: { start: number; type: string; value?: unknown } | undefined) => {
    const words = stringIn(node);
    if (node && words !== undefined && isSentence(words) && !OTHERS.test(path))
      spoken.push({ path, line: lineOf(node.start), words });
  };
  new Visitor({
    Literal(node) {
      if (typeof node.value === "string")
        literals.push({ path, line: lineOf(node.start), pieces: [node.value] });
    },
    TemplateLiteral(node) {
      const pieces = node.quasis.map(({ value }) => value.cooked ?? "");
      literals.push({ path, line: lineOf(node.start), pieces });
    },
    Property(node) {
      const key = node.key as { name?: string; value?: unknown };
      const prefix = key.name === "texts" ? stringIn(node.value as never) : undefined;
      if (prefix !== undefined) prefixes.add(prefix);
      if (READ_FIELDS.has(key.name ?? String(key.value))) note(node.value as never);
    },
    CallExpression(node) {
      const callee = node.callee as { name?: string };
      if (callee.name !== undefined && SAYING.has(callee.name)) note(node.arguments[0] as never);
    },
    NewExpression(node) {
      const callee = node.callee as { name?: string };
      if (callee.name !== undefined && SAYING.has(callee.name)) note(node.arguments[0] as never);
    },
  }).visit(program);
}

const keys = [...readMessages(localesFolder(), "en").keys()];
const areas = new Set(keys.map((key) => key.split(".")[0] ?? ""));
const known = new Set(keys);
const escaped = (piece: string) => piece.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** What the definition of a command is said by (`Command.texts`). */
const COMMAND_KEYS = /^\.(name|aliases|about|example|arg\..+)$/;
const commandPrefixes = literals.flatMap(({ pieces: [piece = ""], pieces }) =>
  pieces.length === 1 && known.has(`${piece}.aliases`) ? [piece] : [],
);

/** Templates that can make a key: they say at least its beginning or its end. */
const patterns = literals
  .filter(({ pieces }) => pieces.length > 1 && pieces.some((piece) => /[a-z-]+\.|\.[a-z-]+/.test(piece)))
  .filter(({ pieces }) => /^[\w.-]*$/.test(pieces.join("")))
  .map(({ pieces }) => new RegExp(`^${pieces.map(escaped).join("[\\w.-]+")}$`));

/** Templates that only add an end: `${key}-cure`. */
const endings = literals.flatMap(({ pieces: [first, end = ""], pieces }) =>
  pieces.length === 2 && first === "" && /^-[a-z-]+$/.test(end) ? [end] : [],
);

const words = new Set(literals.flatMap(({ pieces }) => (pieces.length === 1 ? pieces : [])));

function isSaid(key: string): boolean {
  if (words.has(key)) return true;
  if (commandPrefixes.some((prefix) => key.startsWith(prefix) && COMMAND_KEYS.test(key.slice(prefix.length))))
    return true;
  if (patterns.some((pattern) => pattern.test(key))) return true;
  return endings.some((end) => key.endsWith(end) && isSaid(key.slice(0, -end.length)));
}

/** Error codes of platforms, and kinds of records of bridges, begin with the same words as texts do. */
const CODES = /^(telegram|discord|web)\.|^bridge\.(code|code-of|guesses|pending|out|told|room-name)$/;

describe("the texts", () => {
  it("are all said somewhere", () => {
    expect(keys.filter((key) => !isSaid(key))).toEqual([]);
  });

  it("are all there", () => {
    const parents = new Set(
      keys.flatMap((key) => key.split(".").map((_, i, parts) => parts.slice(0, i).join("."))),
    );
    const missing = literals.filter(
      ({ pieces: [piece = ""], pieces }) =>
        pieces.length === 1 &&
        /^[a-z-]+(\.[\w-]+)+$/.test(piece) &&
        areas.has(piece.split(".")[0] ?? "") &&
        !CODES.test(piece) &&
        !prefixes.has(piece) &&
        !known.has(piece) &&
        !parents.has(piece),
    );
    expect(missing.map(({ path, line, pieces }) => `${path}:${line} ${pieces[0]}`)).toEqual([]);
  });

  it("are the only words that people read", () => {
    expect(spoken.map(({ path, line, words: said }) => `${path}:${line} ${said}`)).toEqual([]);
  });

  it.each(LANGUAGES)("have no empty one in %s but aliases", (language) => {
    const empty = [...readMessages(localesFolder(), language)].filter(([, value]) => value.trim() === "");
    expect(empty.map(([key]) => key).filter((key) => !key.endsWith(".aliases"))).toEqual([]);
  });
});
