// Learns Discord's limits from its answers and says which requests would only be refused; `rest.ts` owns one.

import type { Rate } from "../../../bridge/platform.ts";
import type { Clock } from "../../../model/clock.ts";

/** What the headers of a route said: so many requests in so long, counted together with all routes of its bucket. */
export interface Quota extends Rate {
  readonly bucket?: string;
}

/** How long nothing should be asked; `account` for every route, else for this one. */
interface Closed {
  readonly ms: number;
  readonly account: boolean;
}

export interface RateLimits {
  /** Whether this request would be refused now, as far as the answers tell. */
  closed(method: string, route: string): Closed | undefined;
  /** An answer that was not refused for a limit. */
  learn(method: string, route: string, headers: Headers): void;
  /** The request was refused for a limit. */
  close(method: string, route: string, closed: Closed): void;
  /** What is known of a route such as `POST /channels/:id/messages`. */
  quota(pattern: string): Quota | undefined;
}

/** What is left of a window differs by the time an answer takes: windows are told in steps of this. */
const STEP_MS = 250;

export function createRateLimits(clock: Clock): RateLimits {
  const quotas = new Map<string, Quota>();
  const closedUntil = new Map<string, number>();
  let accountUntil = 0;

  /** Discord, topics/rate-limits: a bucket counts for each channel, guild or webhook by itself. */
  const keyOf = (method: string, route: string): string => {
    const pattern = `${method} ${patternOf(route)}`;
    return `${quotas.get(pattern)?.bucket ?? pattern} ${majorOf(route)}`;
  };

  return {
    closed(method, route) {
      const now = clock.now();
      if (accountUntil > now) return { ms: accountUntil - now, account: true };
      const key = keyOf(method, route);
      const ms = (closedUntil.get(key) ?? 0) - now;
      if (ms > 0) return { ms, account: false };
      closedUntil.delete(key);
      return undefined;
    },
    learn(method, route, headers) {
      const [limit, remaining, resetAfter] = ["limit", "remaining", "reset-after"].map((name) =>
        numberIn(headers, `x-ratelimit-${name}`),
      );
      if (limit === undefined || resetAfter === undefined) return;
      const pattern = `${method} ${patternOf(route)}`;
      const bucket = headers.get("x-ratelimit-bucket");
      quotas.set(pattern, { ...quotaOf(limit, resetAfter, quotas.get(pattern)), ...(bucket && { bucket }) });
      if (remaining === 0) closedUntil.set(keyOf(method, route), clock.now() + resetAfter * 1000);
    },
    close(method, route, { ms, account }) {
      const until = clock.now() + ms;
      if (account) accountUntil = Math.max(accountUntil, until);
      else closedUntil.set(keyOf(method, route), until);
    },
    quota: (pattern) => quotas.get(pattern),
  };
}

/** The window is the longest rest of it that was seen: only at its first request is the whole of it left. */
function quotaOf(limit: number, resetAfter: number, before: Quota | undefined): Rate {
  const restMs = Math.max(STEP_MS, Math.ceil((resetAfter * 1000) / STEP_MS) * STEP_MS);
  return { limit, windowMs: before?.limit === limit ? Math.max(before.windowMs, restMs) : restMs };
}

/** A route without its ids and the webhook's token. */
function patternOf(route: string): string {
  return route.replace(/^(\/webhooks\/\d+)\/[^/]+/, "$1/:token").replace(/\/\d+(?=\/|$)/g, "/:id");
}

function majorOf(route: string): string {
  return /^\/(?:channels|guilds|webhooks)\/\d+/.exec(route)?.[0] ?? "";
}

function numberIn(headers: Headers, name: string): number | undefined {
  const value = headers.get(name);
  const number = value === null ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : undefined;
}
