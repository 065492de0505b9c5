// Scripted faults of webhook delivery and the record of what was delivered; webhook-delivery.ts asks here.

import type { Update } from "./update-queue.ts";

/**
 * `cut`: the answer is lost after the webhook handled the request, so the update comes again; `duplicate`: the update
 * comes again though it was acknowledged; `delay`: it (and its lane) waits `ms`, so other lanes overtake it.
 */
export type DeliveryFault =
  | { readonly kind: "cut" }
  | { readonly kind: "duplicate" }
  | { readonly kind: "delay"; readonly ms: number };

export interface DeliveryRule {
  readonly match: (update: Update) => boolean;
  readonly times: number;
  readonly fault: DeliveryFault;
}

/** One attempt. `status` is 0 when there was no answer. */
export interface DeliveryRecord {
  readonly at: number;
  readonly updateId: number;
  readonly lane: string;
  readonly attempt: number;
  readonly status: number;
}

/** Owns the rules and counts them down. */
export class DeliveryFaults {
  #rules: { readonly rule: DeliveryRule; left: number }[] = [];

  add(rule: DeliveryRule): void {
    this.#rules.push({ rule, left: rule.times });
  }

  clear(): void {
    this.#rules = [];
  }

  take(update: Update, kind: DeliveryFault["kind"]): DeliveryFault | undefined {
    const entry = this.#rules.find((e) => e.left > 0 && e.rule.fault.kind === kind && e.rule.match(update));
    if (entry) entry.left -= 1;
    return entry?.rule.fault;
  }
}
