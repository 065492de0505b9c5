// The coin, the choice among things, and random bytes: commands that live on good chance.

import { type Command, type Question, Refusal, said } from "../command.ts";
import type { Below } from "./dice.ts";

const MOST_CHOICES = 50;
const LEAST_BYTES = 3;
const MOST_BYTES = 872;
const USUAL_BYTES = 32;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

export function coinCommand(below: Below): Command {
  return {
    name: "coin",
    texts: "robot-everyday.coin",
    answer: ({ texts }) => said(texts(`robot-everyday.coin.${below(2) === 0 ? "heads" : "tails"}`)),
  };
}

/** Ways to part a list, the clearest first: "o" is Spanish for "or" and Portuguese for "the". */
const PARTED = [/[,;\n]+/, /\s+(?:ou|or)\s+/iu, /\s+[ou]\s+/iu, /\s+/];
/** Before the last of several: "a, b or c", and "a, b, or c". */
const LAST = /(?:^|\s+)(?:ou|or)(?:\s+|$)/iu;

/** Parted by commas, semicolons or lines; else by "or" in any of the languages; else by spaces. Each once. */
export function choicesIn(words: string): readonly string[] {
  const parted = PARTED.map((way) => withoutEmpty(words.split(way)));
  const list = parted.find((list) => list.length > 1) ?? parted.at(-1) ?? [];
  const isListed = list === parted[0] && list.length > 1;
  return [...new Set(isListed ? withoutEmpty(list.flatMap(lastParted)) : list)];
}

function lastParted(one: string, at: number, list: readonly string[]): readonly string[] {
  return at === list.length - 1 || /^(?:ou|or)$/iu.test(one) ? one.split(LAST) : [one];
}

function withoutEmpty(words: readonly string[]): readonly string[] {
  return words.map((one) => one.trim()).filter((one) => one !== "");
}

export function chooseCommand(below: Below): Command {
  return {
    name: "choose",
    texts: "robot-everyday.choose",
    args: [{ key: "among", type: "text", rest: true, isRequired: true, most: 1000 }],
    answer({ args, texts }: Question) {
      const choices = choicesIn(String(args.among ?? ""));
      if (choices.length < 2) throw new Refusal("robot-everyday.choose.few");
      if (choices.length > MOST_CHOICES)
        throw new Refusal("robot-everyday.choose.many", { count: choices.length, most: MOST_CHOICES });
      return said(texts("robot-everyday.choose.said", { choice: choices[below(choices.length)] ?? "" }));
    },
  };
}

export type RandomForm = "hex" | "base64" | "base32" | "decimal";
const FORMS: readonly RandomForm[] = ["hex", "base64", "base32", "decimal"];

export function written(bytes: Uint8Array, form: RandomForm): string {
  switch (form) {
    case "hex":
    case "base64":
      return Buffer.from(bytes).toString(form);
    case "base32":
      return base32(bytes);
    case "decimal":
      return BigInt(`0x${Buffer.from(bytes).toString("hex")}`).toString();
  }
}

/** RFC 4648, without padding. */
function base32(bytes: Uint8Array): string {
  let out = "";
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out += BASE32[(held >> (bits - 5)) & 31];
  }
  return bits === 0 ? out : out + BASE32[(held << (5 - bits)) & 31];
}

export function randomCommand(randomBytes: (count: number) => Uint8Array): Command {
  return {
    name: "random",
    texts: "robot-everyday.random",
    args: [
      { key: "bytes", type: "integer", min: LEAST_BYTES, max: MOST_BYTES },
      { key: "form", type: "choice", choices: FORMS },
    ],
    answer({ args, texts }) {
      const bytes = randomBytes(Number(args.bytes ?? USUAL_BYTES));
      const forms = args.form ? [args.form as RandomForm] : (["hex", "base64"] as const);
      const body = forms.flatMap((form) => [
        { kind: "text", text: `${texts(`robot-everyday.random.arg.form.${form}`)}\n` } as const,
        { kind: "pre", text: written(bytes, form) } as const,
      ]);
      const head = texts("robot-everyday.random.said", { count: bytes.length });
      return { say: { body: [{ kind: "text", text: `${head}\n` }, ...body] } };
    },
  };
}
