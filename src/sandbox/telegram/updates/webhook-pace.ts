// How fast a webhook is tried: delays between attempts and new connections, from WebhookActor.cpp; pure but for counters.

const HEALTHY_MS = 10_000;
const MAX_RETRY_AFTER_SECONDS = 3600;

/** 0, then 2, 4, 8, 16, 32 s, then 60 to 120 s. `failures` counts from 1. */
export function retryDelayMs(failures: number, random: () => number): number {
  if (failures <= 1) return 0;
  if (failures <= 6) return 1000 * 2 ** (failures - 1);
  return 60_000 + Math.floor(random() * 60_000);
}

/** Whole seconds are honoured up to an hour; the form with a date is not read. */
export function retryAfterMs(header: string | undefined): number | undefined {
  if (header === undefined || !/^\d+$/.test(header.trim())) return undefined;
  return Math.min(Number(header), MAX_RETRY_AFTER_SECONDS) * 1000;
}

/** Owns the count of new connections. */
export class ConnectionGate {
  readonly #max: number;
  #lastSuccess = Number.NEGATIVE_INFINITY;
  #opened: number[] = [];

  constructor(max: number) {
    this.#max = max;
  }

  succeeded(now: number): void {
    this.#lastSuccess = now;
  }

  /**
   * When a request may go out: `now`, later, or never before something else happens (Infinity). Without success for
   * 10 s there is one connection and a new one at most every 2 s; else up to the maximum, 10 new ones per 0.5 s.
   */
  mayUse(now: number, inFlight: number, idle: number): number {
    const healthy = now - this.#lastSuccess <= HEALTHY_MS;
    const limit = healthy ? this.#max : 1;
    if (inFlight >= limit) return Number.POSITIVE_INFINITY;
    if (idle > 0) return now;
    const { count, windowMs } = healthy ? { count: 10, windowMs: 500 } : { count: 1, windowMs: 2000 };
    this.#opened = this.#opened.filter((at) => now - at < 2000);
    const recent = this.#opened.filter((at) => now - at < windowMs);
    const oldest = recent.at(-count);
    if (oldest !== undefined) return oldest + windowMs;
    this.#opened.push(now);
    return now;
  }
}
