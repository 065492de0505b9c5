// The dice command: reads `2d6+1`, rolls with what is given, shows every die and the sum.

import { type Command, type Question, Refusal, said } from "../command.ts";

/** 0 <= x < below, every number as likely as any other. */
export type Below = (below: number) => number;

export interface Dice {
  readonly count: number;
  readonly faces: number;
  readonly plus: number;
}

const MOST_DICE = 100;
const MOST_FACES = 1_000_000;
/** A longer list of dice says nothing to anybody. */
const MOST_SHOWN = 40;

/** `d20`, `2d6+1`, `6`, `3D8 - 2`, `d%`; undefined for anything else, with bounds not yet looked at. */
export function parseDice(words: string): Dice | undefined {
  const match = /^(?:(\d{1,4})?\s*d\s*(\d{1,9}|%)|(\d{1,9}))\s*(?:([+-])\s*(\d{1,9}))?$/i.exec(words.trim());
  if (!match) return undefined;
  const [, count = "1", sides, alone, sign, plus = "0"] = match;
  const faces = sides === "%" ? 100 : Number(sides ?? alone);
  return { count: Number(count), faces, plus: sign === "-" ? -Number(plus) : Number(plus) };
}

export function roll({ count, faces }: Dice, below: Below): readonly number[] {
  return Array.from({ length: count }, () => below(faces) + 1);
}

function diceOf(words: string): Dice {
  const dice = words === "" ? { count: 1, faces: 6, plus: 0 } : parseDice(words);
  if (!dice) throw new Refusal("robot-everyday.dice.unread", { words: words.slice(0, 40) });
  if (dice.count < 1 || dice.count > MOST_DICE)
    throw new Refusal("robot-everyday.dice.count", { count: dice.count, most: MOST_DICE });
  if (dice.faces < 2 || dice.faces > MOST_FACES || Math.abs(dice.plus) > MOST_FACES)
    throw new Refusal("robot-everyday.dice.faces", { most: MOST_FACES });
  return dice;
}

export function diceCommand(below: Below): Command {
  return {
    name: "dice",
    texts: "robot-everyday.dice",
    args: [{ key: "dice", type: "text", rest: true, most: 40 }],
    answer({ args, texts }: Question) {
      const dice = diceOf(String(args.dice ?? "").trim());
      const rolled = roll(dice, below);
      const sum = rolled.reduce((all, one) => all + one, dice.plus);
      const plus = dice.plus === 0 ? "" : ` ${dice.plus < 0 ? "−" : "+"} ${Math.abs(dice.plus)}`;
      const notation = `${dice.count}d${dice.faces}${plus.replaceAll(" ", "")}`;
      if (dice.count === 1 && plus === "") return said(texts("robot-everyday.dice.one", { notation, sum }));
      const more = rolled.length > MOST_SHOWN ? " + …" : "";
      const shown = `${rolled.slice(0, MOST_SHOWN).join(" + ")}${more}${plus}`;
      return said(texts("robot-everyday.dice.many", { notation, shown, sum }));
    },
  };
}
