// Dice, coins, choices, random bytes, pi and phi: what they say, and where they end.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RobotBench, robotBench, wordsOf } from "../../../test/support/robot-world.ts";
import { choicesIn, chooseCommand, coinCommand, randomCommand, written } from "./chance.ts";
import { MOST_DIGITS, phiTo, piCommand, piTo } from "./constants.ts";
import { diceCommand, parseDice } from "./dice.ts";

let bench: RobotBench;
beforeAll(async () => {
  bench = await robotBench();
});
afterAll(() => bench.close());

/** Gives these numbers, one after the other. */
function numbers(...all: readonly number[]) {
  const left = [...all];
  return (below: number) => {
    const next = left.shift() ?? 0;
    expect(next).toBeLessThan(below);
    return next;
  };
}

describe("dice", () => {
  it.each([
    ["d20", { count: 1, faces: 20, plus: 0 }],
    ["2d6+1", { count: 2, faces: 6, plus: 1 }],
    ["3D8 - 2", { count: 3, faces: 8, plus: -2 }],
    ["6", { count: 1, faces: 6, plus: 0 }],
    ["d%", { count: 1, faces: 100, plus: 0 }],
  ])("%s is understood", (words, dice) => expect(parseDice(words)).toEqual(dice));

  it.each(["", "d", "2d", "two", "2d6+", "1d6+1+1", "-6", "2.5"])("%j is not", (words) => {
    expect(parseDice(words)).toBeUndefined();
  });

  it("shows every die and the sum", async () => {
    const answer = await bench.command(diceCommand(numbers(3, 5)), { dice: "2d6+1" });
    expect(wordsOf(answer)).toBe("🎲 2d6+1: 4 + 6 + 1 = 11");
  });

  it("takes away what is to be taken away", async () => {
    const answer = await bench.command(diceCommand(numbers(0)), { dice: "d4-2" });
    expect(wordsOf(answer)).toBe("🎲 1d4−2: 1 − 2 = -1");
  });

  it("rolls one die of six faces when nothing is said", async () => {
    expect(wordsOf(await bench.command(diceCommand(numbers(5))))).toBe("🎲 1d6: 6");
  });

  it("shows no more dice than one can read", async () => {
    const answer = await bench.command(
      diceCommand(() => 0),
      { dice: "100d6" },
    );
    expect(wordsOf(answer)).toMatch(/ \+ … = 100$/);
    expect(wordsOf(answer).length).toBeLessThan(250);
  });

  it.each([
    ["101d6", "robot-everyday.dice.count"],
    ["0d6", "robot-everyday.dice.count"],
    ["d1", "robot-everyday.dice.faces"],
    ["d1000001", "robot-everyday.dice.faces"],
    ["d6+1000001", "robot-everyday.dice.faces"],
    ["abc", "robot-everyday.dice.unread"],
  ])("refuses %s", async (dice, key) => {
    await expect(bench.command(diceCommand(numbers()), { dice })).rejects.toMatchObject({ key });
  });
});

describe("a coin and a choice", () => {
  it("falls on either side", async () => {
    expect(wordsOf(await bench.command(coinCommand(numbers(0))))).toContain("cara");
    expect(wordsOf(await bench.command(coinCommand(numbers(1))))).toContain("coroa");
  });

  it.each([
    ["a, b c,d", ["a", "b c", "d"]],
    ["praia ou serra azul", ["praia", "serra azul"]],
    ["one two", ["one", "two"]],
    ["a,a,b", ["a", "b"]],
    ["uma\nduas coisas", ["uma", "duas coisas"]],
    ["só", ["só"]],
    ["ver o filme ou ler o livro", ["ver o filme", "ler o livro"]],
    ["pizza, sushi ou pasta", ["pizza", "sushi", "pasta"]],
    ["tea, coffee, or juice", ["tea", "coffee", "juice"]],
    ["pizza o pasta", ["pizza", "pasta"]],
    ["rio, ver o mar", ["rio", "ver o mar"]],
    ["casa; ou; praia", ["casa", "praia"]],
  ])("%j is parted", (words, choices) => expect(choicesIn(words)).toEqual(choices));

  it("says the one that was drawn", async () => {
    const answer = await bench.command(chooseCommand(numbers(1)), { among: "pizza, pastel" });
    expect(wordsOf(answer)).toBe("Eu fico com: pastel");
  });

  it("refuses a choice of one, and of too many", async () => {
    const choose = chooseCommand(numbers());
    await expect(bench.command(choose, { among: "a, a" })).rejects.toMatchObject({
      key: "robot-everyday.choose.few",
    });
    const many = Array.from({ length: 51 }, (_, i) => `x${i}`).join(",");
    await expect(bench.command(choose, { among: many })).rejects.toMatchObject({
      key: "robot-everyday.choose.many",
    });
  });
});

describe("random bytes", () => {
  const bytes = Uint8Array.of(0x66, 0x6f, 0x6f, 0x62);

  it("are written as they should be (RFC 4648, section 10)", () => {
    expect(written(bytes, "hex")).toBe("666f6f62");
    expect(written(bytes, "base64")).toBe("Zm9vYg==");
    expect(written(bytes, "base32")).toBe("MZXW6YQ");
    expect(written(new TextEncoder().encode("foobar"), "base32")).toBe("MZXW6YTBOI");
    expect(written(bytes, "decimal")).toBe("1718579042");
  });

  it("come in the number that was asked for", async () => {
    const asked: number[] = [];
    const command = randomCommand((count) => {
      asked.push(count);
      return new Uint8Array(count).fill(255);
    });
    expect(wordsOf(await bench.command(command, { bytes: 3, form: "hex" }))).toContain("ffffff");
    const usual = wordsOf(await bench.command(command));
    expect(asked).toEqual([3, 32]);
    expect(usual).toContain("f".repeat(64));
    expect(usual).toContain(`${"/".repeat(42)}8=`);
  });
});

describe("pi and phi", () => {
  it("begin as everybody knows", () => {
    expect(piTo(50)).toBe("3.14159265358979323846264338327950288419716939937510");
    expect(phiTo(50)).toBe("1.61803398874989484820458683436563811772030917980576");
  });

  it("are right to the last digit that is given away", () => {
    // The 991st to 1000th digit of pi, and the last ten that we say (OEIS A000796, A001622, checked with another formula).
    expect(piTo(1000).slice(-10)).toBe("2164201989");
    expect(piTo(MOST_DIGITS)).toHaveLength(MOST_DIGITS + 2);
    const one = 10n ** BigInt(MOST_DIGITS);
    const phi = BigInt(phiTo(MOST_DIGITS).replace(".", ""));
    // phi² - phi - 1 is negative for what was cut off, and not for the next digit.
    expect(phi * phi - phi * one - one * one < 0n).toBe(true);
    const next = phi + 1n;
    expect(next * next - next * one - one * one > 0n).toBe(true);
    expect(piTo(MOST_DIGITS).slice(2)).toBe(piByAnotherWay(MOST_DIGITS));
  });

  it("say as many as are asked for", async () => {
    expect(wordsOf(await bench.command(piCommand, { digits: 4 }))).toBe("π = 3.1415…");
    expect(wordsOf(await bench.command(piCommand, { digits: 100 }))).toMatch(/100 casas:\n3\.\d{100}$/);
  });
});

/** Gibbons' spigot: nothing in common with the sum of arctangents. */
function piByAnotherWay(count: number): string {
  let [q, r, t, k, n, l] = [1n, 0n, 1n, 1n, 3n, 3n];
  let out = "";
  while (out.length <= count) {
    if (4n * q + r - t < n * t) {
      out += n;
      const rest = 10n * (r - n * t);
      n = (10n * (3n * q + r)) / t - 10n * n;
      q *= 10n;
      r = rest;
    } else {
      const sum = (2n * q + r) * l;
      const next = (q * (7n * k) + 2n + r * l) / (t * l);
      q *= k;
      t *= l;
      l += 2n;
      k += 1n;
      n = next;
      r = sum;
    }
  }
  return out.slice(1, count + 1);
}
