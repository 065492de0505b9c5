// Asks the price service (CoinGecko's free API, or one like it), at most once a minute for the same thing.

import { z } from "zod";
import type { Clock } from "../../model/clock.ts";
import { Refusal } from "../command.ts";
import type { RobotConfig } from "../config.ts";
import type { FetchWeb } from "./fetch.ts";

const ADDRESS = "https://api.coingecko.com/api/v3";
const FRESH_MS = 60_000;
const MOST_KEPT = 200;
const MOST_BYTES = 512 * 1024;
const ASK_MS = 10_000;

const PRICES = z.record(z.string(), z.record(z.string(), z.number().nullable()));
const FOUND = z.object({
  coins: z.array(
    z.object({ id: z.string().max(200), symbol: z.string().max(50), name: z.string().max(200) }),
  ),
});

export interface PriceService {
  /** Coin -> unit -> price; also `<unit>_24h_change`, in percent. */
  prices(
    ids: readonly string[],
    units: readonly string[],
    signal: AbortSignal,
  ): Promise<z.infer<typeof PRICES>>;
  /** The best known coin of that name or symbol; undefined when there is none. */
  find(word: string, signal: AbortSignal): Promise<string | undefined>;
}

interface Kept {
  readonly at: number;
  readonly json: unknown;
}

/** @throws Refusal when the service cannot be asked, or says no */
export function createPriceService(
  { network }: RobotConfig,
  fetchWeb: FetchWeb,
  clock: () => Clock,
): PriceService {
  const service = (network.services.price ?? ADDRESS).replace(/\/+$/, "");
  const kept = new Map<string, Kept>();

  async function asked(path: string, signal: AbortSignal): Promise<unknown> {
    const now = clock().now();
    const known = kept.get(path);
    if (known && now - known.at < FRESH_MS) return known.json;
    const job = { url: `${service}${path}`, method: "GET", maxBytes: MOST_BYTES, ms: ASK_MS } as const;
    const { status, body } = await fetchWeb(
      { ...job, accept: "application/json", allowPrivate: network.allowPrivate },
      signal,
    );
    if (status === 429) throw new Refusal("robot-network.price.often");
    if (status !== 200) throw new Refusal("robot-network.price.failed");
    const json = parsed(body);
    kept.delete(path);
    kept.set(path, { at: now, json });
    for (const oldest of kept.keys()) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    return json;
  }

  return {
    async prices(ids, units, signal) {
      const query = `ids=${list(ids)}&vs_currencies=${list(units)}&include_24hr_change=true&precision=full`;
      return understood(PRICES, await asked(`/simple/price?${query}`, signal));
    },
    async find(word, signal) {
      const { coins } = understood(FOUND, await asked(`/search?query=${encodeURIComponent(word)}`, signal));
      const wanted = word.toLowerCase();
      const exact = coins.find(({ id, symbol, name }) =>
        [id, symbol, name].some((one) => one.toLowerCase() === wanted),
      );
      return exact?.id;
    },
  };
}

function list(words: readonly string[]): string {
  return words.map(encodeURIComponent).join(",");
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    throw new Refusal("robot-network.price.failed");
  }
}

function understood<T>(schema: z.ZodType<T>, json: unknown): T {
  const read = schema.safeParse(json);
  if (!read.success) throw new Refusal("robot-network.price.failed");
  return read.data;
}
