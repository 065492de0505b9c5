// Pi and phi to as many digits as a message holds; counted once with whole numbers, then remembered.

import { type Command, said } from "../command.ts";

/** What fits into one message of Telegram, and two of Discord. */
export const MOST_DIGITS = 3_000;
const USUAL_DIGITS = 50;
/** Digits that are counted and thrown away: the last ones of a sum of rounded terms are wrong. */
const SPARE = 10;

const known = new Map<string, string>();

/** The first `digits` digits behind the point, cut, not rounded; `digits` at most `MOST_DIGITS`. */
export function piTo(digits: number): string {
  return cut("pi", digits, () => {
    const one = 10n ** BigInt(MOST_DIGITS + SPARE);
    // Machin: pi/4 = 4 arctan(1/5) - arctan(1/239).
    return 4n * (4n * arctanOfInverse(5n, one) - arctanOfInverse(239n, one));
  });
}

export function phiTo(digits: number): string {
  return cut("phi", digits, () => {
    const one = 10n ** BigInt(MOST_DIGITS + SPARE);
    return (one + squareRoot(5n * one * one)) / 2n;
  });
}

function cut(name: string, digits: number, count: () => bigint): string {
  let all = known.get(name);
  if (all === undefined) {
    all = count().toString().slice(0, -SPARE);
    known.set(name, all);
  }
  return digits === 0 ? all.slice(0, 1) : `${all.slice(0, 1)}.${all.slice(1, 1 + digits)}`;
}

function arctanOfInverse(x: bigint, one: bigint): bigint {
  const square = x * x;
  let power = one / x;
  let sum = power;
  for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
    power /= square;
    sum += (sign * power) / n;
  }
  return sum;
}

/** Newton's way, from above; the whole part. */
function squareRoot(value: bigint): bigint {
  let guess = 1n << BigInt(Math.ceil(value.toString(2).length / 2));
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

function constantCommand(name: "pi" | "phi", to: (digits: number) => string): Command {
  return {
    name,
    texts: `robot-everyday.${name}`,
    args: [{ key: "digits", type: "integer", min: 1, max: MOST_DIGITS }],
    answer({ args, texts }) {
      const digits = Number(args.digits ?? USUAL_DIGITS);
      if (digits <= USUAL_DIGITS) return said(`${texts(`robot-everyday.${name}.sign`)} = ${to(digits)}…`);
      const head = texts("robot-everyday.pi.said", { sign: texts(`robot-everyday.${name}.sign`), digits });
      return {
        say: {
          body: [
            { kind: "text", text: `${head}\n` },
            { kind: "pre", text: to(digits) },
          ],
        },
      };
    },
  };
}

export const piCommand: Command = constantCommand("pi", piTo);
export const phiCommand: Command = constantCommand("phi", phiTo);
