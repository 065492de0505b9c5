// The price of a coin, and amounts of one thing in another.

import type { Clock } from "../../model/clock.ts";
import { type Command, type Question, Refusal, said } from "../command.ts";
import type { RobotConfig } from "../config.ts";
import { amountIn, type Unit, unitOf, usualMoney } from "./coins.ts";
import type { FetchWeb } from "./fetch.ts";
import { createPriceService, type PriceService } from "./price-service.ts";

const TIMEOUT_MS = 45_000;
/** Between two kinds of money, and two coins. */
const BETWEEN = "bitcoin";

/** The commands share what was asked lately. */
export function priceCommands(config: RobotConfig, fetchWeb: FetchWeb): readonly Command[] {
  let clock: Clock | undefined;
  const service = createPriceService(config, fetchWeb, () => clock ?? unready());
  const withClock = (command: Command): Command => ({
    ...command,
    answer(question) {
      clock = question.world.clock;
      return command.answer(question);
    },
  });
  return [priceCommand(service), convertCommand(service)].map(withClock);
}

function unready(): never {
  throw new Error("prices were asked for before any question");
}

function priceCommand(service: PriceService): Command {
  return {
    name: "price",
    texts: "robot-network.price",
    timeoutMs: TIMEOUT_MS,
    args: [
      { key: "coin", type: "text", most: 40 },
      { key: "in", type: "text", most: 10 },
    ],
    async answer(question) {
      const { args, language, texts, signal } = question;
      const coin = await known(String(args.coin ?? "btc"), service, signal);
      if (coin.kind === "money")
        throw new Refusal("robot-network.price.money", { word: coin.code, other: otherThan(coin.code) });
      const units = args.in === undefined ? usualMoney(language) : [moneyIn(String(args.in))];
      const prices = (await service.prices([coin.id], units, signal))[coin.id] ?? {};
      const lines = units.flatMap((unit) => {
        const price = prices[unit];
        if (price === undefined || price === null) return [];
        return [`${amountIn(price, unit, language)}${changeOf(prices[`${unit}_24h_change`], question)}`];
      });
      if (lines.length === 0) throw new Refusal("robot-network.price.unquoted", { coin: coin.id });
      return said(texts("robot-network.price.said", { coin: coin.id, prices: lines.join("\n") }));
    },
  };
}

/** For an example. */
function otherThan(code: string): string {
  return code === "usd" ? "brl" : "usd";
}

function changeOf(change: number | null | undefined, { texts, language }: Question): string {
  if (change === undefined || change === null) return "";
  const style = { maximumFractionDigits: 1, signDisplay: "exceptZero" } as const;
  return ` (${texts("robot-network.price.day", { change: new Intl.NumberFormat(language, style).format(change) })})`;
}

function convertCommand(service: PriceService): Command {
  return {
    name: "convert",
    texts: "robot-network.convert",
    timeoutMs: TIMEOUT_MS,
    args: [
      { key: "amount", type: "number", min: 0, max: 1e15, isRequired: true },
      { key: "from", type: "text", most: 40, isRequired: true },
      { key: "to", type: "text", most: 40, isRequired: true },
    ],
    async answer({ args, language, texts, signal }) {
      const from = await known(String(args.from), service, signal);
      const to = await known(String(args.to), service, signal);
      const rate = await rateOf(from, to, service, signal);
      const amount = Number(args.amount);
      const values = {
        have: amountIn(amount, wordOf(from), language),
        get: amountIn(amount * rate, wordOf(to), language),
      };
      return said(texts("robot-network.convert.said", values));
    },
  };
}

function wordOf(unit: Unit): string {
  return unit.kind === "money" ? unit.code : unit.id;
}

function moneyIn(word: string): string {
  const unit = unitOf(word);
  if (unit?.kind !== "money")
    throw new Refusal("robot-network.price.unknown-money", { word: word.slice(0, 20) });
  return unit.code;
}

async function known(word: string, service: PriceService, signal: AbortSignal): Promise<Unit> {
  const unit = unitOf(word);
  if (unit) return unit;
  const id = await service.find(word, signal);
  if (id === undefined) throw new Refusal("robot-network.price.unknown", { word: word.slice(0, 40) });
  return { kind: "coin", id };
}

/** How much of `to` one `from` is. @throws Refusal */
async function rateOf(from: Unit, to: Unit, service: PriceService, signal: AbortSignal): Promise<number> {
  const ids = [from, to].flatMap((unit) => (unit.kind === "coin" ? [unit.id] : []));
  const codes = [from, to].flatMap((unit) => (unit.kind === "money" ? [unit.code] : []));
  const units = codes.length > 0 ? codes : ["usd"];
  const prices = await service.prices(ids.length > 0 ? ids : [BETWEEN], units, signal);
  /** In the same measure for both. */
  const worth = (unit: Unit): number => {
    if (unit.kind === "coin") return prices[unit.id]?.[units[0] ?? ""] ?? 0;
    // Of two kinds of money each is worth the inverse of what a coin costs in it; of one it is the measure itself.
    return ids.length > 0 ? 1 : 1 / (prices[BETWEEN]?.[unit.code] ?? 0);
  };
  const rate = worth(from) / worth(to);
  if (!Number.isFinite(rate) || rate <= 0) throw new Refusal("robot-network.price.failed");
  return rate;
}
