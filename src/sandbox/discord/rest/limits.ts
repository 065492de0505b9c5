// Discord's rate limits: buckets with their headers, the global limit and the hidden one of webhooks; `rest.ts` asks.

import { createHash } from "node:crypto";
import type { Clock } from "../../../model/clock.ts";

interface Quota {
  readonly limit: number;
  readonly windowMs: number;
}

// Observed values (Discord documents none): messages 5/5 s, webhooks 5/2 s, delete 5/1 s, reactions 1/0.25 s.
const QUOTAS: Readonly<Record<string, Quota>> = {
  messages: { limit: 5, windowMs: 5000 },
  delete: { limit: 5, windowMs: 1000 },
  webhook: { limit: 5, windowMs: 2000 },
  reactions: { limit: 1, windowMs: 250 },
};
const OTHER: Quota = { limit: 50, windowMs: 1000 };
const UNLIMITED: Quota = { limit: 1000, windowMs: 1000 };
// Discord docs, topics/rate-limits: 50 requests a second for each bot.
const GLOBAL: Quota = { limit: 50, windowMs: 1000 };
// Said by Discord's staff: webhook messages of one channel, however many webhooks; in no header.
const HIDDEN: Quota = { limit: 30, windowMs: 60_000 };

// Observed, documented nowhere: edits of messages older than an hour, for each channel; a 429 with a number of its own.
const OLD_EDITS: Quota = { limit: 3, windowMs: 20_000 };
const OLD_MS = 3_600_000;
// Observed: names and topics of one channel, whatever the headers of the route promise.
const RENAMES: Quota = { limit: 2, windowMs: 600_000 };

export type LimitScope = "user" | "shared" | "global";

export interface LimitVerdict {
  /** On every answer. */
  readonly headers: Readonly<Record<string, string>>;
  /** Present: refused. */
  readonly refused?: { readonly scope: LimitScope; readonly retryAfterMs: number; readonly code?: 30046 };
}

export interface LimitedCall {
  /** Routes of one bucket share a quota for each major id. */
  readonly bucket: string;
  /** Channel, guild or webhook with its token. */
  readonly major: string;
  /** Who asks: a bot's id, or the address. */
  readonly caller: string;
  /** The channel a webhook would send to. */
  readonly webhookChannel?: string;
  /** The channel whose name or topic it would change. */
  readonly renames?: string;
  /** When the message it would edit was written, and where. */
  readonly edits?: { readonly writtenAt: number; readonly channel: string };
}

interface Window {
  count: number;
  endsAt: number;
}

function bucketHash(bucket: string): string {
  return createHash("md5").update(bucket).digest("hex");
}

/** Counts requests on the clock. With `on` false nothing is refused and the headers promise plenty. */
export class RateLimits {
  readonly #clock: Clock;
  readonly #on: boolean;
  readonly #windows = new Map<string, Window>();

  constructor(clock: Clock, on: boolean) {
    this.#clock = clock;
    this.#on = on;
  }

  #window(key: string, quota: Quota): Window {
    const now = this.#clock.now();
    const known = this.#windows.get(key);
    if (known && known.endsAt > now) return known;
    const fresh = { count: 0, endsAt: now + quota.windowMs };
    this.#windows.set(key, fresh);
    return fresh;
  }

  /** Counts the call, unless it is refused. */
  take(call: LimitedCall): LimitVerdict {
    const quota = this.#on ? (QUOTAS[call.bucket] ?? OTHER) : UNLIMITED;
    const window = this.#window(`${call.bucket} ${call.major}`, quota);
    const refused = this.#on ? this.#refusal(call, window, quota) : undefined;
    if (!refused) window.count += 1;
    return { headers: this.#headers(call.bucket, window, quota), ...(refused ? { refused } : {}) };
  }

  #refusal(call: LimitedCall, window: Window, quota: Quota): LimitVerdict["refused"] {
    const now = this.#clock.now();
    const global = this.#window(`global ${call.caller}`, GLOBAL);
    if (global.count >= GLOBAL.limit) return { scope: "global", retryAfterMs: global.endsAt - now };
    if (window.count >= quota.limit) return { scope: "user", retryAfterMs: window.endsAt - now };
    const hidden =
      call.webhookChannel === undefined ? undefined : this.#window(`hidden ${call.webhookChannel}`, HIDDEN);
    if (hidden && hidden.count >= HIDDEN.limit) return { scope: "shared", retryAfterMs: hidden.endsAt - now };
    const old =
      call.edits && call.edits.writtenAt < now - OLD_MS
        ? this.#window(`old edits ${call.edits.channel}`, OLD_EDITS)
        : undefined;
    if (old && old.count >= OLD_EDITS.limit)
      return { scope: "shared", retryAfterMs: old.endsAt - now, code: 30046 };
    const names = call.renames === undefined ? undefined : this.#window(`name ${call.renames}`, RENAMES);
    if (names && names.count >= RENAMES.limit) return { scope: "user", retryAfterMs: names.endsAt - now };
    global.count += 1;
    if (names) names.count += 1;
    if (hidden) hidden.count += 1;
    if (old) old.count += 1;
    return undefined;
  }

  #headers(bucket: string, window: Window, quota: Quota): Record<string, string> {
    const leftMs = window.endsAt - this.#clock.now();
    return {
      "x-ratelimit-limit": String(quota.limit),
      "x-ratelimit-remaining": String(Math.max(0, quota.limit - window.count)),
      "x-ratelimit-reset": (window.endsAt / 1000).toFixed(3),
      "x-ratelimit-reset-after": (leftMs / 1000).toFixed(3),
      "x-ratelimit-bucket": bucketHash(bucket),
    };
  }
}

/** Headers and body of a 429; `retryAfter` in seconds. `code`: the limit is one of the thing asked for. */
export function tooManyRequests(retryAfter: number, scope: string, code?: 30046) {
  const shared = scope === "shared";
  return {
    status: 429,
    headers: {
      "retry-after": String(Math.ceil(retryAfter)),
      "x-ratelimit-scope": scope,
      ...(scope === "global" ? { "x-ratelimit-global": "true" } : {}),
    },
    body: {
      message: shared ? "The resource is being rate limited." : "You are being rate limited.",
      retry_after: retryAfter,
      global: scope === "global",
      ...(code && {
        message: "Maximum number of edits to messages older than 1 hour reached. Try again later",
        code,
      }),
    },
  };
}
