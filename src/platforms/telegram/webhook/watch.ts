// Watches over a webhook that is set: asks getWebhookInfo once a minute and says on health what it means.

import type { WebhookInfo } from "@grammyjs/types";
import type { PlatformContext } from "../../../bridge/platform.ts";
import { sleep } from "../../../model/clock.ts";
import { type Allowance, createAllowance } from "../receive/backoff.ts";
import { giveWay, noteRival, reportTrouble } from "../receive/trouble.ts";
import { type Difference, sameUrl } from "./register.ts";
import { isSuspect, type Words, webhookErrorWords } from "./words.ts";

const firstProbeMs = 5_000;
const probeMs = 60_000;
const stuckProbes = 3;
// A backlog that grows for so many probes, although some of it arrives, and is no mere burst.
const behind = { probes: 5, pending: 100 };
// Whoever takes the webhook again and again is another installation with the same token. One of the two must stop, and
// it is the one that came second: that one had found another's webhook when it set its own.
const reclaims = { first: 3, second: 1, periodMs: 24 * 60 * 60 * 1000 };
// What Telegram has may differ from what it tells (the secret, the certificate): to set it once more is a guess.
const guesses = { times: 2, periodMs: 24 * 60 * 60 * 1000 };

/** What the last probe left behind. */
export interface Seen {
  /** `last_error_date` known so far; seconds since 1970, 0 for none. */
  readonly errorDate: number;
  readonly pending: number;
  /** How many probes in a row found updates waiting, none fewer and none delivered. */
  readonly stuck: number;
  /** How many probes in a row found more waiting than the one before. */
  readonly growing: number;
  readonly down: boolean;
}

/** What happened on our side since the last probe. */
export interface Received {
  readonly sinceProbe: boolean;
  /** Milliseconds since 1970. */
  readonly lastAt?: number;
}

export type Verdict =
  | { readonly kind: "up" }
  | { readonly kind: "same" }
  | { readonly kind: "taken" }
  /** `suspect`: it may be that another set our address with a secret or a certificate of its own. */
  | ({ readonly kind: "down"; readonly suspect?: boolean } & Words);

/**
 * What a probe means. The last error is never cleared by a later success, so only one that is newer than the last
 * known counts, and not even that when an update arrived after it. A clean close without an answer is not recorded
 * as an error at all: updates that pile up are then the only sign (telegram.md 1.5).
 */
export function judgeProbe(
  seen: Seen,
  info: WebhookInfo,
  url: URL,
  received: Received,
): { readonly seen: Seen; readonly verdict: Verdict } {
  if (!sameUrl(info.url, url)) return { seen, verdict: { kind: "taken" } };
  const errorDate = info.last_error_date ?? 0;
  const pending = info.pending_update_count;
  const overcome = received.lastAt !== undefined && received.lastAt >= (errorDate + 1) * 1000;
  const stuck = pending > 0 && pending >= seen.pending && !received.sinceProbe ? seen.stuck + 1 : 0;
  const growing = pending > seen.pending ? seen.growing + 1 : 0;
  const verdict = ((): Verdict => {
    if (errorDate > seen.errorDate && !overcome) {
      const message = info.last_error_message ?? "";
      return { kind: "down", suspect: isSuspect(message), ...webhookErrorWords(message, url.host) };
    }
    if (stuck >= stuckProbes)
      return { kind: "down", key: "telegram-account.webhook.stuck", values: { address: url.host, pending } };
    if (growing >= behind.probes && pending >= behind.pending)
      return { kind: "down", key: "telegram-account.webhook.behind", values: { address: url.host, pending } };
    if (seen.down && pending > 0 && !received.sinceProbe) return { kind: "same" };
    return { kind: "up" };
  })();
  const down = verdict.kind === "down" || verdict.kind === "same";
  return { seen: { errorDate: Math.max(errorDate, seen.errorDate), pending, stuck, growing, down }, verdict };
}

export interface Registration {
  /** The `last_error_date` that is old news now. */
  readonly errorDate: number;
  /** Another URL was set before. */
  readonly displaced: boolean;
}

export interface Registering {
  readonly signal: AbortSignal;
  /** Also where it seems to be as it should be. */
  readonly force: boolean;
}

interface WatchParts {
  readonly context: PlatformContext;
  readonly url: URL;
  readonly probe: (signal: AbortSignal) => Promise<WebhookInfo>;
  /** What somebody changed about our webhook. */
  readonly differences: (info: WebhookInfo) => readonly Difference[];
  /** Sets the webhook where it is not as it should be. */
  readonly register: (registering: Registering) => Promise<Registration>;
  /** What the first one found. */
  readonly first: Registration;
}

/** Owns the loop of probes from its making until `stop`. */
export class WebhookWatch {
  readonly #parts: WatchParts;
  readonly #allowance: Allowance;
  readonly #guesses: Allowance;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #nap = new AbortController();
  #outdated = false;
  /** Who waits until the certificate of now is uploaded. */
  #waiting: (() => void)[] = [];
  #ended = false;
  #failures = 0;
  #seen: Seen;
  #received: Received = { sinceProbe: false };

  constructor(parts: WatchParts) {
    this.#parts = parts;
    this.#allowance = createAllowance(
      parts.context.clock,
      parts.first.displaced ? reclaims.second : reclaims.first,
      reclaims.periodMs,
    );
    this.#guesses = createAllowance(parts.context.clock, guesses.times, guesses.periodMs);
    this.#seen = { errorDate: parts.first.errorDate, pending: 0, stuck: 0, growing: 0, down: false };
    this.#running = this.#run();
  }

  /** An update was stored: whatever was wrong with deliveries is over. */
  received(): void {
    const { account, clock, health } = this.#parts.context;
    this.#received = { sinceProbe: true, lastAt: clock.now() };
    if (!this.#seen.down) return;
    this.#seen = { ...this.#seen, down: false, stuck: 0 };
    health.up(account);
  }

  /**
   * The certificate changed: registers again at once. Resolves when Telegram has it, or nobody tries any more; one that
   * comes while another runs has its own turn.
   */
  renew(): Promise<void> {
    if (this.#ended) return Promise.resolve();
    this.#outdated = true;
    this.#nap.abort();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#nap.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#watch();
    } finally {
      this.#ended = true;
      for (const resolve of this.#waiting.splice(0)) resolve();
    }
  }

  async #watch(): Promise<void> {
    let inMs: number | undefined = firstProbeMs;
    while (inMs !== undefined) {
      this.#nap = new AbortController();
      const atOnce = this.#outdated && this.#failures === 0;
      if (!atOnce) await sleep(this.#parts.context.clock, inMs, this.#nap.signal);
      if (this.#stopping.signal.aborted) return;
      inMs = await this.#turn();
    }
  }

  /** Milliseconds until the next turn; undefined when there is none. */
  async #turn(): Promise<number | undefined> {
    try {
      const inMs = await (this.#outdated ? this.#register() : this.#look());
      this.#failures = 0;
      return inMs;
    } catch (error) {
      if (this.#stopping.signal.aborted) return undefined;
      this.#failures += 1;
      return reportTrouble(this.#parts.context, error, this.#failures);
    }
  }

  async #register(force = false): Promise<number> {
    // A renewal that comes while this one runs must not be forgotten, and one that fails must be repeated.
    const waiting = this.#waiting.splice(0);
    this.#outdated = false;
    try {
      const { errorDate } = await this.#parts.register({ signal: this.#stopping.signal, force });
      this.#seen = { ...this.#seen, errorDate };
      for (const resolve of waiting) resolve();
      return firstProbeMs;
    } catch (error) {
      this.#outdated = true;
      this.#waiting.unshift(...waiting);
      throw error;
    }
  }

  /** Milliseconds until the next look; undefined when the webhook was left to another. */
  async #look(): Promise<number | undefined> {
    const { context, url, probe, differences } = this.#parts;
    const { account, health, texts } = context;
    const info = await probe(this.#stopping.signal);
    // The certificate changed meanwhile, on our side: nobody else is to blame for what differs.
    if (this.#outdated) return await this.#register();
    const { seen, verdict } = judgeProbe(this.#seen, info, url, this.#received);
    this.#seen = seen;
    this.#received = { ...this.#received, sinceProbe: false };
    if (verdict.kind === "taken") return await this.#reclaim();
    const changed = differences(info);
    if (changed.length > 0) return await this.#mend(changed);
    if (verdict.kind === "up") health.up(account);
    if (verdict.kind !== "down") return probeMs;
    health.down(account, texts(verdict.key, verdict.values));
    return verdict.suspect && this.#guesses.take() ? await this.#register(true) : probeMs;
  }

  /** It was removed, or leads elsewhere. */
  async #reclaim(): Promise<number | undefined> {
    const { context } = this.#parts;
    const { account, health, texts } = context;
    await noteRival(context);
    if (!this.#allowance.take()) return giveWay(context, "webhook");
    health.down(account, texts("telegram-account.webhook.taken", { account }));
    return await this.#register();
  }

  /** It leads to us, but not as it should: what still arrives is worth more than a fight for the rest. */
  async #mend(changed: readonly Difference[]): Promise<number> {
    const { account, health, texts } = this.#parts.context;
    const what = changed.map((name) => texts(`telegram-account.webhook.what.${name}`)).join(", ");
    const mine = this.#allowance.take();
    health.down(account, texts(`telegram-account.webhook.${mine ? "changed" : "left"}`, { account, what }));
    return mine ? await this.#register() : probeMs;
  }
}
