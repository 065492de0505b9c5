// Broken input from whole input, by a seed: bytes, texts, JSON values and raw requests; every fuzzing entry uses it.

import { seeded } from "../support/random.ts";

export interface Mutator {
  /** From 0 up to, but not including, `below`. */
  integer(below: number): number;
  pick<T>(list: readonly T[]): T;
  chance(share: number): boolean;
  /** One to `most` random injuries to the bytes: turned bits, cuts, repeats, splices, strange numbers. */
  bytes(whole: Uint8Array, most?: number): Buffer;
  /** Injuries to a text as such: dropped, doubled and swapped lines, tokens that mean something, strange characters. */
  text(whole: string, tokens?: readonly string[]): string;
  /** A copy of the JSON value with values replaced, keys dropped, renamed and moved. */
  json(value: unknown): unknown;
}

const STRANGE_NUMBERS = [
  0,
  -1,
  0.5,
  -0,
  1e308,
  -1e308,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 63,
  -(2 ** 63),
];

const STRANGE_TEXTS = [
  "",
  " ",
  "\0",
  "\u202e",
  "\ufeff",
  "\ud800",
  "é".repeat(300),
  "👩‍👩‍👧‍👦",
  "a".repeat(5_000),
  "__proto__",
  "constructor",
  "toString",
  "../../etc/passwd",
  "%00%ff%E0%A4%A",
  "{x, plural, other {",
  "$" + "{x}",
  "\r\n\r\n",
  "NaN",
  "1e999",
];

const STRANGE_BYTES = [
  "\0",
  "\r",
  "\n",
  "\r\n",
  ":",
  " ",
  "\t",
  "\u00ff",
  "{",
  "[",
  '"',
  "\\",
  "%",
  "-",
  "0",
  "9",
];

/** The same seed makes the same injuries. */
export function createMutator(seed: number): Mutator {
  const random = seeded(seed);
  const integer = (below: number) => Math.floor(random() * below);
  const pick = <T>(list: readonly T[]): T => {
    const found = list[integer(list.length)];
    if (found === undefined && list.length === 0) throw new Error("nothing to pick from");
    return found as T;
  };
  const chance = (share: number) => random() < share;
  const dice: Dice = { integer, pick, chance };
  return {
    ...dice,
    bytes: (whole, most = 4) => {
      let bytes: Buffer = Buffer.from(whole);
      for (let left = 1 + integer(most); left > 0; left--) bytes = injureBytes(bytes, dice);
      return bytes;
    },
    text: (whole, tokens = STRANGE_TEXTS) => {
      let text = whole;
      for (let left = 1 + integer(4); left > 0; left--) text = injureText(text, tokens, dice);
      return text;
    },
    json: (value) => {
      const copy = structuredClone(value);
      let injured: unknown = copy;
      for (let left = 1 + integer(3); left > 0; left--) injured = injureJson(injured, dice, 0);
      return injured;
    },
  };
}

type Dice = Pick<Mutator, "integer" | "pick" | "chance">;

function injureBytes(bytes: Buffer, { integer, pick }: Dice): Buffer {
  const at = integer(bytes.length + 1);
  const end = Math.min(bytes.length, at + 1 + integer(16));
  const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
  switch (integer(7)) {
    case 0: {
      const turned = Buffer.from(bytes);
      if (at < turned.length) turned[at] = (turned[at] ?? 0) ^ (1 << integer(8));
      return turned;
    }
    case 1:
      return Buffer.concat([before, after]);
    case 2:
      return Buffer.concat([before, part, part, after]);
    case 3:
      return Buffer.concat([before, Buffer.from(pick(STRANGE_BYTES), "latin1"), part, after]);
    case 4:
      return Buffer.from(before);
    case 5:
      return Buffer.concat([before, Buffer.from(String(pick(STRANGE_NUMBERS))), after]);
    default:
      return Buffer.concat([before, Buffer.from([integer(256), integer(256)]), after]);
  }
}

function injureText(text: string, tokens: readonly string[], { integer, pick }: Dice): string {
  const lines = text.split("\n");
  const line = integer(lines.length);
  const other = integer(lines.length);
  const at = integer(text.length + 1);
  switch (integer(8)) {
    case 0:
      return lines.toSpliced(line, 1).join("\n");
    case 1:
      return lines.toSpliced(line, 0, lines[other] ?? "").join("\n");
    case 2:
      return lines
        .with(line, lines[other] ?? "")
        .with(other, lines[line] ?? "")
        .join("\n");
    case 3:
      return lines.with(line, " ".repeat(integer(5)) + (lines[line] ?? "").trimStart()).join("\n");
    case 4:
      return text.slice(0, at) + pick(tokens) + text.slice(at);
    case 5:
      return text.slice(0, at) + pick(tokens) + text.slice(at + 1 + integer(8));
    case 6:
      return lines.with(line, (lines[line] ?? "").replace(/:.*$/, `: ${pick(tokens)}`)).join("\n");
    default:
      return text.slice(0, at) + text.slice(at + 1 + integer(20));
  }
}

function strangeValue({ integer, pick, chance }: Dice): unknown {
  if (chance(0.1)) {
    let deep: unknown = null;
    for (let left = integer(200); left > 0; left--) deep = chance(0.5) ? [deep] : { a: deep };
    return deep;
  }
  return pick<unknown>([
    pick(STRANGE_NUMBERS),
    pick(STRANGE_TEXTS),
    null,
    true,
    false,
    [],
    {},
    [null],
    { a: 1 },
  ]);
}

function injureJson(value: unknown, dice: Dice, depth: number): unknown {
  const { integer, pick, chance } = dice;
  if (typeof value !== "object" || value === null || depth > 50 || chance(0.15)) return strangeValue(dice);
  if (Array.isArray(value)) {
    if (value.length === 0 || chance(0.2)) return [...value, strangeValue(dice)];
    const at = integer(value.length);
    return chance(0.2) ? value.toSpliced(at, 1) : value.with(at, injureJson(value[at], dice, depth + 1));
  }
  const fields = new Map<string, unknown>(Object.entries(value));
  if (fields.size === 0) return { [pick(STRANGE_TEXTS)]: strangeValue(dice) };
  const key = pick([...fields.keys()]);
  const inner = fields.get(key);
  const kind = integer(10);
  if (kind === 0) fields.delete(key);
  else if (kind === 1) fields.set(pick(STRANGE_TEXTS), inner);
  else if (kind === 2) fields.set(pick([...fields.keys()]), inner);
  else fields.set(key, injureJson(inner, dice, depth + 1));
  return Object.fromEntries(fields);
}
