// Delivers a bot's updates to its webhook: lanes, connections, retries and their end, as WebhookActor.cpp does.

import type { Clock, Timer } from "../../../model/clock.ts";
import type { BotState } from "../bots.ts";
import type { DeliveryFaults, DeliveryRecord } from "./delivery-faults.ts";
import type { QueuedUpdate } from "./update-queue.ts";
import { ConnectionGate, retryAfterMs, retryDelayMs } from "./webhook-pace.ts";
import type { WebhookTarget } from "./webhook-tls.ts";
import { type WebhookAnswer, type WebhookOutcome, WebhookWire } from "./webhook-wire.ts";

export interface WebhookSettings extends WebhookTarget {
  /** The URL as it was given; getWebhookInfo repeats it. */
  readonly given: string;
  /** True when `ip_address` was given: DNS is not asked again. */
  readonly fixedIp: boolean;
  readonly maxConnections: number;
  readonly secret: string;
}

/** What a webhook is given to live on. */
export interface WebhookContext {
  readonly clock: Clock;
  readonly random: () => number;
  readonly resolve: (host: string) => Promise<string>;
  readonly faults: DeliveryFaults;
  readonly record: (record: DeliveryRecord) => void;
  /** A method found in the answer of the webhook. */
  readonly runMethod: (bot: BotState, answer: WebhookAnswer) => void;
}

interface Lane {
  readonly items: QueuedUpdate[];
  busy: boolean;
  failures: number;
  /** Milliseconds since 1970; not sent before. */
  dueAt: number;
}

const GONE_MS = 23 * 60 * 60_000;
const DNS_MS = 30 * 60_000;

/** Owns delivery to one URL until it is closed; what is not acknowledged stays in the bot's queue. */
export class Webhook {
  readonly settings: WebhookSettings;
  /** Milliseconds since 1970; not cleared by a later success. */
  lastErrorAt: number | undefined;
  lastErrorMessage: string | undefined;
  ip: string;
  readonly #bot: BotState;
  readonly #context: WebhookContext;
  readonly #wire: WebhookWire;
  readonly #gate: ConnectionGate;
  readonly #lanes = new Map<string, Lane>();
  #timer: Timer | undefined;
  #inFlight = 0;
  #closed = false;
  #goneSince: number | undefined;
  #resolveAt: number;

  constructor(bot: BotState, settings: WebhookSettings, context: WebhookContext) {
    this.#bot = bot;
    this.settings = settings;
    this.#context = context;
    this.ip = settings.ip;
    this.#wire = new WebhookWire(context.clock, settings, settings.secret);
    this.#gate = new ConnectionGate(settings.maxConnections);
    this.#resolveAt = context.clock.now() + DNS_MS + context.random() * 180_000;
    for (const item of bot.updates.items()) this.#enqueue(item);
    this.#pump();
  }

  /** A new update of the bot. */
  accept(item: QueuedUpdate): void {
    this.#enqueue(item);
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#wire.close();
  }

  #enqueue(item: QueuedUpdate): void {
    const lane = this.#lanes.get(item.lane);
    if (lane) lane.items.push(item);
    else this.#lanes.set(item.lane, { items: [item], busy: false, failures: 0, dueAt: 0 });
  }

  /** Sends what may be sent now, and sets the clock for what may be sent next. */
  #pump(): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    const now = this.#context.clock.now();
    let wakeAt = Number.POSITIVE_INFINITY;
    for (const [name, lane] of this.#lanesByAge()) {
      const head = this.#head(name, lane, now);
      if (lane.busy || !head) continue;
      this.#delay(lane, head, now);
      if (lane.dueAt > now) {
        wakeAt = Math.min(wakeAt, lane.dueAt);
        continue;
      }
      const idle = this.#wire.connections - this.#inFlight;
      const openAt = this.#gate.mayUse(now, this.#inFlight, idle);
      if (openAt > now) {
        wakeAt = Math.min(wakeAt, openAt);
        continue;
      }
      this.#send(name, lane, head);
    }
    if (wakeAt < Number.POSITIVE_INFINITY) {
      this.#timer = this.#context.clock.after(wakeAt - now, () => this.#pump());
    }
  }

  #lanesByAge(): readonly (readonly [string, Lane])[] {
    return [...this.#lanes].sort(([, a], [, b]) => (a.items[0]?.id ?? 0) - (b.items[0]?.id ?? 0));
  }

  /** The first update of a lane that is not too old; an empty lane goes. */
  #head(name: string, lane: Lane, now: number): QueuedUpdate | undefined {
    while (lane.items[0] && !lane.busy && lane.items[0].expiresAt <= Math.max(now, lane.dueAt)) {
      this.#finish(lane, lane.items[0]);
    }
    if (lane.items.length === 0 && !lane.busy) this.#lanes.delete(name);
    return lane.items[0];
  }

  #finish(lane: Lane, item: QueuedUpdate): void {
    this.#bot.updates.remove(item.id);
    lane.items.shift();
    lane.failures = 0;
    lane.dueAt = 0;
  }

  #delay(lane: Lane, head: QueuedUpdate, now: number): void {
    if (lane.dueAt > now) return;
    const fault = this.#context.faults.take(head.update, "delay");
    if (fault?.kind === "delay") lane.dueAt = now + fault.ms;
  }

  #send(name: string, lane: Lane, item: QueuedUpdate): void {
    lane.busy = true;
    this.#inFlight += 1;
    const cut = this.#context.faults.take(item.update, "cut") !== undefined;
    this.#resolveAgain()
      .then(() => this.#wire.post(updateBody(item), cut))
      .then((outcome) => {
        if (this.#closed) return;
        const attempt = lane.failures + 1;
        const status = outcome.kind === "answer" ? outcome.answer.status : 0;
        this.#context.record({
          at: this.#context.clock.now(),
          updateId: item.id,
          lane: name,
          attempt,
          status,
        });
        this.#settle(lane, item, outcome);
      })
      .finally(() => {
        lane.busy = false;
        // The connection is back in the pool one turn after its response has ended.
        setImmediate(() => {
          this.#inFlight -= 1;
          this.#pump();
        });
      });
  }

  #settle(lane: Lane, item: QueuedUpdate, outcome: WebhookOutcome): void {
    const { clock, faults, runMethod } = this.#context;
    const now = clock.now();
    if (outcome.kind === "answer") this.#watchGone(outcome.answer.status, now);
    if (outcome.kind === "answer" && outcome.answer.status >= 200 && outcome.answer.status < 300) {
      this.#gate.succeeded(now);
      if (faults.take(item.update, "duplicate")) return;
      this.#finish(lane, item);
      runMethod(this.#bot, outcome.answer);
      return;
    }
    const message =
      outcome.kind === "failed"
        ? outcome.message
        : `Wrong response from the webhook: ${outcome.answer.status} ${outcome.answer.reason}`;
    if (message !== undefined) {
      this.lastErrorAt = now;
      this.lastErrorMessage = message;
    }
    const asked = outcome.kind === "answer" ? retryAfterMs(outcome.answer.retryAfter) : undefined;
    if (asked === undefined) lane.failures += 1;
    lane.dueAt = now + (asked ?? retryDelayMs(lane.failures, this.#context.random));
  }

  /** WebhookActor.cpp 634-646: 23 hours of nothing but 410 remove the webhook. */
  #watchGone(status: number, now: number): void {
    if (status !== 410) {
      this.#goneSince = undefined;
      return;
    }
    this.#goneSince ??= now;
    if (now - this.#goneSince <= GONE_MS) return;
    this.#bot.webhook = undefined;
    this.close();
  }

  /** WebhookActor.cpp 85-131: the name is looked up again every 30 to 33 minutes. */
  async #resolveAgain(): Promise<void> {
    const { clock, random, resolve } = this.#context;
    if (this.settings.fixedIp || clock.now() < this.#resolveAt) return;
    this.#resolveAt = clock.now() + DNS_MS + random() * 180_000;
    const ip = await resolve(this.settings.url.hostname).catch(() => this.ip);
    if (ip === this.ip) return;
    this.ip = ip;
    this.#wire.moveTo(ip);
  }
}

/** `{"update_id":N,\n"message":{…}}`, with everything beyond ASCII escaped. */
function updateBody({ update }: QueuedUpdate): string {
  return JSON.stringify(update)
    .replace(/^(\{"update_id":\d+,)/, "$1\n")
    .replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
