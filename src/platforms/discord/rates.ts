// What Discord takes of a conversation and of the whole account, for the lanes' budgets; `index.ts` offers it.

import type { Rate, Share } from "../../bridge/platform.ts";
import type { ConversationRef } from "../../model/refs.ts";
import type { Quota, RateLimits } from "./rest/rate-limits.ts";
import type { Puppets } from "./send/puppets.ts";

export interface RateParts {
  /** As configured. */
  readonly api: string;
  readonly limits: Pick<RateLimits, "quota">;
  readonly puppets: Pick<Puppets, "mayHave">;
}

/** Discord, topics/rate-limits: 50 requests a second for all routes together. */
const PER_SECOND = 50;
const account: Readonly<Record<Share, Rate>> = {
  text: { limit: 35, windowMs: 1000 },
  change: { limit: 10, windowMs: 1000 },
  delete: { limit: PER_SECOND - 45, windowMs: 1000 },
};

/** Said by Discord's staff (api-docs #367, #1454), in no header: webhook messages of a channel, of all its webhooks. */
const hidden: Rate = { limit: 30, windowMs: 60_000 };

/** How much of a limit that texts and changes share is for changes, and how much for deletes: text goes first. */
const CHANGES = 2 / 5;

/** The route of each share, as `rate-limits.ts` names it. */
const routes: Readonly<Record<"puppet" | "bot", Readonly<Record<Share, string>>>> = {
  puppet: {
    text: "POST /webhooks/:id/:token",
    change: "PATCH /webhooks/:id/:token/messages/:id",
    delete: "DELETE /webhooks/:id/:token/messages/:id",
  },
  bot: {
    text: "POST /channels/:id/messages",
    change: "PATCH /channels/:id/messages/:id",
    delete: "DELETE /channels/:id/messages/:id",
  },
};

/** As `Platform.rates`. Nothing but the hidden limit is known before the first answer. */
export function createRates({ api, limits, puppets }: RateParts) {
  const cloud = isDiscord(api);

  return (share: Share, to?: ConversationRef): readonly Rate[] => {
    if (to === undefined) return cloud ? [account[share]] : [];
    const speaker = puppets.mayHave(to.id) ? "puppet" : "bot";
    const text = limits.quota(routes[speaker].text);
    const quota = limits.quota(routes[speaker][share]);
    const learned =
      quota === undefined || isPlenty(quota)
        ? []
        : [share === "text" ? rateOf(quota) : changesOf(quota, text)];
    // Another server than Discord's has the hidden limit only if it has Discord's limits at all.
    const limited = cloud || (text !== undefined && !isPlenty(text));
    return share === "text" && speaker === "puppet" && limited ? [...learned, hidden] : learned;
  };
}

function changesOf(quota: Quota, text: Quota | undefined): Rate {
  if (quota.bucket === undefined || quota.bucket !== text?.bucket) return rateOf(quota);
  return { limit: Math.max(1, Math.floor(quota.limit * CHANGES)), windowMs: quota.windowMs };
}

function isPlenty({ limit, windowMs }: Rate): boolean {
  return (limit * 1000) / windowMs >= PER_SECOND;
}

function rateOf({ limit, windowMs }: Quota): Rate {
  return { limit, windowMs };
}

function isDiscord(api: string): boolean {
  const { hostname } = new URL(api);
  return hostname === "discord.com" || hostname.endsWith(".discord.com");
}
