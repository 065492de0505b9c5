// What people call coins and currencies, and what the price service calls them; pure, `price.ts` calls it.

/** Symbol -> CoinGecko's id, for those everybody asks for: many a symbol is shared by a hundred jokes. */
const COINS: Readonly<Record<string, string>> = {
  ...{ btc: "bitcoin", xbt: "bitcoin", eth: "ethereum", ltc: "litecoin", xmr: "monero", doge: "dogecoin" },
  ...{
    bch: "bitcoin-cash",
    dash: "dash",
    zec: "zcash",
    etc: "ethereum-classic",
    xrp: "ripple",
    xlm: "stellar",
  },
  ...{ ada: "cardano", dot: "polkadot", sol: "solana", bnb: "binancecoin", trx: "tron", link: "chainlink" },
  ...{ usdt: "tether", usdc: "usd-coin", dai: "dai", uni: "uniswap", atom: "cosmos", avax: "avalanche-2" },
  ...{ ton: "the-open-network", nano: "nano", xno: "nano", dcr: "decred", xtz: "tezos", fil: "filecoin" },
};

/** What it quotes in (its `vs_currencies` that are money). */
const MONEY = new Set(
  (
    "usd brl eur gbp ars clp mxn cad aud jpy cny chf inr krw rub try uah zar sek nok dkk pln czk huf nzd sgd hkd " +
    "twd thb idr myr php vnd ils aed sar ngn pkr bdt lkr kwd bhd"
  ).split(" "),
);

export type Unit =
  | { readonly kind: "money"; readonly code: string }
  | { readonly kind: "coin"; readonly id: string };

/** Undefined for what has to be looked for. */
export function unitOf(word: string): Unit | undefined {
  const plain = word
    .trim()
    .toLowerCase()
    .replace(/^r\$$/, "brl")
    .replace(/^\$$/, "usd")
    .replace(/^€$/, "eur");
  if (MONEY.has(plain)) return { kind: "money", code: plain };
  const id = COINS[plain] ?? Object.values(COINS).find((one) => one === plain);
  return id === undefined ? undefined : { kind: "coin", id };
}

/** What is quoted when nobody says in what. */
export function usualMoney(language: string): readonly string[] {
  return language === "pt-BR" ? ["brl", "usd"] : ["usd", "eur"];
}

/** Money with its sign, coins with up to eight digits. */
export function amountIn(amount: number, unit: string, language: string): string {
  const small = Math.abs(amount) < 1 ? 8 : 2;
  if (MONEY.has(unit)) {
    const style = { style: "currency", currency: unit.toUpperCase(), maximumFractionDigits: small } as const;
    return new Intl.NumberFormat(language, style).format(amount);
  }
  const digits = new Intl.NumberFormat(language, { maximumFractionDigits: 8 }).format(amount);
  return `${digits} ${unit}`;
}
